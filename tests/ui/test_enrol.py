"""Somebody becomes a member on the window: by a phone number, an address or a card, with what they agree to."""

from dataclasses import replace

import pytest

from app.core.codes import number
from app.core.entry import ENROL
from app.station.staff import SignedIn
from app.store.journal import Journal
from scanner.picture import read_bytes
from tests.builders import a_member, a_person, a_program, put_document, put_program
from tests.station.test_enrol import box_keys
from tests.ui.station_bench import Bench, open_member
from ui import i18n
from ui.models.display import DisplayModel, Slide
from ui.models.enrol import BIRTHDAY, CONTACT, NAME, Enrol, EnrolAgreed, EnrolTyped, EnrolView, month_and_day
from ui.models.signing_in import SignIn
from ui.models.state import Screen

BLANK = number("M", "0000000042")
NEWS = {"id": "news", "version": "2", "texts": {"en": "We may write.", "tr": "Size yazabiliriz."}}
SMS = {"id": "sms", "version": "1", "texts": {"en": "We may send messages."}}


@pytest.fixture
def enrol(bench: Bench) -> Bench:
    def lay_out(store) -> None:
        put_program(store, a_program(version=2, consents=[NEWS, SMS]))
        put_document(store, "keyset", box_keys("b1"))

    bench.thread.call(lay_out)
    bench.model.add_flows(Enrol)
    bench.model.open(Screen.ENROL)
    bench.qtbot.waitUntil(lambda: bool(view(bench).consents))
    return bench


def view(bench: Bench) -> EnrolView:
    found = bench.model.state.flow
    assert isinstance(found, EnrolView)
    return found


def said(bench: Bench, part: str, text: str) -> None:
    bench.model.ask(EnrolTyped(part, text))


def joined(bench: Bench) -> list[dict]:
    return bench.thread.call(
        lambda store: [entry.data for entry in store.journal.entries(from_seq=1) if entry.type == ENROL]
    )


def welcomed(bench: Bench) -> str:
    bench.qtbot.waitUntil(lambda: view(bench).welcome is not None and not bench.model.state.is_busy)
    bench.settled()
    return view(bench).welcome.number


def test_a_phone_number_is_enough_and_works_without_a_line(enrol: Bench):
    said(enrol, CONTACT, "+90 532 000 00 00")
    enrol.model.enter()
    printed = welcomed(enrol)
    (entry,) = joined(enrol)
    assert (entry["link"], bool(entry["box_hash"])) == ("offline", True)
    assert [(each["what"], each["version"], each["language"], each["yes"]) for each in entry["consents"]] == [
        ("news", "2", "en", False),
        ("sms", "1", "en", False),  # nothing is ticked beforehand
    ]
    assert [symbol.text for symbol in read_bytes(view(enrol).welcome.picture)] == [printed]
    enrol.model.enter()  # goes on with them at the till
    enrol.until(Screen.MEMBER)
    first = enrol.model.state.member
    enrol.model.escape()
    enrol.model.scan(printed)  # as whoever photographed it shows it
    enrol.until(Screen.MEMBER)
    assert enrol.model.state.member == replace(first, as_of_ms=enrol.model.state.member.as_of_ms)


def test_what_was_ticked_is_recorded_with_the_language_in_which_it_was_read(enrol: Bench):
    enrol.model.escape()
    i18n.use("tr")
    try:
        enrol.model.open(Screen.ENROL)
        enrol.qtbot.waitUntil(lambda: bool(view(enrol).consents))
    finally:
        i18n.use("en")
    assert [row.text for row in view(enrol).consents] == ["Size yazabiliriz.", "We may send messages."]
    said(enrol, CONTACT, "ada@example.com")
    said(enrol, NAME, "Ada")
    said(enrol, BIRTHDAY, "0517")
    for what in ("news", "sms", "sms"):
        enrol.model.ask(EnrolAgreed(what))
    enrol.model.enter()
    welcomed(enrol)
    (entry,) = joined(enrol)
    assert [(each["language"], each["yes"]) for each in entry["consents"]] == [("tr", True), ("en", False)]


def test_the_new_member_answers_on_the_customer_display_and_takes_the_code_from_it(enrol: Bench):
    display = DisplayModel(enrol.model, enrol.model)
    assert display.state.slide is Slide.ASKED
    assert [each.answer for each in display.state.questions] == [None, None]
    said(enrol, CONTACT, "ada@example.com")
    said(enrol, NAME, "Ada Lovelace")
    display.say("news", is_yes=True)
    display.say("sms", is_yes=True)
    display.say("sms", is_yes=False)
    assert [row.is_given for row in view(enrol).consents] == [True, False]
    assert "ada" not in repr(display.state).lower()
    enrol.model.enter()
    number = welcomed(enrol)
    assert (display.state.slide, display.state.code) == (Slide.CODE, number)
    (entry,) = joined(enrol)
    assert [each["yes"] for each in entry["consents"]] == [True, False]


def test_what_was_said_is_forgotten_with_the_page(enrol: Bench):
    said(enrol, CONTACT, "ada@example.com")
    assert "ada" not in repr(enrol.model.state) + repr(EnrolTyped(CONTACT, "ada"))
    enrol.model.escape()
    assert enrol.model.state.screen is Screen.IDLE
    enrol.model.open(Screen.ENROL)
    assert not view(enrol).is_typed
    said(enrol, CONTACT, "ada@example.com")
    enrol.model.enter()
    welcomed(enrol)
    assert not view(enrol).is_typed


def test_what_cannot_be_used_is_told_and_nobody_joins(enrol: Bench):
    for typed, told in (
        ({}, "Ask for a phone number"),
        ({CONTACT: "12"}, "This is no phone number"),
        ({CONTACT: "ada@"}, "This is no e-mail address"),
        ({CONTACT: "0532000000", BIRTHDAY: "31-12"}, "This is no birthday"),
    ):
        for part, text in typed.items():
            said(enrol, part, text)
        enrol.model.enter()
        enrol.qtbot.waitUntil(lambda told=told: view(enrol).problem.startswith(told))
        said(enrol, NAME, view(enrol).name + "A")
        assert view(enrol).problem == ""
    assert not joined(enrol)


def test_a_card_that_is_nobodys_becomes_theirs(enrol: Bench):
    enrol.model.scan(BLANK)
    enrol.qtbot.waitUntil(lambda: view(enrol).card == BLANK)
    enrol.model.enter()
    assert welcomed(enrol) == BLANK
    assert enrol.head() == 1  # no scan was refused, and one entry made


def test_a_number_typed_as_it_stands_on_a_card_is_one(enrol: Bench):
    said(enrol, CONTACT, BLANK.lower())
    enrol.model.enter()
    assert welcomed(enrol) == BLANK


def test_the_card_of_a_member_opens_them_unless_somebody_is_being_asked(enrol: Bench):
    other = enrol.thread.call(lambda store: a_member(store, seed=2, name="Ben"))
    said(enrol, CONTACT, "0532000000")
    enrol.model.scan(other.number)
    enrol.qtbot.waitUntil(lambda: view(enrol).problem == "This card belongs to Ben: take another one.")
    said(enrol, CONTACT, "")
    enrol.model.scan(other.number)
    enrol.until(Screen.MEMBER)
    assert enrol.model.state.member.name == "Ben"


def test_no_scan_takes_away_what_was_typed(enrol: Bench):
    said(enrol, CONTACT, "0532000000")
    for code, told in (
        (enrol.card.code, "This card belongs to Ada L.:"),
        (enrol.voucher, "Finish here or press Esc first"),
        ("4006381333931", "This is the barcode of goods"),
    ):
        enrol.model.scan(code)
        enrol.qtbot.waitUntil(lambda told=told: view(enrol).problem.startswith(told))
    assert (enrol.model.state.screen, view(enrol).contact) == (Screen.ENROL, "0532000000")
    said(enrol, CONTACT, "")
    enrol.model.scan(enrol.voucher)  # nothing is typed: it is the command
    enrol.until(Screen.MEMBER)


def test_numbers_cannot_be_tried_here_either(enrol: Bench):
    for nth in range(10):
        enrol.model.scan(number("M", f"00000001{nth:02d}"))
    enrol.settled()
    enrol.model.scan(number("M", "0000000042"))
    enrol.qtbot.waitUntil(lambda: bool(view(enrol).problem))
    assert view(enrol).card != BLANK


def test_the_same_number_again_is_warned_of_and_may_be_passed_over(enrol: Bench):
    said(enrol, CONTACT, "0090 532 000 00 00")
    enrol.model.enter()
    welcomed(enrol)
    enrol.model.escape()
    enrol.model.open(Screen.ENROL)
    said(enrol, CONTACT, "+90532000000")
    assert view(enrol).warning == ""
    said(enrol, CONTACT, "+905320000000")
    assert view(enrol).warning.startswith("Somebody joined here with this at 20")
    enrol.model.enter()
    enrol.model.enter()  # the second of two meant as one
    assert view(enrol).welcome is None and not enrol.model.state.is_busy
    enrol.settled()
    enrol.model.enter()
    welcomed(enrol)
    assert len(joined(enrol)) == 2


def test_enter_pressed_twice_is_one_member_and_shows_the_code(enrol: Bench):
    said(enrol, CONTACT, "0532000000")
    enrol.model.enter()
    enrol.model.enter()
    enrol.qtbot.waitUntil(lambda: view(enrol).welcome is not None)
    enrol.model.enter()  # nobody has looked at the code yet
    assert (enrol.model.state.screen, len(joined(enrol))) == (Screen.ENROL, 1)


def test_an_order_that_waits_goes_on_with_the_new_member(enrol: Bench):
    enrol.model.escape()
    enrol.model.scan(enrol.voucher)
    enrol.until(Screen.MEMBER)
    enrol.model.type_amount("60")
    enrol.quoted(6000)
    enrol.model.open(Screen.ENROL)
    said(enrol, CONTACT, "0532000000")
    enrol.model.enter()
    welcomed(enrol)
    enrol.model.enter()
    enrol.until(Screen.MEMBER)
    enrol.quoted(6000)
    assert enrol.model.state.member is not None and not enrol.model.state.member.is_known


def test_what_cannot_be_written_is_told_and_what_was_typed_stays(enrol: Bench, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("disk")

    monkeypatch.setattr("ui.models.answers.log.error", lambda *args, **kwargs: None)
    monkeypatch.setattr(Journal, "append", broken)
    said(enrol, CONTACT, "0532000000")
    enrol.model.enter()
    enrol.qtbot.waitUntil(lambda: bool(view(enrol).problem))
    assert (view(enrol).contact, enrol.model.state.is_busy) == ("0532000000", False)


def test_a_members_card_on_the_welcome_opens_them(enrol: Bench):
    said(enrol, CONTACT, "0532000000")
    enrol.model.enter()
    welcomed(enrol)
    open_member(enrol)
    assert enrol.model.state.member.balance == 300


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0517", "05-17"),
        ("05/17", "05-17"),
        ("05.17", "05-17"),
        ("5-17", "5-17"),
        ("", ""),
        ("May 0517", "May 0517"),
    ],
)
def test_a_birthday_is_month_and_day(typed: str, kept: str):
    assert month_and_day(typed) == kept


def test_who_is_at_the_till_stands_in_the_entry(enrol: Bench):
    enrol.model.take_over(SignedIn("AF2HGQS5ZQ09X", "Ben", "cashier"))
    enrol.model.open(Screen.ENROL)
    said(enrol, CONTACT, "0532000000")
    enrol.model.enter()
    welcomed(enrol)
    assert joined(enrol)[0]["cashier"] == "AF2HGQS5ZQ09X"


def test_a_badge_comes_over_what_was_typed_and_leaves_it(enrol: Bench):
    enrol.model.add_flows(SignIn)
    ben = enrol.thread.call(a_person)
    said(enrol, CONTACT, "0532000000")
    enrol.model.scan(f"TS:B:{ben}")
    enrol.until(Screen.SIGN_IN)
    enrol.model.escape()
    enrol.until(Screen.ENROL)
    assert view(enrol).contact == "0532000000"

"""Gift cards at the till, on a real store: what is on one, what it pays, what is put on it, and what a scan does."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.core.approvals import Why
from app.core.card_rest import Rest
from app.station.receipt import Kind
from scanner.source import Scanned, Source
from tests.builders import NOW_MS, PIN, a_gift_card, a_person, move_replica
from tests.ui.card_till import (
    PIN_MS,
    a_card,
    a_till,
    confirm,
    entries,
    notice,
    paying,
    shown,
    sign_in,
    view,
    with_order,
)
from tests.ui.real_station import RealStation
from tests.ui.station_bench import Bench
from ui.models.approving import Because
from ui.models.card_view import AllOfIt, CardAmount, Doing, FindCard, PrintCard, PutOn
from ui.models.cards import CardPut
from ui.models.pin_pad import Choose, GivePin
from ui.models.receipts import Printing, Receipts, When
from ui.models.state import AnswerWord, Screen

Key = Qt.Key


@pytest.fixture
def till(bench: Bench) -> Bench:
    return a_till(bench)


# --- what is on it ----------------------------------------------------------------------------------------------------


def test_a_typed_number_shows_its_card_and_nothing_is_recorded(till: Bench):
    number = a_card(till, ends_on="2040-01-31")
    till.model.open(Screen.GIFT_CARD)
    till.model.enter()
    assert till.model.state.notice == "Scan the gift card, or type its number."
    till.model.ask(FindCard(number.lower()))
    card = shown(till).card
    assert (card.balance, card.ends_with, card.ends_on.isoformat()) == (2_000, number[-4:], "2040-01-31")
    assert (view(till).doing, view(till).for_member.amount) == (Doing.LOOK, 2_000)
    till.model.enter()
    assert (till.model.state.screen, till.head()) == (Screen.IDLE, 0)


def test_what_is_no_gift_card_or_not_known_is_told_and_the_page_stays(till: Bench):
    till.model.open(Screen.GIFT_CARD)
    till.model.ask(FindCard(till.voucher))
    assert notice(till) == "This is no gift card. Scan it where it belongs."
    till.model.ask(FindCard("G0000000000000X"))
    till.qtbot.waitUntil(lambda: till.model.state.notice.startswith("Unknown code"))
    till.model.dismiss_notice()
    till.model.scan("4006381333931")
    assert notice(till)
    assert till.model.state.screen is Screen.GIFT_CARD and view(till).card is None


def test_one_card_after_the_other_and_a_member_goes_to_the_till(till: Bench):
    a_card(till)
    other = a_card(till, seed=2, balance=700)
    till.model.scan(a_card(till))
    assert shown(till).card.balance == 2_000
    till.model.scan(other)
    till.qtbot.waitUntil(lambda: view(till).card.balance == 700)
    till.model.scan(till.card.code)
    till.until(Screen.MEMBER)
    assert till.model.state.order.cards == ()


def test_a_card_that_can_not_pay_says_why(till: Bench):
    till.model.scan(a_card(till, state="frozen"))
    assert shown(till).card.why_not.reason.code == "card_frozen"
    till.model.scan(a_card(till, seed=2, ends_on="2001-01-01"))
    till.qtbot.waitUntil(lambda: view(till).card.why_not.reason.code == "wallet_expired")


# --- what it pays -----------------------------------------------------------------------------------------------------


def test_a_scan_with_an_order_pays_all_it_can_and_says_what_is_left(till: Bench):
    with_order(till, "60", 6000)
    till.model.scan(a_card(till))
    (row,) = paying(till)
    assert (row.amount, row.left, row.rest) == (2_000, 0, Rest.STAYS)
    order = till.model.state.order
    assert order.to_pay == order.payable - 2_000
    answer = confirm(till)
    assert (answer.word, answer.to_pay) == (AnswerWord.QUEUED, answer.payable - 2_000)
    assert [(row.amount, row.left) for row in answer.cards] == [(2_000, 0)]
    (recorded,) = entries(till, "order")
    assert recorded["paid"][0]["amount"] == 2_000
    till.leave_answer()
    till.model.scan(a_card(till))  # the same card, with what was taken off it
    assert shown(till).card.balance == 0


def test_a_part_is_typed_on_f4_and_can_be_changed_there(till: Bench):
    number = a_card(till)
    with_order(till, "12", 1200)
    till.model.open(Screen.GIFT_CARD)
    till.model.ask(FindCard(number))
    page = shown(till)
    assert (page.doing, page.first, page.most, page.due) == (Doing.PAY, "12.00", 1_200, 1_200)
    till.model.ask(CardAmount("5"))
    till.model.enter()
    till.until(Screen.MEMBER)
    assert [(row.amount, row.left) for row in paying(till)] == [(500, 1_500)]
    assert till.model.state.order.to_pay == 700
    till.model.open(Screen.GIFT_CARD)  # the card that pays comes up again, with what it pays
    assert (shown(till).first, view(till).due) == ("5.00", 1_200)
    till.model.ask(AllOfIt())
    assert view(till).amount == 1_200
    till.model.enter()
    till.until(Screen.MEMBER)
    till.qtbot.waitUntil(lambda: paying(till)[0].amount == 1_200)
    till.model.type_amount("15")
    till.quoted(1500)
    assert till.model.state.order.cards[0].amount == 1_500  # all it can, of whatever the order comes to


def test_more_than_there_is_to_pay_or_no_amount_is_not_taken(till: Bench):
    with_order(till, "12", 1200)
    till.model.open(Screen.GIFT_CARD)
    till.model.ask(FindCard(a_card(till)))
    shown(till)
    for typed, said in (
        ("12.01", "This card pays $12.00 at most."),
        ("", "Type an amount first."),
        ("12345678", "This is too large for a gift card."),
        ("1,234", "Type at most 2 decimals, such as 12.50."),
    ):
        till.model.ask(CardAmount(typed))
        till.model.enter()
        assert till.model.state.notice == said
    assert till.model.state.screen is Screen.GIFT_CARD


def test_a_card_is_taken_out_of_the_order_again(till: Bench):
    with_order(till, "60", 6000)
    till.model.scan(a_card(till))
    (row,) = paying(till)
    till.model.remove_voucher(row.ref)
    paying(till, 0)
    till.model.scan(a_card(till))
    paying(till)
    till.model.scan(till.voucher)
    till.qtbot.waitUntil(lambda: any(offer.is_voucher for offer in till.model.state.offers))
    till.model.remove_voucher()  # the card goes first
    paying(till, 0)
    assert any(offer.is_voucher for offer in till.model.state.offers)


def test_cut_off_a_card_pays_up_to_the_limit_and_no_more(till: Bench):
    """The ordinary limit is 50.00 a card: at it, one above it, and the reason says to try once head office answers."""
    with_order(till, "80", 8000)
    till.model.scan(a_card(till, balance=10_000))
    (row,) = paying(till)
    assert (row.amount, row.why_not.reason.code, row.is_to_ask) == (0, "card_floor", False)
    till.model.open(Screen.GIFT_CARD)
    assert (shown(till).first, view(till).most) == ("50.00", 5_000)
    till.model.ask(CardAmount("50.01"))
    till.model.enter()
    assert "$50.00 at most here" in till.model.state.notice and "once it answers" in till.model.state.notice
    till.model.ask(CardAmount("50"))
    till.model.enter()
    till.until(Screen.MEMBER)
    till.qtbot.waitUntil(lambda: till.model.state.order.cards[0].amount == 5_000)
    assert confirm(till).cards[0].amount == 5_000


def test_a_card_that_is_refused_alone_is_a_no_with_its_reason(till: Bench):
    with_order(till, "12", 1200)
    till.model.scan(a_card(till, state="frozen"))
    paying(till)
    answer = confirm(till)
    assert (answer.word, answer.sentence) == (
        AnswerWord.NOT_POSSIBLE,
        "Head office has stopped this gift card.",
    )


# --- what is put on it ------------------------------------------------------------------------------------------------


def put_on(till: Bench, amount: str, *, doing: Doing) -> None:
    till.qtbot.waitUntil(lambda: view(till).doing is doing)
    till.model.ask(CardAmount(amount))
    till.settled()
    till.model.enter()


def test_a_cashier_tops_up_and_the_answer_says_what_is_on_it(till: Bench):
    sign_in(till, till.thread.call(a_person))
    number = a_card(till)
    till.model.scan(number)
    shown(till)
    till.model.ask(PutOn())
    put_on(till, "30", doing=Doing.TOP_UP)
    till.until(Screen.ANSWER)
    assert till.model.state.answer.put == CardPut(number[-4:], 3_000, 5_000)
    (entry,) = entries(till, "gift_card")
    assert (entry["amount"], entry["movement"], entry["cashier"]) == (
        3_000,
        "topped_up",
        till.model.cashier.staff_id,
    )
    till.leave_answer()
    assert till.model.state.screen is Screen.IDLE
    till.model.scan(number)
    assert shown(till).card.balance == 5_000


def test_a_new_card_is_activated_with_its_first_amount(till: Bench):
    sign_in(till, till.thread.call(a_person))
    till.model.scan(a_card(till, state="new", balance=0))
    assert shown(till).card.is_new and not view(till).can_top_up
    till.model.enter()
    put_on(till, "25", doing=Doing.ACTIVATE)
    till.until(Screen.ANSWER)
    put = till.model.state.answer.put
    assert (put.is_new, put.amount, put.balance) == (True, 2_500, 2_500)


def test_escape_goes_back_to_the_card_and_records_nothing(till: Bench):
    till.model.scan(a_card(till))
    shown(till)
    till.model.ask(PutOn())
    till.model.ask(CardAmount("30"))
    till.model.escape()
    assert (view(till).doing, view(till).card.balance, till.head()) == (Doing.LOOK, 2_000, 0)
    till.model.escape()
    assert till.model.state.screen is Screen.IDLE


def test_above_what_a_cashier_may_a_manager_approves(till: Bench):
    sign_in(till, till.thread.call(a_person))
    eva = till.thread.call(lambda store: a_person(store, seed=3, role="manager", name="Eva"))
    till.model.scan(a_card(till))
    shown(till)
    till.model.ask(PutOn())
    put_on(till, "100.01", doing=Doing.TOP_UP)
    till.until(Screen.APPROVAL)
    request = till.model.state.flow.request
    assert (request.what, request.amount) == ("Top up a gift card", 10_001)
    till.model.escape()
    assert view(till).doing is Doing.TOP_UP
    assert entries(till, "gift_card") == []
    till.settled()
    till.model.enter()
    till.until(Screen.APPROVAL)
    till.model.ask(Choose(eva))
    till.model.ask(Because(Why.PROMISED))
    till.model.ask(GivePin(PIN))
    till.qtbot.waitUntil(lambda: till.model.state.screen is Screen.ANSWER, timeout=PIN_MS)
    (entry,) = entries(till, "gift_card")
    assert (entry["amount"], entry["approver"]) == (10_001, eva)


def test_another_amount_takes_back_an_enter_before_it(till: Bench):
    sign_in(till, till.thread.call(a_person))
    till.model.scan(a_card(till))
    shown(till)
    till.model.ask(PutOn())
    till.model.ask(CardAmount("3"))
    till.settled()
    with till.slow_store():
        till.model.enter()
        till.model.ask(CardAmount("30"))
    till.settled()
    assert till.model.state.screen is Screen.GIFT_CARD and entries(till, "gift_card") == []


def test_two_enters_put_it_on_once(till: Bench):
    sign_in(till, till.thread.call(a_person))
    till.model.scan(a_card(till))
    shown(till)
    till.model.ask(PutOn())
    till.model.ask(CardAmount("30"))
    till.settled()
    with till.slow_store():
        till.model.enter()
        till.model.enter()
    till.until(Screen.ANSWER)
    till.model.enter()
    till.settled()
    assert len(entries(till, "gift_card")) == 1


def test_what_was_begun_at_the_till_waits_behind_a_top_up(till: Bench):
    sign_in(till, till.thread.call(a_person))
    with_order(till, "60", 6000)
    till.model.open(Screen.GIFT_CARD)
    till.model.ask(FindCard(a_card(till)))
    shown(till)
    till.model.ask(PutOn())
    put_on(till, "30", doing=Doing.TOP_UP)
    till.until(Screen.ANSWER)
    assert till.model.state.answer.goes_back
    till.leave_answer()
    till.quoted(6000)
    assert till.model.state.member.name == "Ada L."


# --- receipts ---------------------------------------------------------------------------------------------------------


def test_what_is_on_a_card_is_printed_when_asked(till: Bench, tmp_path: Path, monkeypatch):
    till.model.scan(a_card(till))
    card = shown(till).card
    till.model.ask(PrintCard())
    assert till.model.state.notice == "No printer is set up on this station."
    receipts = Receipts(till.tasks, Printing(folder=tmp_path), register="1", parent=till.model)
    printed: list = []
    monkeypatch.setattr(receipts, "print", printed.append)
    till.model.use_receipts(receipts)
    till.model.ask(PrintCard())
    (receipt,) = printed
    assert (receipt.kind, receipt.card.ends_with, receipt.card.balance) == (
        Kind.GIFT_CARD,
        card.ends_with,
        2_000,
    )


@pytest.mark.parametrize("when", list(When))
def test_a_slip_of_what_was_put_on_is_printed_by_a_key_or_by_itself(
    till: Bench, tmp_path: Path, monkeypatch, when
):
    receipts = Receipts(till.tasks, Printing(folder=tmp_path, when=when), register="1", parent=till.model)
    printed: list = []
    monkeypatch.setattr(receipts, "print", printed.append)
    till.model.use_receipts(receipts)
    sign_in(till, till.thread.call(a_person))
    till.model.scan(a_card(till))
    shown(till)
    till.model.ask(PutOn())
    put_on(till, "30", doing=Doing.TOP_UP)
    till.until(Screen.ANSWER)
    if when is When.ASKED:
        till.model.print_receipt()
    till.qtbot.waitUntil(lambda: bool(printed))
    (receipt,) = printed
    assert (receipt.kind, receipt.card.paid_in, receipt.card.balance) == (Kind.GIFT_CARD, 3_000, 5_000)


# --- by keys ----------------------------------------------------------------------------------------------------------


def test_a_part_of_an_order_is_paid_by_keys_alone(by_keys: RealStation) -> None:
    def lay_out(store) -> str:
        move_replica(store, included_seq=0, as_of_ms=NOW_MS)
        return a_gift_card(store, currency=store.device.currency)

    number = by_keys.running.thread.call(lay_out)
    by_keys.open_visit(by_keys.card.code)
    by_keys.until_settled()
    by_keys.press(Key.Key_F4)
    by_keys.until_screen(Screen.GIFT_CARD)
    type_in(by_keys, number)
    by_keys.press(Key.Key_Return)
    by_keys.until(lambda: by_keys.state.flow.doing is Doing.PAY and not by_keys.state.is_new)
    type_in(by_keys, "12")
    by_keys.press(Key.Key_Return)
    by_keys.until_screen(Screen.MEMBER)
    by_keys.until(lambda: bool(by_keys.state.order.cards))
    answer = by_keys.confirm()
    assert [row.amount for row in answer.cards] == [1_200]
    by_keys.until(lambda: not by_keys.state.is_new)
    assert by_keys.has_shown(f"Card ending in {number[-4:]} paid")
    by_keys.leave_answer()
    by_keys.until_screen(Screen.IDLE)
    by_keys._application._scanned(Scanned(number, Source.WEDGE))
    by_keys.until(lambda: by_keys.state.screen is Screen.GIFT_CARD and by_keys.state.flow.card is not None)
    assert by_keys.state.flow.card.balance == 10_000 - 1_200


def type_in(station: RealStation, text: str) -> None:
    for letter in text:
        QTest.keyClicks(station.window.focusWidget() or station.window, letter)

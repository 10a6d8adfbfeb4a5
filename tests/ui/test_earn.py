"""Points for an order without a reward: the member, the amount, Enter; on a real store, and by real keys."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.core.order import Line
from scanner.source import Scanned, Source
from tests.builders import a_member, a_program, put_program
from tests.ui.real_station import RealStation
from tests.ui.station_bench import Bench, a_choice, open_member
from ui.gallery import states
from ui.keys import FLOW_KEYS, bar_keys, key_map
from ui.models.display import Slide, display_of
from ui.models.earn import Earn, EarnAmount, EarnView
from ui.models.help import Help
from ui.models.state import AnswerWord, Screen

Key = Qt.Key
STATES = states()
ONE_TO_PICK = a_choice("only", "1.00 off", {"kind": "amount_off", "target": "order", "amount": 100})


@pytest.fixture
def earn(bench: Bench) -> Bench:
    bench.model.add_flows(Earn, Help)
    return bench


def view(bench: Bench) -> EarnView:
    found = bench.model.state.flow
    assert isinstance(found, EarnView)
    return found


def begin(bench: Bench, amount: str = "") -> None:
    bench.model.open(Screen.EARN)
    if amount:
        bench.model.ask(EarnAmount(amount))
    bench.settled()


def last_order(bench: Bench) -> dict:
    def read(store):
        entries = list(store.journal.entries(from_seq=1))
        return next(entry.data for entry in reversed(entries) if entry.type == "order")

    return bench.thread.call(read)


def test_points_of_an_amount_are_shown_with_what_they_are_for(earn: Bench):
    begin(earn, "60")
    assert (view(earn).order.total, view(earn).order.points, view(earn).why) == (6000, 0, ())  # nobody's yet
    earn.model.scan(earn.card.code)
    earn.settled()
    assert view(earn).member.name and view(earn).order.points == 60
    assert [each.points for each in view(earn).why] == [60]


def test_enter_records_the_order_without_any_reward(earn: Bench):
    earn.thread.call(lambda store: put_program(store, a_program(version=2, campaigns=[ONE_TO_PICK])))
    begin(earn, "60")
    earn.model.scan(earn.card.code)
    earn.settled()
    assert view(earn).order.discount == 0  # on the member's page the only usable offer is picked by itself
    earn.model.enter()
    earn.until(Screen.ANSWER)
    answer = earn.model.state.answer
    assert (answer.word, answer.discount, answer.points) == (AnswerWord.QUEUED, 0, 60)
    assert last_order(earn)["presented"] == []
    earn.leave_answer()
    assert earn.model.state.screen is Screen.IDLE


def test_enter_before_the_points_have_come_records_what_was_typed(earn: Bench):
    begin(earn)
    earn.model.scan(earn.card.code)
    earn.settled()
    with earn.slow_store():
        earn.model.ask(EarnAmount("2"))
        earn.model.ask(EarnAmount("25"))
        earn.model.enter()
        assert earn.model.state.screen is Screen.EARN
    earn.until(Screen.ANSWER)
    assert (earn.model.state.answer.payable, last_order(earn)["total"]) == (2500, 2500)
    assert earn.head() == 1


def test_another_amount_takes_an_enter_back_that_was_too_early(earn: Bench):
    begin(earn)
    earn.model.scan(earn.card.code)
    earn.settled()
    with earn.slow_store():
        earn.model.ask(EarnAmount("25"))
        earn.model.enter()
        earn.model.ask(EarnAmount("250"))
    earn.settled()
    assert (earn.model.state.screen, view(earn).order.total, earn.head()) == (Screen.EARN, 25000, 0)


def test_without_amount_or_member_nothing_is_recorded_and_it_is_said_what_is_missing(earn: Bench):
    begin(earn)
    earn.model.enter()
    assert earn.model.state.notice == "Enter the order's amount first."
    earn.model.ask(EarnAmount("5"))
    assert earn.model.state.notice == ""
    earn.settled()
    earn.model.enter()
    assert earn.model.state.notice == "Scan the member's card first."
    assert (earn.model.state.screen, earn.head()) == (Screen.EARN, 0)


def test_the_order_begun_at_the_till_is_the_one_that_earns(earn: Bench):
    earn.model.till_order("T-9", (Line(line=1, sku="coffee", quantity=1, amount=3200),))
    earn.until(Screen.MEMBER)
    earn.model.scan(earn.card.code)
    earn.quoted(3200)
    begin(earn)
    assert (view(earn).order.is_from_till, view(earn).member.balance, view(earn).order.points) == (
        True,
        300,
        32,
    )
    earn.model.enter()
    earn.until(Screen.ANSWER)
    assert last_order(earn)["order_id"] == "T-9"


def test_escape_goes_back_to_the_order_with_its_amount_as_it_was(earn: Bench):
    open_member(earn)
    earn.model.type_amount("60")
    earn.quoted(6000)
    begin(earn, "70")
    earn.model.escape()
    earn.quoted(6000)
    assert earn.model.state.order.typed == "60"


def test_from_the_idle_page_escape_goes_back_there(earn: Bench):
    begin(earn, "70")
    earn.model.escape()
    assert earn.model.state.screen is Screen.IDLE


def test_the_customer_display_greets_whose_points_they_are(earn: Bench):
    begin(earn, "60")
    assert display_of(earn.model.state).slide is Slide.BRAND
    earn.model.scan(earn.card.code)
    earn.settled()
    told = display_of(earn.model.state)
    assert (told.slide, told.name, told.points) == (Slide.MEMBER, "Ada", 300)


def test_another_members_card_asks_whether_to_switch_and_takes_the_amount_along(earn: Bench):
    other = earn.thread.call(lambda store: a_member(store, seed=2, name="Ben"))
    begin(earn, "70")
    earn.model.scan(earn.card.code)
    earn.settled()
    earn.model.scan(other.code)
    earn.until(Screen.SWITCH)
    assert earn.model.state.order.total == 7000
    earn.settled()
    earn.model.enter()
    earn.quoted(7000)
    assert earn.model.state.member.name == "Ben"


def test_an_unknown_code_is_told_and_leaves_everything(earn: Bench):
    begin(earn, "70")
    earn.model.scan("4006381333931")
    earn.qtbot.waitUntil(lambda: bool(earn.model.state.notice))
    assert (earn.model.state.screen, view(earn).order.total) == (Screen.EARN, 7000)


def test_a_voucher_goes_to_the_members_page_with_the_amount(earn: Bench):
    begin(earn, "70")
    earn.model.scan(earn.card.code)
    earn.settled()
    earn.model.scan(earn.voucher)
    earn.until(Screen.MEMBER)
    earn.quoted(7000)
    assert (earn.model.state.screen, earn.model.state.member.balance) == (Screen.MEMBER, 300)


def test_rules_that_changed_meanwhile_are_shown_before_anything_is_recorded(earn: Bench):
    begin(earn, "60")
    earn.model.scan(earn.card.code)
    earn.settled()
    twice = [{"id": "base", "points_milli": 2000, "per": 100, "mode": "full_unit"}]
    earn.thread.call(lambda store: put_program(store, a_program(version=2, earning=twice)))

    def press_until_it_is_shown() -> None:
        if isinstance(earn.model.state.flow, EarnView) and view(earn).order.points == 60:
            earn.model.enter()

    earn.model.changed.connect(press_until_it_is_shown)
    earn.model.enter()
    earn.qtbot.waitUntil(lambda: view(earn).order.points == 120)
    earn.model.changed.disconnect(press_until_it_is_shown)
    assert earn.model.state.is_new and earn.model.state.notice.startswith("What this order gets has changed")
    earn.model.enter()  # the second of two that were meant for the first
    assert earn.model.state.screen is Screen.EARN and earn.head() == 0
    earn.settled()
    earn.model.enter()
    earn.until(Screen.ANSWER)
    assert earn.model.state.answer.points == 120


def test_what_went_wrong_leaves_the_order_to_try_again(earn: Bench, monkeypatch):
    begin(earn, "60")
    earn.model.scan(earn.card.code)
    earn.settled()

    def broken(*args, **kwargs):
        raise OSError("disk")

    with monkeypatch.context() as patched:
        patched.setattr("ui.models.quotes.hand_in_as_shown", broken)
        patched.setattr("ui.models.answers.log.error", lambda *args, **kwargs: None)
        earn.model.enter()
        earn.until(Screen.ANSWER)
    assert earn.model.state.answer.word is AnswerWord.NOT_POSSIBLE
    earn.leave_answer()
    earn.quoted(6000)
    assert (earn.model.state.screen, earn.model.state.member.balance) == (Screen.MEMBER, 300)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_amount_is_typed_at_once_and_by_the_keys_on_the_screen(shown) -> None:
    shown.show(STATES["earn-empty"])
    assert shown.type("12") == [("ask", EarnAmount("1")), ("ask", EarnAmount("12"))]
    pad = {button.accessibleName(): button for button in shown.window.pages[Screen.EARN].keypad.buttons}
    pad["00"].click()
    assert shown.model.asked[-1] == ("ask", EarnAmount("1200"))
    pad["Delete the last digit"].click()
    assert shown.model.asked[-1] == ("ask", EarnAmount("120"))
    assert shown.press(Key.Key_Return) == [("enter",)]
    assert shown.press(Key.Key_Escape) == [("escape",)]
    assert min(min(button.width(), button.height()) for button in pad.values()) >= 48


def test_the_page_begins_with_the_amount_of_now_and_the_first_digit_replaces_it(shown) -> None:
    shown.show(STATES["earn"])
    field = shown.window.pages[Screen.EARN].field
    assert (field.text(), shown.model.asked) == ("23.60", [])
    assert shown.type("7") == [("ask", EarnAmount("7"))]
    shown.show(STATES["idle"])
    again = STATES["earn"].flow
    shown.show(replace(STATES["earn"], flow=replace(again, begun=again.begun + 100)))
    assert field.text() == "23.60"


def test_what_the_points_are_for_is_said(shown) -> None:
    shown.show(STATES["earn"])
    said = [label.text() for label in shown.window.findChildren(QLabel) if label.isVisible()]
    assert "1 for each €1.00 · ×2 Tuesday" in said and "1.5 for each product" in said


def test_the_action_bar_shows_the_keys_that_have_a_page_and_does_what_they_do(shown) -> None:
    shown.show(STATES["idle"])
    bar = shown.window.idle.bar
    assert [button.accessibleName().rsplit("(")[-1] for button in bar.buttons] == [
        f"{key.name.removeprefix('Key_')})" for key in bar_keys()
    ]
    assert all(button.height() >= 64 for button in bar.buttons)
    by_mouse, by_key = [], []
    for key, button in zip(bar_keys(), bar.buttons, strict=True):
        shown.model.asked.clear()
        button.click()
        by_mouse += shown.model.asked
        by_key += shown.press(key)
    assert by_mouse == by_key and ("open", Screen.EARN) in by_key


def test_help_names_every_key_that_brings_up_a_page(shown) -> None:
    shown.show(STATES["idle"])
    assert shown.press(Key.Key_F1) == [("open", Screen.HELP)]
    named = {key for key, _does in key_map()}
    assert {key.name.removeprefix("Key_") for key in FLOW_KEYS} <= named
    shown.show(STATES["help"])
    assert shown.press(Key.Key_Return) == [("enter",)]


# --- by real keys -----------------------------------------------------------------------------------------------------


def test_three_actions_from_the_card_to_the_points(by_keys: RealStation) -> None:
    by_keys._application._scanned(Scanned(by_keys.card.code, Source.WEDGE))
    by_keys.until_screen(Screen.MEMBER)
    by_keys.press(Key.Key_F2)  # the first action
    by_keys.until_screen(Screen.EARN)
    for digit in (Key.Key_3, Key.Key_2):  # the second
        by_keys.press(digit)
    by_keys.press(Key.Key_Return)  # the third
    by_keys.until_screen(Screen.ANSWER)
    assert (by_keys.state.answer.word, by_keys.state.answer.points) == (AnswerWord.QUEUED, 32)

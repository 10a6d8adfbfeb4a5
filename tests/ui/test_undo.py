"""Undoing: a whole order, goods that come back, a manager's approval, receipts; on a real store, and by real keys."""

import pytest
from PySide6.QtCore import Qt

from app.core.approvals import Why
from app.core.money import CURRENCIES
from app.core.order import Line
from app.core.reasons import Reason
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from scanner.source import Scanned, Source
from tests.builders import PIN, a_member, a_person
from tests.ui.card_till import a_card, a_till, confirm, paying, with_order
from tests.ui.real_station import RealStation
from tests.ui.station_bench import Bench
from ui import texts_undo
from ui.gallery import states
from ui.models.approving import Because
from ui.models.known_flows import FLOWS
from ui.models.pin_pad import Choose, GivePin
from ui.models.state import AnswerWord, Screen
from ui.models.undo import ChooseOrder, ReturnGoods, Say, TurnGoods, UndoView
from ui.models.which_order import FindOrder

Key = Qt.Key
MINUTE_MS = 60_000
USD = CURRENCIES["USD"]
PIN_MS = 30_000  # a PIN takes its time where all are at work
STATES = states()


@pytest.fixture
def undo(bench: Bench) -> Bench:
    bench.model.add_flows(*FLOWS)
    return bench


def view(bench: Bench) -> UndoView:
    found = bench.model.state.flow
    assert isinstance(found, UndoView)
    return found


def buy(bench: Bench, order_id: str, amount: int = 4000, *, member: bool = True) -> None:
    """Hand in an order of three of a kind and leave its answer."""
    bench.model.till_order(order_id, (Line(line=1, sku="tea", quantity=3, amount=amount),))
    bench.until(Screen.MEMBER)
    if member:
        bench.model.scan(bench.card.code)
        bench.qtbot.waitUntil(lambda: bench.model.state.member is not None)  # else the quote may be of before
    bench.quoted(amount)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    bench.leave_answer()


def begin(bench: Bench) -> None:
    bench.model.open(Screen.UNDO)
    bench.qtbot.waitUntil(lambda: view(bench).is_read)
    bench.settled()


def entries(bench: Bench, kind: str) -> list[dict]:
    read = lambda store: [e.data for e in store.journal.entries(from_seq=1) if e.type == kind]  # noqa: E731
    return bench.thread.call(read)


def test_enter_undoes_the_newest_order_and_the_answer_says_what_to_do(undo: Bench):
    buy(undo, "A-1")
    buy(undo, "A-2", 2000)
    begin(undo)
    assert (view(undo).chosen, view(undo).reason) == ("A-2", ReversalReason.MISTAKE)
    assert [row.found.due for row in view(undo).rows] == [2000, 3500]  # the effect of each
    undo.model.enter()
    undo.until(Screen.ANSWER)
    answer, (entry,) = undo.model.state.answer, entries(undo, "void")
    assert (answer.word, answer.undone.due, answer.receipt) == (AnswerWord.QUEUED, 2000, entry["reversal_id"])
    assert (entry["order_id"], entry["reason"]) == ("A-2", "mistake")
    assert undo.woken


def test_what_goes_back_on_a_gift_card_is_told(bench: Bench):
    with_order(a_till(bench), "60", 6000)
    bench.model.scan(a_card(bench))
    paying(bench)
    confirm(bench)
    bench.leave_answer()
    begin(bench)
    effect = view(bench).rows[0].found
    assert "Goes back on the gift card: $20.00." in texts_undo.in_full(effect, USD)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    answer = bench.model.state.answer
    told = texts_undo.answer_details(answer, answer.undone, USD)
    assert told[0] == "Is back on the gift card: $20.00"


def test_a_second_enter_undoes_nothing_more(undo: Bench):
    buy(undo, "A-1")
    buy(undo, "A-2")
    undo.model.open(Screen.UNDO)
    undo.model.enter()  # before the list has come
    begin(undo)
    undo.model.enter()
    undo.model.enter()
    undo.until(Screen.ANSWER)
    undo.model.enter()
    undo.settled()
    assert undo.model.state.screen is Screen.ANSWER and len(entries(undo, "void")) == 1
    assert not undo.model.state.answer.is_repeat  # it was asked once


def test_nothing_is_undone_before_it_was_on_the_screen(undo: Bench):
    buy(undo, "A-1")
    undo.until(Screen.IDLE)
    undo.paints = False
    undo.model.open(Screen.UNDO)
    undo.qtbot.waitUntil(lambda: view(undo).is_read)
    undo.model.enter()
    assert (undo.model.state.is_busy, undo.model.state.screen) == (False, Screen.UNDO)


def test_an_order_of_a_member_without_a_name_is_a_members(undo: Bench):
    undo.card = undo.thread.call(lambda store: a_member(store, seed=3, name=""))
    buy(undo, "A-1")
    buy(undo, "A-2", member=False)
    begin(undo)
    assert [row.is_member for row in view(undo).rows] == [False, True]
    undo.qtbot.waitUntil(lambda: [row.is_member for row in undo.model.state.recent] == [False, True])


def test_an_order_that_has_been_undone_says_so(undo: Bench):
    buy(undo, "A-1")
    begin(undo)
    undo.model.enter()
    undo.until(Screen.ANSWER)
    undo.settled()
    undo.model.open(Screen.UNDO)  # from the answer: what was undone just now is nothing to undo
    undo.qtbot.waitUntil(lambda: view(undo).is_read)
    undo.settled()
    assert (view(undo).chosen, view(undo).rows[0].found.reason) == ("", Reason.ORDER_UNDONE)
    undo.model.enter()
    assert undo.model.state.notice == "Pick an order first."
    undo.model.ask(ChooseOrder("A-1"))
    undo.model.enter()
    assert undo.model.state.notice == "This order has been undone. Nothing of it is left."
    assert (undo.model.state.screen, len(entries(undo, "void"))) == (Screen.UNDO, 1)


def test_from_an_answer_it_is_the_order_of_the_answer(undo: Bench):
    buy(undo, "A-1")
    buy(undo, "A-2")
    undo.model.till_order("A-1", (Line(line=1, sku="tea", quantity=3, amount=4000),))  # handed in once more
    undo.model.scan(undo.card.code)
    undo.quoted(4000)
    undo.model.enter()
    undo.until(Screen.ANSWER)
    assert undo.model.state.answer.is_repeat
    undo.settled()
    begin(undo)
    assert view(undo).chosen == "A-1"


def test_a_receipt_opens_its_order_from_idle_member_and_answer(undo: Bench):
    buy(undo, "A-1")
    buy(undo, "A-2", member=False)
    undo.model.scan("TS:R:A-1")
    undo.until(Screen.UNDO)
    undo.qtbot.waitUntil(lambda: view(undo).chosen == "A-1")
    undo.settled()
    undo.model.escape()
    undo.model.scan(undo.card.code)
    undo.until(Screen.MEMBER)
    redemption = undo.thread.call(
        lambda store: [e for e in store.journal.entries(from_seq=1) if e.type == "redeem"]
    )
    undo.model.scan(f"TS:R:{redemption[0].data['redemption_id']}")
    undo.until(Screen.UNDO)
    undo.qtbot.waitUntil(lambda: view(undo).chosen == "A-1")
    undo.settled()
    undo.model.enter()
    undo.until(Screen.ANSWER)
    undo.model.scan("TS:R:A-2")  # while nobody can have read the answer yet
    undo.until(Screen.UNDO)
    undo.qtbot.waitUntil(lambda: view(undo).chosen == "A-2")


def test_a_receipt_waits_while_an_order_is_begun(undo: Bench):
    buy(undo, "A-1")
    undo.model.till_order("A-2", (Line(line=1, sku="tea", quantity=1, amount=2000),))
    undo.until(Screen.MEMBER)
    undo.model.scan("TS:R:A-1")
    undo.qtbot.waitUntil(lambda: bool(undo.model.state.notice))
    assert undo.model.state.notice == "Finish this order first, or press Esc. Then scan the receipt again."
    assert undo.model.state.screen is Screen.MEMBER


def test_a_receipt_of_another_station_is_told_and_the_last_orders_stand_there(undo: Bench):
    buy(undo, "A-1")
    undo.model.scan("TS:R:Z-9")
    undo.until(Screen.UNDO)
    undo.qtbot.waitUntil(lambda: view(undo).is_read)
    assert [row.order_id for row in view(undo).rows] == ["A-1"]
    undo.model.ask(FindOrder("Z-8"))
    undo.qtbot.waitUntil(lambda: bool(undo.model.state.notice))
    assert undo.model.state.screen is Screen.UNDO and view(undo).chosen == "A-1"


def test_what_was_begun_at_the_till_is_still_there_after_undoing(undo: Bench):
    buy(undo, "A-1")
    undo.model.till_order("A-2", (Line(line=1, sku="tea", quantity=1, amount=2000),))
    undo.until(Screen.MEMBER)
    begin(undo)
    undo.model.enter()
    undo.until(Screen.ANSWER)
    assert undo.model.state.answer.goes_back  # so nothing is said of a next member
    undo.leave_answer()
    undo.until(Screen.MEMBER)
    assert undo.model.state.order.order_id == "A-2"


def test_an_older_order_needs_a_reason_and_a_manager(undo: Bench):
    eva = undo.thread.call(lambda store: a_person(store, seed=3, role="manager", name="Eva"))
    buy(undo, "A-1")
    undo.clock.set_ms(undo.clock.now_ms() + 11 * MINUTE_MS)
    begin(undo)
    assert view(undo).chosen == ""  # nothing of one's own is fresh
    undo.model.ask(ChooseOrder("A-1"))
    undo.model.enter()
    assert undo.model.state.notice == "Pick a reason first."
    undo.model.ask(Say(ReversalReason.WRONG_MEMBER))
    undo.model.enter()
    undo.until(Screen.APPROVAL)
    assert undo.model.state.flow.request.what == "Undo this order"
    undo.model.ask(Choose(eva))
    undo.model.ask(Because(Why.WRONG_MEMBER))
    undo.model.ask(GivePin(PIN))
    undo.qtbot.waitUntil(lambda: undo.model.state.screen is Screen.ANSWER, timeout=PIN_MS)
    (entry,) = entries(undo, "void")
    assert (entry["reason"], entry["approver"], entry["approval"]["why"]) == (
        "wrong_member",
        eva,
        "wrong_member",
    )


def test_without_approval_nothing_is_undone_and_the_page_is_as_it_was(undo: Bench):
    undo.thread.call(lambda store: a_person(store, seed=3, role="manager", name="Eva"))
    buy(undo, "A-1")
    undo.clock.set_ms(undo.clock.now_ms() + 11 * MINUTE_MS)
    begin(undo)
    undo.model.ask(ChooseOrder("A-1"))
    undo.model.ask(Say(ReversalReason.CHANGED_MIND))
    before = view(undo)
    undo.model.enter()
    undo.until(Screen.APPROVAL)
    undo.model.escape()
    undo.until(Screen.UNDO)
    assert view(undo) == before and not entries(undo, "void")


def test_what_was_a_slip_when_the_page_came_up_may_be_a_managers_by_now(undo: Bench):
    undo.thread.call(lambda store: a_person(store, seed=3, role="manager", name="Eva"))
    buy(undo, "A-1")
    begin(undo)
    undo.clock.set_ms(undo.clock.now_ms() + 11 * MINUTE_MS)
    undo.model.enter()
    undo.qtbot.waitUntil(lambda: bool(undo.model.state.notice))
    assert undo.model.state.screen is Screen.UNDO and not undo.model.state.is_busy
    undo.settled()
    undo.model.enter()
    undo.until(Screen.APPROVAL)


def test_goods_come_back_by_lines_and_the_refund_is_shown(undo: Bench):
    buy(undo, "A-1")
    begin(undo)
    undo.model.ask(ReturnGoods())
    undo.qtbot.waitUntil(lambda: view(undo).kind is Kind.RETURN)
    undo.model.enter()
    assert undo.model.state.notice == "Say first what comes back."
    for steps in (1, 1, 1, 1, -1):  # a fourth isn't there
        undo.model.ask(TurnGoods(1, steps))
    undo.qtbot.waitUntil(lambda: view(undo).effect is not None)
    undo.settled()
    assert (view(undo).goods[0].picked_milli, view(undo).effect.due) == (2000, 2333)
    undo.model.enter()
    assert undo.model.state.notice == "Pick a reason first."
    undo.model.ask(Say(ReversalReason.GOODS_FAULTY))
    undo.model.enter()
    undo.until(Screen.ANSWER)
    (entry,) = entries(undo, "return")
    assert (entry["units"], entry["till"], entry["reason"]) == ([[1, 2000]], 2333, "goods_faulty")
    assert (undo.model.state.answer.undone.is_return, undo.model.state.answer.undone.due) == (True, 2333)


def test_nothing_is_recorded_of_goods_that_are_still_being_worked_out(undo: Bench):
    buy(undo, "A-1")
    begin(undo)
    undo.model.ask(ReturnGoods())
    undo.qtbot.waitUntil(lambda: view(undo).kind is Kind.RETURN)
    undo.model.ask(TurnGoods(1, 1))
    undo.qtbot.waitUntil(lambda: view(undo).effect is not None)
    undo.settled()
    undo.model.ask(Say(ReversalReason.GOODS_BACK))
    with undo.slow_store():
        undo.model.ask(TurnGoods(1, 1))
        undo.model.enter()
        assert not undo.model.state.is_busy and view(undo).effect is None
    undo.settled()
    assert not entries(undo, "return") and view(undo).reason is ReversalReason.GOODS_BACK
    undo.model.escape()
    assert (view(undo).kind, view(undo).chosen) == (Kind.VOID, "A-1")


def test_a_member_who_is_scanned_comes_to_the_till(undo: Bench):
    buy(undo, "A-1")
    other = undo.thread.call(lambda store: a_member(store, seed=2, name="Ben"))
    begin(undo)
    undo.model.scan(other.code)
    undo.until(Screen.MEMBER)
    assert undo.model.state.member.name == "Ben"


# --- the page -------------------------------------------------------------------------------------------------------


def test_keys_choose_say_why_and_how_much(shown) -> None:
    shown.show(STATES["undo"])
    assert shown.press(Key.Key_2) == [("ask", ChooseOrder("A-1"))]
    assert shown.press(Key.Key_Down) == [("ask", Say(ReversalReason.WRONG_MEMBER))]
    assert shown.press(Key.Key_Up) == [("ask", Say(ReversalReason.TILL_VOIDED))]
    assert shown.press(Key.Key_F7) == [("ask", ReturnGoods())]
    assert shown.press(Key.Key_Return) == [("enter",)]
    assert shown.press(Key.Key_Escape) == [("escape",)]
    shown.show(STATES["undo-goods"])
    assert shown.press(Key.Key_2, Key.Key_Plus, Key.Key_Minus) == [
        ("ask", TurnGoods(2)),
        ("ask", TurnGoods(1, 1)),
        ("ask", TurnGoods(1, -1)),
    ]


def test_a_number_is_typed_and_its_digits_choose_nothing(shown) -> None:
    shown.show(STATES["undo"])
    shown.press(Key.Key_F6)
    assert shown.type("12") == []
    assert shown.press(Key.Key_Return) == [("ask", FindOrder("12"))]
    assert shown.press(Key.Key_1) == [("ask", ChooseOrder("A-0"))]  # the list has the keys again
    shown.press(Key.Key_F6)
    assert shown.press(Key.Key_Escape) == []  # back to the list, not out
    assert shown.press(Key.Key_Escape) == [("escape",)]


def test_an_answer_offers_to_undo_what_it_is_about(shown) -> None:
    shown.show(STATES["answer-undone"])
    assert not shown.window.answer._undo.isVisible()
    assert shown.press(Key.Key_F8) == [("open", Screen.UNDO)]


# --- by real keys -----------------------------------------------------------------------------------------------------


def test_two_actions_from_the_answer_to_undone(by_keys: RealStation) -> None:
    by_keys.open_visit(by_keys.card.code)
    assert by_keys.confirm().discount == 500
    by_keys.until(lambda: not by_keys.state.is_new)
    by_keys.press(Key.Key_F8)  # the first action
    by_keys.until_screen(Screen.UNDO)
    by_keys.until(lambda: by_keys.state.flow.is_read and not by_keys.state.is_new)
    assert by_keys.has_shown("Give $30.00 back at the till.") or by_keys.has_shown(
        "Give €30.00 back at the till."
    )
    by_keys.press(Key.Key_Return)  # the second
    by_keys.until_screen(Screen.ANSWER)
    assert by_keys.state.answer.undone.value == 500
    by_keys.leave_answer()
    by_keys.until_screen(Screen.IDLE)
    by_keys._application._scanned(Scanned("TS:R:nothing", Source.WEDGE))
    by_keys.until_screen(Screen.UNDO)

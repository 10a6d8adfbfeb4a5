"""Another member's card beside an order: one question, and what each answer does."""

from app.core.order import Line
from tests.builders import AMember, a_member
from tests.ui.station_bench import Bench, open_member
from ui.models.state import Screen


def a_second_member(bench: Bench) -> AMember:
    return bench.thread.call(lambda store: a_member(store, seed=2, name="Bo", balance=5))


def scan_another(bench: Bench) -> None:
    """Scan Ada, type 60.00, pick ten percent off, then scan Bo."""
    other = a_second_member(bench)
    open_member(bench)
    bench.model.type_amount("60")
    bench.quoted(6000)
    bench.model.pick(bench.offer("ten").key)
    bench.qtbot.waitUntil(lambda: bench.model.state.order.discount == 600)
    bench.model.scan(other.code)
    bench.until(Screen.SWITCH)
    bench.settled()


def test_another_members_card_is_asked_about_and_enter_switches(bench: Bench):
    scan_another(bench)
    assert bench.model.state.newcomer.name == "Bo"
    assert bench.model.state.member.balance == 300
    bench.model.pick(1)
    bench.model.enter()
    bench.until(Screen.MEMBER)
    assert bench.model.state.member.balance == 5
    bench.quoted(6000)
    assert not any(row.is_picked for row in bench.model.state.offers)
    assert bench.model.state.newcomer is None


def test_escape_stays_with_the_member_and_what_was_picked(bench: Bench):
    scan_another(bench)
    before = bench.head()
    bench.model.escape()
    bench.until(Screen.MEMBER)
    bench.quoted(6000)
    assert (bench.model.state.member.balance, bench.model.state.order.typed) == (300, "60")
    assert bench.offer("ten").is_picked and bench.model.state.order.discount == 600
    assert bench.head() == before


def test_the_first_members_card_again_is_a_no(bench: Bench):
    scan_another(bench)
    bench.model.scan(bench.card.code)
    bench.until(Screen.MEMBER)
    bench.quoted(6000)
    assert bench.offer("ten").is_picked


def test_a_voucher_waits_for_the_answer_to_the_question(bench: Bench):
    scan_another(bench)
    bench.model.scan(bench.voucher)
    bench.qtbot.waitUntil(lambda: "voucher" in bench.model.state.notice)
    assert bench.model.state.screen is Screen.SWITCH


def test_an_order_from_the_till_leaves_the_question_open(bench: Bench):
    scan_another(bench)
    bench.model.till_order("T-1", (Line(line=1, sku="coffee", quantity=1, amount=3200),))
    assert (bench.model.state.screen, bench.model.state.order.total) == (Screen.SWITCH, 3200)
    bench.settled()
    bench.model.enter()
    bench.quoted(3200)
    assert bench.model.state.member.balance == 5


def test_without_anything_to_lose_another_member_takes_over_at_once(bench: Bench):
    other = a_second_member(bench)
    open_member(bench)
    bench.model.scan(other.code)
    bench.qtbot.waitUntil(lambda: bench.model.state.member.balance == 5)
    assert bench.model.state.screen is Screen.MEMBER

"""Enter records what is shown and looked at, and nothing else."""

import pytest

from app.store.faults import DiskFull
from sync.worker import LinkState
from tests.builders import a_member, a_program, a_voucher, put_program
from tests.ui.station_bench import FIVE_OFF, TEN_PERCENT, Bench, a_choice, open_member
from ui.models.guard import LOOK_MS, READ_MS, Guard
from ui.models.state import AnswerWord, Screen

ONE_OFF = a_choice(
    "five",
    "1.00 off from 30.00",
    {"kind": "amount_off", "target": "order", "amount": 100},
    condition={"fact": "order.total", "op": "at_least", "value": 3000},
)


def picked(bench: Bench) -> set[str]:
    return {row.rule_id for row in bench.model.state.offers if row.is_picked}


def open_order(bench: Bench, typed: str = "35") -> None:
    """Scan the member, type a total, and wait until Enter would confirm it."""
    open_member(bench)
    bench.model.type_amount(typed)
    bench.quoted(int(typed) * 100)


def confirm(bench: Bench) -> None:
    bench.model.enter()
    bench.until(Screen.ANSWER)


# --- what is picked -----------------------------------------------------------------------------------------


def test_an_offer_picked_by_itself_on_the_way_to_the_amount_does_not_stay(bench: Bench):
    open_order(bench, "35")
    assert picked(bench) == {"five"}
    bench.model.type_amount("350")
    bench.quoted(35_000)
    assert picked(bench) == set()
    assert bench.model.state.order.discount == 0
    bench.model.type_amount("35")
    bench.quoted(3_500)
    assert picked(bench) == {"five"}


def test_what_the_cashier_picked_stays_while_the_amount_is_typed_anew(bench: Bench):
    open_order(bench, "60")
    bench.model.pick(bench.offer("ten").key)
    bench.quoted(6_000)
    bench.model.type_amount("7")
    bench.quoted(700)
    assert picked(bench) == set()
    bench.model.type_amount("75")
    bench.quoted(7_500)
    assert picked(bench) == {"ten"}


def test_what_the_cashier_put_back_stays_put_back(bench: Bench):
    open_order(bench, "35")
    bench.model.pick(bench.offer("five").key)
    bench.quoted(3_500)
    assert picked(bench) == set()
    bench.model.type_amount("36")
    bench.quoted(3_600)
    assert picked(bench) == set()


def test_a_key_pressed_twice_before_the_quote_is_there_leaves_it_as_it_was(bench: Bench):
    open_order(bench, "60")
    key = bench.offer("ten").key
    with bench.slow_store():
        bench.model.pick(key)
        bench.model.pick(key)
    bench.quoted(6_000)
    assert picked(bench) == set()


# --- what Enter records -------------------------------------------------------------------------------------


def test_enter_waits_for_the_quote_of_the_amount_on_the_screen(bench: Bench):
    open_order(bench, "35")
    before = bench.head()
    with bench.slow_store():
        bench.model.type_amount("20")
        bench.model.enter()
        bench.model.enter()
        assert not bench.model.state.is_busy
    bench.quoted(2_000)
    assert (bench.head(), bench.model.state.screen) == (before, Screen.MEMBER)
    confirm(bench)
    assert (bench.model.state.answer.discount, bench.model.state.answer.payable) == (0, 2_000)


def test_enter_waits_until_the_quote_was_painted(bench: Bench):
    open_member(bench)
    bench.paints = False
    bench.model.type_amount("35")
    bench.qtbot.waitUntil(lambda: bench.model.state.order.discount == 500)
    as_long_as_it_takes = Guard(bench.model)
    as_long_as_it_takes.begin(LOOK_MS)
    with bench.qtbot.waitSignal(as_long_as_it_takes.ended):
        as_long_as_it_takes.painted()
    bench.model.enter()
    assert bench.model.state.is_new and not bench.model.state.is_busy
    bench.model.painted()
    bench.model.enter()
    assert not bench.model.state.is_busy
    bench.settled()
    confirm(bench)
    assert bench.model.state.answer.discount == 500


def test_the_enter_that_takes_the_amount_does_not_confirm_it_as_well(bench: Bench):
    open_order(bench)
    bench.model.totals_shown()
    bench.model.enter()
    assert not bench.model.state.is_busy
    bench.settled()
    confirm(bench)


def test_the_enter_that_switches_does_not_confirm_as_well(bench: Bench):
    other = bench.thread.call(lambda store: a_member(store, seed=2, name="Bo", balance=5))
    open_order(bench)
    bench.model.scan(other.code)
    bench.until(Screen.SWITCH)
    bench.model.enter()
    assert bench.model.state.screen is Screen.SWITCH  # it was meant for the order before
    bench.settled()
    before = bench.head()
    bench.model.enter()
    bench.qtbot.waitUntil(lambda: bool(bench.model.state.order.discount))
    bench.model.enter()
    assert not bench.model.state.is_busy
    bench.settled()
    assert bench.head() == before
    confirm(bench)


def test_a_failed_quote_is_asked_for_again_by_enter(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    open_member(bench)
    with monkeypatch.context() as patched:
        patched.setattr("ui.models.quotes.quote_visit", _full_disk)
        bench.model.type_amount("35")
        bench.qtbot.waitUntil(lambda: bench.model.state.notice == DiskFull.sentence)
    bench.model.enter()
    bench.quoted(3_500)
    confirm(bench)
    assert bench.model.state.answer.discount == 500


def _full_disk(*_: object, **__: object) -> None:
    raise DiskFull("no room")


def test_no_wait_is_as_long_as_two_presses_that_are_meant() -> None:
    assert 200 < LOOK_MS < 300 < READ_MS


# --- the answer ---------------------------------------------------------------------------------------------


def test_an_esc_that_came_too_late_leaves_the_answer_to_be_read(bench: Bench):
    open_order(bench)
    bench.model.enter()
    bench.model.escape()
    bench.until(Screen.ANSWER)
    bench.model.escape()
    assert bench.model.state.screen is Screen.ANSWER
    bench.qtbot.waitUntil(lambda: not bench.model.state.is_new)
    bench.model.escape()
    assert bench.model.state.screen is Screen.IDLE


@pytest.mark.parametrize("is_scanned_first", [True, False])
def test_a_card_that_crosses_a_confirm_is_opened_after_the_answer(bench: Bench, is_scanned_first: bool):
    other = bench.thread.call(lambda store: a_member(store, seed=2, name="Bo", balance=5))
    open_order(bench)
    with bench.slow_store():
        for step in (0, 1):
            if (step == 0) is is_scanned_first:
                bench.model.scan(other.code)
            else:
                bench.model.enter()
    bench.until(Screen.ANSWER)
    assert bench.model.state.answer.word is AnswerWord.QUEUED
    bench.leave_answer()
    bench.until(Screen.MEMBER)
    assert bench.model.state.member.name == "Bo"
    bench.model.escape()
    bench.model.scan(bench.card.code)
    bench.until(Screen.MEMBER)
    assert bench.model.state.member.name != "Bo"


# --- rules that come in between -----------------------------------------------------------------------------


def new_rules(bench: Bench) -> None:
    program = a_program(version=2, campaigns=[ONE_OFF, TEN_PERCENT])
    bench.thread.call(lambda store: put_program(store, program, version=2))


def test_rules_that_come_while_a_quote_is_shown_are_shown_before_they_count(bench: Bench):
    open_order(bench)
    before = bench.head()
    new_rules(bench)
    bench.model.enter()
    bench.qtbot.waitUntil(lambda: bench.model.state.order.discount == 100)
    assert "changed" in bench.model.state.notice
    assert (bench.head(), bench.model.state.is_busy) == (before, False)
    bench.settled()
    confirm(bench)
    assert bench.model.state.answer.discount == 100


def test_a_sync_that_brings_rules_quotes_anew_by_itself(bench: Bench):

    open_order(bench)
    new_rules(bench)
    bench.model.link_changed(LinkState(is_online=True, synced_at_ms=1))
    bench.qtbot.waitUntil(lambda: bench.model.state.order.discount == 100)
    assert "changed" in bench.model.state.notice


def test_rules_of_another_version_that_change_nothing_for_the_order_are_told_too(bench: Bench):
    open_order(bench)
    program = a_program(version=2, campaigns=[FIVE_OFF, TEN_PERCENT])
    bench.thread.call(lambda store: put_program(store, program, version=2))
    bench.model.enter()
    bench.qtbot.waitUntil(lambda: "changed" in bench.model.state.notice)
    bench.settled()
    confirm(bench)


# --- vouchers -----------------------------------------------------------------------------------------------


def vouchers(bench: Bench) -> int:
    return sum(row.is_voucher for row in bench.model.state.offers)


def test_the_same_voucher_again_is_told_and_not_taken_twice(bench: Bench):
    open_member(bench)
    bench.model.scan(bench.voucher)
    bench.qtbot.waitUntil(lambda: vouchers(bench) == 1)
    bench.model.scan(bench.voucher)
    bench.qtbot.waitUntil(lambda: "already" in bench.model.state.notice)
    bench.settled()
    assert vouchers(bench) == 1


def test_a_voucher_can_be_taken_out_of_the_order_again_and_scanned_once_more(bench: Bench):
    second = bench.thread.call(lambda store: a_voucher(store, seed=2))
    open_member(bench)
    for count, code in enumerate((bench.voucher, second), start=1):
        bench.model.scan(code)
        bench.qtbot.waitUntil(lambda count=count: vouchers(bench) == count)
    first, last = (held.redemption_id for held in bench.model._visit.vouchers)
    bench.model.remove_voucher()
    bench.qtbot.waitUntil(lambda: vouchers(bench) == 1)
    assert [row.redemption_id for row in bench.model.state.offers if row.is_voucher] == [first]
    bench.model.remove_voucher(first)
    bench.qtbot.waitUntil(lambda: vouchers(bench) == 0)
    bench.model.remove_voucher(first)
    bench.model.scan(second)
    bench.qtbot.waitUntil(lambda: vouchers(bench) == 1)
    assert last not in [row.redemption_id for row in bench.model.state.offers]

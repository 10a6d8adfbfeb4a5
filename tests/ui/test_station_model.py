"""The station's view-model on a real store and its real thread, without a window."""

import pytest
from pytestqt.qtbot import QtBot

from app.core.order import Line
from app.core.reasons import Reason, Refusal
from app.store.faults import DiskFull
from sync.worker import LinkState
from tests.builders import (
    NOW_MS,
    a_program,
    a_voucher,
    put_program,
)
from tests.ui.station_bench import Bench, a_choice, open_member
from ui.models.around import LOOK_AGAIN_S
from ui.models.state import AnswerWord, PillKind, Screen


def test_scan_amount_and_enter_redeem_the_one_offer_that_fits(bench: Bench):
    open_member(bench)
    assert bench.model.state.member.balance == 300
    bench.model.type_amount("30.00")
    bench.quoted(3000)
    five, ten = bench.offer("five"), bench.offer("ten")
    assert five.is_usable and five.is_picked and five.key == 1
    assert not ten.is_usable
    assert ten.refusals[0].numbers["missing"] == 2000
    assert (bench.model.state.order.discount, bench.model.state.order.payable) == (500, 2500)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    answer = bench.model.state.answer
    assert (answer.word, answer.discount, answer.payable, answer.points) == (AnswerWord.QUEUED, 500, 2500, 25)


def test_an_order_from_the_till_needs_a_scan_and_enter_only(bench: Bench):
    bench.model.till_order("T-1", (Line(line=1, sku="coffee", quantity=1, amount=3200),))
    bench.until(Screen.MEMBER)
    open_member(bench)
    bench.quoted(3200)
    assert bench.offer("five").is_picked
    bench.model.enter()
    bench.until(Screen.ANSWER)
    assert bench.model.state.answer.discount == 500


def test_a_double_enter_is_one_redemption(bench: Bench):
    open_member(bench)
    bench.model.type_amount("30")
    bench.quoted(3000)
    before = bench.head()
    bench.model.enter()
    bench.model.enter()
    bench.until(Screen.ANSWER)
    assert bench.head() == before + 2  # the order and its one redemption


def test_an_enter_that_comes_with_the_answer_does_not_leave_it(bench: Bench):
    open_member(bench)
    bench.model.type_amount("30")
    bench.quoted(3000)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    bench.model.enter()
    assert bench.model.state.screen is Screen.ANSWER
    bench.leave_answer()
    assert bench.model.state.screen is Screen.IDLE


def test_a_scan_leaves_an_answer_at_once(bench: Bench):
    bench.model.scan("hello there")
    bench.until(Screen.ANSWER)
    assert bench.model.state.is_new
    open_member(bench)


def test_the_pending_points_rise_and_the_count_waits_at_once(bench: Bench, qtbot: QtBot):
    open_member(bench)
    bench.model.type_amount("30")
    bench.quoted(3000)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    qtbot.waitUntil(lambda: bench.model.state.pill.waiting == 1)
    assert [row.is_queued for row in bench.model.state.recent] == [True]
    bench.leave_answer()
    open_member(bench)
    assert bench.model.state.member.pending == 25
    assert bench.model.state.today.redemptions == 1


def test_offers_are_picked_and_put_back_by_their_keys(bench: Bench):
    open_member(bench)
    bench.model.type_amount("60")
    bench.quoted(6000)
    # Two fit, so none is picked by itself.
    assert not any(row.is_picked for row in bench.model.state.offers)
    bench.model.pick(bench.offer("ten").key)
    bench.quoted(6000)
    assert bench.model.state.order.discount == 600
    bench.model.pick(bench.offer("five").key)
    bench.quoted(6000)
    bench.qtbot.waitUntil(lambda: bench.model.state.order.discount > 600)
    bench.model.pick(bench.offer("ten").key)
    bench.qtbot.waitUntil(lambda: bench.model.state.order.discount == 500)


def test_a_voucher_goes_with_the_member_and_shows_why_it_can_not(bench: Bench):
    open_member(bench)
    bench.model.scan(bench.voucher)
    bench.qtbot.waitUntil(lambda: any(row.is_voucher for row in bench.model.state.offers))
    row = next(row for row in bench.model.state.offers if row.is_voucher)
    assert not row.is_usable
    bench.model.till_order("T-1", (Line(line=1, sku="coffee", quantity=1, amount=450),))
    bench.qtbot.waitUntil(lambda: any(row.is_voucher and row.is_usable for row in bench.model.state.offers))
    bench.settled()
    bench.model.enter()
    bench.until(Screen.ANSWER)
    assert bench.model.state.answer.discount == 100


def test_a_voucher_is_told_what_helps_and_its_order_is_listed_as_refused(bench: Bench):
    bench.model.scan(bench.voucher)
    bench.qtbot.waitUntil(lambda: any(row.is_voucher for row in bench.model.state.offers))
    voucher = lambda: next(row for row in bench.model.state.offers if row.is_voucher)  # noqa: E731
    assert [refusal.reason for refusal in voucher().refusals] == [Reason.ORDER_NEEDED]
    bench.model.type_amount("5")
    bench.quoted(500)
    bench.qtbot.waitUntil(lambda: [why.reason for why in voucher().refusals] == [Reason.LINES_NEEDED])
    bench.settled()
    bench.model.enter()
    bench.until(Screen.ANSWER)
    assert bench.model.state.answer.word is AnswerWord.NOT_POSSIBLE
    bench.qtbot.waitUntil(lambda: bool(bench.model.state.recent))
    assert bench.model.state.recent[0].refusal == Refusal(Reason.LINES_NEEDED)
    assert bench.model.state.pill.waiting == 1


def test_unknown_codes_answer_on_the_idle_page_and_notice_beside_a_member(bench: Bench, qtbot: QtBot):
    bench.model.scan("hello there")
    bench.until(Screen.ANSWER)
    assert bench.model.state.answer.word is AnswerWord.UNKNOWN
    assert "hello there" in bench.model.state.answer.sentence
    open_member(bench)
    bench.model.scan("hello there")
    qtbot.waitUntil(lambda: "hello there" in bench.model.state.notice)
    assert bench.model.state.screen is Screen.MEMBER


def test_nothing_is_redeemed_without_an_order(bench: Bench):
    open_member(bench)
    before = bench.head()
    bench.model.enter()
    assert bench.model.state.screen is Screen.MEMBER
    assert "order" in bench.model.state.notice
    assert bench.head() == before


def test_escape_leaves_nothing_behind(bench: Bench):
    open_member(bench)
    bench.model.type_amount("30")
    bench.quoted(3000)
    before = bench.head()
    bench.model.escape()
    assert bench.model.state.screen is Screen.IDLE
    assert bench.model.state.member is None
    assert bench.head() == before


def test_a_fault_is_told_in_words_and_the_same_order_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    open_member(bench)
    bench.model.type_amount("30")
    bench.quoted(3000)
    order_id = bench.model.state.order.order_id
    with monkeypatch.context() as patched:
        patched.setattr("ui.models.quoting.hand_in", _full_disk)
        bench.model.enter()
        bench.until(Screen.ANSWER)
    assert bench.model.state.answer.word is AnswerWord.NOT_POSSIBLE
    assert bench.model.state.answer.sentence == DiskFull.sentence
    bench.leave_answer()
    bench.until(Screen.MEMBER)
    assert bench.model.state.order.order_id == order_id
    bench.quoted(3000)
    bench.model.enter()
    bench.qtbot.waitUntil(lambda: bench.model.state.screen is Screen.ANSWER)
    assert bench.model.state.answer.discount == 500


def _full_disk(store, order_in, at_till):
    raise DiskFull("no room")


def test_the_pill_tells_how_the_line_stands(bench: Bench, qtbot: QtBot):
    pill = lambda: bench.model.state.pill.kind  # noqa: E731
    assert pill() is PillKind.CONNECTING
    bench.model.link_changed(LinkState(is_online=True, synced_at_ms=NOW_MS))
    qtbot.waitUntil(lambda: pill() is PillKind.FRESH)
    cut = LinkState(is_online=False, synced_at_ms=NOW_MS, problem="hq_unreachable")
    bench.model.link_changed(cut)
    qtbot.waitUntil(lambda: bench.model.link == "offline")
    assert pill() is PillKind.FRESH  # the next try may succeed
    bench.model.link_changed(cut)
    qtbot.waitUntil(lambda: pill() is PillKind.OFFLINE)
    qtbot.waitUntil(
        lambda: bench.model.state.notice == "Head office can't be reached. Everything goes on here."
    )
    bench.model.dismiss_notice()
    bench.model.link_changed(cut)
    bench.settled()
    assert bench.model.state.notice == ""  # it is told once
    bench.clock.set_ms(NOW_MS + 25 * 3_600_000)
    qtbot.waitUntil(lambda: pill() is PillKind.STALE)
    bench.model.link_changed(LinkState(is_online=False, synced_at_ms=NOW_MS, problem="fork"))
    qtbot.waitUntil(lambda: pill() is PillKind.ATTENTION)


def test_an_hq_that_answers_and_stands_still_is_no_line_that_is_fresh(bench: Bench, qtbot: QtBot):
    """Whoever passes for it hands out yesterday's facts: the pill goes by their age."""
    pill = lambda: bench.model.state.pill  # noqa: E731
    day_ms = 24 * 3_600_000
    for age_ms, kind in ((day_ms, PillKind.FRESH), (day_ms + 1000, PillKind.STALE)):
        heard = LinkState(is_online=True, synced_at_ms=NOW_MS, as_of_ms=NOW_MS - age_ms)
        bench.model.link_changed(heard)
        qtbot.waitUntil(lambda kind=kind: pill().kind is kind)
    assert pill().age_s == 24 * 3600 + 1


def test_records_that_can_not_be_written_are_no_missing_line(bench: Bench, qtbot: QtBot):
    bench.model.link_changed(LinkState(is_online=False, synced_at_ms=NOW_MS, problem=DiskFull.code))
    qtbot.waitUntil(lambda: bench.model.state.pill.kind is PillKind.STORAGE)
    before = len(bench.woken)
    for _ in range(LOOK_AGAIN_S):
        bench.model._tick()
    assert len(bench.woken) == before + 1  # asks again by itself
    bench.model.link_changed(LinkState(is_online=True, synced_at_ms=NOW_MS))
    qtbot.waitUntil(lambda: bench.model.state.pill.kind is PillKind.FRESH)
    for _ in range(LOOK_AGAIN_S):
        bench.model._tick()
    assert len(bench.woken) == before + 1


def test_vouchers_refused_for_the_same_reason_are_told_once(bench: Bench):
    second = bench.thread.call(lambda store: a_voucher(store, seed=2))
    for code in (bench.voucher, second):
        bench.model.scan(code)
    bench.qtbot.waitUntil(lambda: sum(row.is_voucher for row in bench.model.state.offers) == 2)
    bench.model.type_amount("5")
    bench.quoted(500)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    assert bench.model.state.answer.undecided == ()


def test_the_balance_falls_at_once_after_an_offline_redemption(bench: Bench):
    """An offer for 200 points is redeemed while head office is away; the next look at the card shows the rest."""
    campaign = a_choice(
        "coffee-gift", "Coffee on us", {"kind": "amount_off", "target": "order", "amount": 300}
    )
    campaign["rules"][0]["cost_points"] = 200
    program = a_program(version=2, campaigns=[campaign])
    bench.thread.call(lambda store: put_program(store, program, version=2))
    open_member(bench)
    assert bench.model.state.member.balance == 300
    bench.model.type_amount("5")
    bench.quoted(500)
    assert bench.offer("coffee-gift").is_picked
    bench.model.enter()
    bench.until(Screen.ANSWER)
    bench.model.scan(bench.card.code)
    bench.until(Screen.MEMBER)
    assert bench.model.state.member.balance == 100
    bench.model.type_amount("5")
    bench.quoted(500)
    assert bench.offer("coffee-gift").refusals[0].numbers == {"wanted": 200, "found": 100, "missing": 100}

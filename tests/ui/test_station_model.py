"""The station's view-model on a real store and its real thread, without a window."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.clock import SetClock
from app.core.money import CURRENCIES
from app.core.order import Line
from app.store.faults import DiskFull
from app.store.keystore import MemoryKeyStore
from app.store.thread import StoreThread
from sync.worker import LinkState
from tests.builders import (
    NOW_MS,
    AMember,
    a_campaign,
    a_member,
    a_program,
    a_store,
    a_voucher,
    put_program,
)
from ui.models.state import AnswerWord, PillKind, Screen, Shop
from ui.models.station import StationModel
from ui.tasks import Tasks


def a_choice(rule_id: str, name: str, effect: dict, **rule) -> dict:
    made = {"id": rule_id, "name": name, "trigger": "choice", "priority": 0, "effect": effect} | rule
    return a_campaign(id=f"c-{rule_id}", name=name, rules=[made])


FIVE_OFF = a_choice(
    "five",
    "5.00 off from 30.00",
    {"kind": "amount_off", "target": "order", "amount": 500},
    condition={"fact": "order.total", "op": "at_least", "value": 3000},
)
TEN_PERCENT = a_choice(
    "ten", "10 % off", {"kind": "percent_off", "target": "order", "basis_points": 1000},
    condition={"fact": "order.total", "op": "at_least", "value": 5000},
)  # fmt: skip


@dataclass
class Bench:
    """A station model on a real store, and the test's own hands."""

    qtbot: QtBot
    thread: StoreThread
    model: StationModel
    clock: SetClock
    card: AMember
    voucher: str
    woken: list[str]

    def until(self, screen: Screen) -> None:
        self.qtbot.waitUntil(lambda: self.model.state.screen is screen)

    def quoted(self, total: int) -> None:
        """Wait until the page shows offers for an order of this total."""
        self.qtbot.waitUntil(lambda: self.model.state.order.total == total and bool(self.model.state.offers))
        done = threading.Event()
        self.thread.post(lambda store: done.set())
        self.qtbot.waitUntil(done.is_set)
        self.qtbot.wait(1)

    def offer(self, rule_id: str):
        return next(row for row in self.model.state.offers if row.rule_id == rule_id)

    def leave_answer(self) -> None:
        """Press Enter as soon as the answer takes it."""
        self.qtbot.waitUntil(lambda: not self.model.state.is_answer_new)
        self.model.enter()

    def head(self) -> int:
        return self.thread.call(lambda store: store.journal.head().seq)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    clock = SetClock(NOW_MS)
    made: dict = {}

    def open_store():
        program = a_program(campaigns=[a_campaign(), FIVE_OFF, TEN_PERCENT])
        store = a_store(tmp_path / "store", keys_in=MemoryKeyStore(), clock=clock, program=program)
        made["card"] = a_member(store, balance=300)
        made["voucher"] = a_voucher(store)
        return store

    thread = StoreThread(open_store)
    tasks = Tasks(thread)
    shop = Shop("Harbour", "s-1", CURRENCIES["USD"])
    model = StationModel(tasks, clock=clock, shop=shop, time_zone="America/New_York", register="1")
    bench = Bench(qtbot, thread, model, clock, made["card"], made["voucher"], [])
    worker = type("Worker", (), {"wake": lambda self: bench.woken.append("wake")})()
    model.connect_worker(worker)
    bench.until(Screen.IDLE)
    yield bench
    model.close()
    tasks.close()
    thread.close()


def open_member(bench: Bench) -> None:
    bench.model.scan(bench.card.code)
    bench.until(Screen.MEMBER)


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
    assert bench.model.state.is_answer_new
    open_member(bench)


def test_the_pending_points_rise_and_the_count_waits_at_once(bench: Bench, qtbot: QtBot):
    open_member(bench)
    bench.model.type_amount("30")
    bench.quoted(3000)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    qtbot.waitUntil(lambda: bench.model.state.pill.waiting == 2)
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
    bench.model.enter()
    bench.until(Screen.ANSWER)
    assert bench.model.state.answer.discount == 100


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
        patched.setattr("ui.models.station.hand_in", _full_disk)
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
    bench.model.link_changed(LinkState(is_online=False, synced_at_ms=NOW_MS, problem="hq_unreachable"))
    qtbot.waitUntil(lambda: pill() is PillKind.OFFLINE)
    bench.clock.set_ms(NOW_MS + 25 * 3_600_000)
    qtbot.waitUntil(lambda: pill() is PillKind.STALE)
    bench.model.link_changed(LinkState(is_online=False, synced_at_ms=NOW_MS, problem="fork"))
    qtbot.waitUntil(lambda: pill() is PillKind.ATTENTION)


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
    bench.model.enter()
    bench.quoted(3200)
    assert bench.model.state.member.balance == 5


def test_without_anything_to_lose_another_member_takes_over_at_once(bench: Bench):
    other = a_second_member(bench)
    open_member(bench)
    bench.model.scan(other.code)
    bench.qtbot.waitUntil(lambda: bench.model.state.member.balance == 5)
    assert bench.model.state.screen is Screen.MEMBER


def test_the_balance_falls_at_once_after_an_offline_redemption(bench: Bench):
    """An offer for 200 points is redeemed while head office is away; the next look at the card shows the rest."""
    campaign = a_choice(
        "coffee-gift", "Coffee on us", {"kind": "amount_off", "target": "order", "amount": 300}
    )
    campaign["rules"][0]["cost_points"] = 200
    program = a_program(version=2, campaigns=[campaign])
    bench.thread.call(lambda store: put_program(store, program))
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

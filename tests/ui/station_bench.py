"""A station's view-model on a real store and its real thread, without a window; the fixture is `bench`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.clock import SetClock
from app.core.money import CURRENCIES
from app.store.keystore import MemoryKeyStore
from app.store.review.thread import ReviewThread
from app.store.thread import StoreThread
from tests.builders import (
    NOW_MS,
    AMember,
    a_campaign,
    a_member,
    a_program,
    a_store,
    a_voucher,
)
from ui.models.state import Screen, Shop
from ui.models.station import StationModel
from ui.tasks import Tasks

STUCK_S = 10


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
    tasks: Tasks
    model: StationModel
    clock: SetClock
    card: AMember
    voucher: str
    woken: list[str]
    paints: bool = True

    def until(self, screen: Screen) -> None:
        self.qtbot.waitUntil(lambda: self.model.state.screen is screen)

    def quoted(self, total: int) -> None:
        """Wait until the page shows offers for an order of this total."""
        self.qtbot.waitUntil(lambda: self.model.state.order.total == total and bool(self.model.state.offers))
        self.settled()

    def settled(self) -> None:
        """Wait until the newest quote is on the page and Enter acts on it."""
        home: list[None] = []
        self.tasks.on_store(lambda store: None, then=home.append, failed=lambda problem: None)
        self.qtbot.waitUntil(lambda: bool(home))  # whatever was asked before is home, too
        self.qtbot.waitUntil(lambda: not self.model.state.is_new)

    def offer(self, rule_id: str):
        return next(row for row in self.model.state.offers if row.rule_id == rule_id)

    def leave_answer(self) -> None:
        """Press Enter as soon as the answer takes it."""
        self.qtbot.waitUntil(lambda: not self.model.state.is_new)
        self.model.enter()

    @contextmanager
    def slow_store(self) -> Iterator[None]:
        """Keep the store's thread from answering."""
        goes_on = threading.Event()
        self.thread.post(lambda store: goes_on.wait(STUCK_S))
        try:
            yield
        finally:
            goes_on.set()

    def head(self) -> int:
        return self.thread.call(lambda store: store.journal.head().seq)


def stand_in_for_a_window(bench: Bench) -> None:
    """Paint whatever is new in the next turn of the loop, unless the window is kept from painting."""
    paint = lambda: bench.model.painted() if bench.paints else None  # noqa: E731
    bench.model.changed.connect(lambda: QTimer.singleShot(0, bench.model, paint))


@contextmanager
def open_bench(qtbot: QtBot, folder: Path) -> Iterator[Bench]:
    """Open a station with one member, one voucher and two offers to pick, on its idle page."""
    clock = SetClock(NOW_MS)
    made: dict = {}

    def open_store():
        program = a_program(campaigns=[a_campaign(), FIVE_OFF, TEN_PERCENT])
        store = a_store(folder / "store", keys_in=MemoryKeyStore(), clock=clock, program=program)
        made["card"] = a_member(store, balance=300)
        made["voucher"] = a_voucher(store)
        return store

    thread = StoreThread(open_store)
    review = ReviewThread(thread)
    tasks = Tasks(thread, review)
    shop = Shop("Harbour", "s-1", CURRENCIES["USD"])
    model = StationModel(tasks, clock=clock, shop=shop, time_zone="America/New_York", register="1")
    bench = Bench(qtbot, thread, tasks, model, clock, made["card"], made["voucher"], [])
    stand_in_for_a_window(bench)
    worker = type("Worker", (), {"wake": lambda self: bench.woken.append("wake")})()
    model.connect_to(worker)
    bench.until(Screen.IDLE)
    try:
        yield bench
    finally:
        model.close()
        tasks.close()
        review.close()
        thread.close()


def open_member(bench: Bench) -> None:
    """Scan the member's card."""
    bench.model.scan(bench.card.code)
    bench.until(Screen.MEMBER)

"""The manager's pages on a station with a hundred thousand orders, beside a till that goes on.

Store and pages are the product's, each on its own thread; nothing is drawn. A page opens on a thread that has just
begun, as the first time in a day; filters follow each other on one that runs. Then orders are handed in, by turns with
nobody reading and with pages, filters and an export read one after the other without a pause: what a commit takes
longer then is told as a ratio of the same run.
"""

import argparse
import io
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from app.core.order import Line as OrderLine
from app.ids import new_id
from app.review.day import day_figures
from app.review.exceptions import exceptions
from app.review.export import USUAL, form_for, write_csv
from app.review.rows import NOT_POSSIBLE, REDEEMED, Filter, Standing, choices, find
from app.review.trace import trace
from app.station.answer import AnswerKind
from app.station.day_close import look_at_days
from app.station.redeem import AtTill, OrderIn, hand_in
from app.store.review.review import Review
from app.store.review.thread import ReviewThread
from app.store.store import StationStore
from app.store.thread import StoreThread
from bench._report import Line, p95
from bench._review_past import Past

PAGE_MS, FILTER_MS, CSV_S = 500.0, 200.0, 3.0
MEDIAN_RATIO, P95_RATIO = 1.3, 2.0
PAUSE_S = 0.02  # between two orders at most: a hundred times as many as a busy till hands in
WHOLE_S = 600  # reading everything that takes longer hangs

Work = Callable[[Review], Any]


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    with tempfile.TemporaryDirectory(prefix="tillside-review-") as folder:
        began = time.perf_counter()
        past = Past(Path(folder) / "store")
        past.write(asked.orders)
        written_s = time.perf_counter() - began
        entries = past.store.journal.head().seq
        thread = StoreThread(lambda: past.store)
        try:
            lines = _Bench(thread, past).measure(asked.repeats, asked.rounds)
        finally:
            thread.close()
        return [Line("written", "s", (written_s,), note=f"{asked.orders} orders, {entries} entries"), *lines]


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench review")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=7, help="of each page and filter")
    parser.add_argument(
        "--rounds",
        type=int,
        default=8,
        help="with nobody reading, with pages, with an export, a second and a half each",
    )
    return parser.parse_args(words)


class _Bench:
    """A store's thread with a long past, and pages that are read beside it."""

    ROUND_S = 1.5

    def __init__(self, thread: StoreThread, past: Past) -> None:
        self._thread = thread
        self._till = _Till(thread, past)
        self._today = thread.call(past.today)
        self._zone = thread.store.device.time_zone
        self._orders = past.orders
        self._entries = past.store.journal.head().seq

    def measure(self, repeats: int, rounds: int) -> list[Line]:
        """Read all from nothing, open each page, filter, export; then the same beside a till."""
        self._till.warm_up()
        read, beside = self._read_from_nothing()
        pages = [
            Line(f"page: {name}", "ms", took, max(took), PAGE_MS)
            for name, work in self._pages().items()
            for took in [tuple(self._first_ms(work) for _ in range(repeats))]
        ]
        with self._reviewing() as review:
            filters = {
                name: tuple(_ms(review, work) for _ in range(repeats))
                for name, work in self._filters().items()
            }
            worst = max(filters, key=lambda name: median(filters[name]))
            exported = tuple(_ms(review, self._export) / 1000 for _ in range(min(repeats, 3)))
            commits = self._commits(review, rounds)
        return [
            read,
            *pages,
            *(Line(f"filter: {name}", "ms", took) for name, took in filters.items()),
            Line("filter: the slowest", "ms", filters[worst], p95(filters[worst]), FILTER_MS, note=worst),
            Line(
                "export as CSV", "s", exported, max(exported), CSV_S, note=f"{self._orders} orders and more"
            ),
            *_compared(commits),
            *_compared(beside),
        ]

    def _read_from_nothing(self) -> tuple[Line, dict[str, list[float]]]:
        """Read the whole journal as after an update, with a till beside it; before and behind it the till is alone."""
        took = {"alone": self._alone(3.0)}
        began = time.perf_counter()
        with self._reviewing() as review:
            review.call(lambda read: read.behind)  # from now on it reads on by itself, with its rests
            took["reading from nothing"] = self._till.redeem_while(lambda: self._is_behind(review))
            assert time.perf_counter() - began < WHOLE_S, "reading hangs"
        read_s = time.perf_counter() - began
        took["alone"] += self._alone(3.0)
        return Line("read from nothing, beside orders", "s", (read_s,)), took

    def _is_behind(self, review: ReviewThread) -> bool:
        read = review._review  # looked at from here, since whoever asks has it read on
        return read is None or read.until_seq < self._entries

    def _alone(self, seconds: float) -> list[float]:
        until = time.monotonic() + seconds
        return self._till.redeem_while(lambda: time.monotonic() < until)

    def _commits(self, review: ReviewThread, rounds: int) -> dict[str, list[float]]:
        """Hand orders in by turns: alone, beside pages, beside an export."""
        works: dict[str, list[Work]] = {
            "alone": [],
            "pages": [*self._pages().values(), *self._filters().values()],
            "export": [self._export],
        }
        took: dict[str, list[float]] = {name: [] for name in works}
        for at in range(rounds * len(works)):
            name = list(works)[at % len(works)]
            with _reading(review, works[name]):
                until = time.monotonic() + self.ROUND_S
                took[name] += self._till.redeem_while(lambda until=until: time.monotonic() < until)
        return took

    @contextmanager
    def _reviewing(self) -> Iterator[ReviewThread]:
        review = ReviewThread(self._thread)
        try:
            yield review
        finally:
            review.close()

    def _first_ms(self, work: Work) -> float:
        with self._reviewing() as review:
            return _ms(review, work)

    def _pages(self) -> dict[str, Work]:
        today, zone = self._today, self._zone
        return {
            "today": lambda review: day_figures(review, today),
            "redemptions": lambda review: (find(review, Filter()), choices(review)),
            "exceptions": lambda review: exceptions(review, today=today),
            "end of day": lambda review: look_at_days(review.listing, time_zone=zone, today=today),
            "why allowed": _why_newest,
        }

    def _filters(self) -> dict[str, Work]:
        month = Filter(since=self._today - timedelta(days=40), until=self._today - timedelta(days=10))
        wanted = {
            "a day": Filter(since=self._today, until=self._today),
            "a month, a cashier": replace(month, staff="c-03"),
            "an offer": Filter(offer="coffee-1"),
            "posted": Filter(standing=Standing.POSTED),
            "to be looked at": Filter(standing=Standing.LOOK),
            "amounts": Filter(amount_min=3_000, amount_max=5_000),
            "something given": Filter(kinds=(REDEEMED,)),
            "something refused": Filter(kinds=(NOT_POSSIBLE,)),
            "by a manager": Filter(has_override=True),
            "a part of a number": Filter(text="9999"),
            "a name": Filter(text="ada"),
            "an offer's name": Filter(text="coffee"),
            "nothing": Filter(text="no such text"),
        }
        return {name: lambda review, each=each: find(review, each) for name, each in wanted.items()}

    def _export(self, review: Review) -> int:
        file = io.BytesIO()
        return write_csv(review, Filter(), USUAL, form_for("en"), file, say=lambda _, text: text)


class _Till:
    """Orders handed in through the store's thread as a window does it, and how many milliseconds each answer took."""

    def __init__(self, thread: StoreThread, past: Past) -> None:
        self._thread = thread
        self._past = past
        self._chance = random.Random(2)
        self._count = 0
        self._lines = tuple(
            OrderLine(at, "coffee" if at == 1 else f"product-{at:02}", 1, 199 + at) for at in range(1, 11)
        )

    def warm_up(self) -> None:
        for _ in range(100):
            self._redeem()

    def redeem_while(self, goes_on: Callable[[], bool]) -> list[float]:
        """Hand orders in as long as it goes on, at least a few."""
        took: list[float] = []
        while goes_on() or len(took) < 5:
            time.sleep(self._chance.random() * PAUSE_S)
            took.append(self._redeem())
        return took

    def _redeem(self) -> float:
        self._count += 1
        order = OrderIn(f"till-{self._count:07}", self._lines)
        at_till = AtTill(None, (replace(self._past.voucher, redemption_id=new_id()),), "online", "c-01")

        def work(store: StationStore) -> AnswerKind:
            return hand_in(store, order, at_till).kind

        began = time.perf_counter()
        kind = self._thread.call(work)
        took = (time.perf_counter() - began) * 1000
        assert kind is AnswerKind.APPROVED, kind
        return took


@contextmanager
def _reading(review: ReviewThread, works: list[Work]) -> Iterator[None]:
    """Have these read one after the other, on and on, while the block runs."""
    is_over = threading.Event()

    def read() -> None:
        while works and not is_over.is_set():
            for work in works:
                if not is_over.is_set():
                    review.call(work)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield
    finally:
        is_over.set()
        reader.join()


def _compared(took: dict[str, list[float]]) -> list[Line]:
    """Say what a commit took alone, and beside what was read."""
    alone = took.pop("alone")
    lines = [Line(f"redemption, not beside {', '.join(took)}", "ms", tuple(alone))]
    for name, values in took.items():
        lines.append(Line(f"redemption beside: {name}", "ms", tuple(values)))
        middle, late = median(values) / median(alone), p95(values) / p95(alone)
        lines.append(Line(f"  {name} : nobody, median", "×", (middle,), limit=MEDIAN_RATIO))
        lines.append(Line(f"  {name} : nobody, p95", "×", (late,), limit=P95_RATIO))
    return lines


def _ms(review: ReviewThread, work: Work) -> float:
    began = time.perf_counter()
    review.call(work)
    return (time.perf_counter() - began) * 1000


def _why_newest(review: Review) -> Any:
    newest = find(review, Filter(kinds=("order",))).rows[0]
    return trace(review, newest.epoch, newest.seq)

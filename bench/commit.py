"""A redemption's commit against a bare one of the same bytes, and against an fsync.

What is measured is `hand_in` of an order with a voucher, whole: decide, records, canonical bytes, chain, signatures and
a commit that has reached the disk. Right beside it, in changing order, the very rows that it wrote are written into a
bare file of the same tables, and a small write is brought to the disk. By turns with these, orders with
a clock around each step say where the time goes.

The turns change with each commit. At a till a commit comes alone, after other work, and finds the processor's caches
cold; so it has to be for the bare one. Many bare ones in a row take about a fifth less.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from statistics import median
from typing import Any, TypeVar
from unittest.mock import patch

from app.clock import ResumedClock
from app.core.order import Line as OrderLine
from app.core.voucher import Presentation
from app.ids import new_id
from app.station import redeem
from app.station.answer import AnswerKind
from app.station.identify import SeenMember, identify
from app.store import db, journal
from app.store.store import StationStore
from bench._journal import COLUMNS, insert, schema
from bench._report import Line, ratio
from bench.floors import BareCipher, BareFsync, Writes
from tests.builders import NOW_MS, a_campaign, a_member, a_program, a_store, a_voucher

T = TypeVar("T")
BARE_LIMIT, FSYNC_LIMIT = 1.6, 2.5
CAMPAIGNS = 27  # as many as the shopping year has
ENGINE, BYTES, SIGNATURE, STATEMENTS, COMMIT = (
    "engine",
    "canonical, hash",
    "signature",
    "statements",
    "COMMIT",
)
PARTS = (
    (redeem, "decide", ENGINE),
    (journal, "write_entry", BYTES),
    (journal, "next_hash", BYTES),
    (journal, "sign_head", SIGNATURE),
)


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    with tempfile.TemporaryDirectory() as folder:
        return _Bench(Path(folder), lines=asked.lines).measure(asked.repeats, asked.warm_up)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench commit")
    parser.add_argument("--repeats", type=int, default=1_200, help="of each of the three that are compared")
    parser.add_argument("--warm-up", type=int, default=200, help="orders before anything is measured")
    parser.add_argument("--lines", type=int, default=10, help="of an order; the shopping year has 9.4")
    return parser.parse_args(words)


class _Bench:
    """A station, a bare file of the same tables, and a file for the fsync."""

    def __init__(self, folder: Path, *, lines: int) -> None:
        others = [
            a_campaign(id=f"c-{at}", rules=[a_campaign()["rules"][0] | {"id": f"c-{at}-1"}])
            for at in range(1, CAMPAIGNS)
        ]
        program = a_program(campaigns=[a_campaign(), *others])
        self._store = a_store(folder / "store", program=program, clock=ResumedClock(NOW_MS))
        self._member = _seen(self._store, a_member(self._store, balance=50).code, SeenMember)
        self._voucher = _seen(self._store, a_voucher(self._store), Presentation)
        products = ["coffee", *(f"product-{at:04}" for at in range(1, lines))]
        self._lines = tuple(OrderLine(at, sku, 1, 199 + at) for at, sku in enumerate(products, start=1))
        self._bare = BareCipher(folder / "bare.db", bytes(32), db.SETTINGS, schema(self._store._db))
        self._fsync = BareFsync(folder)
        self._count = 0
        self._copied = {"seq": 0, "rowid": 0}

    def measure(self, repeats: int, warm_up: int) -> list[Line]:
        """Measure all three by turns, then the steps."""
        ours: list[float] = []
        bare: list[tuple[float, float]] = []
        fsync: list[float] = []
        written: list[Writes] = []
        steps: list[dict[str, float]] = []

        def our_turn() -> None:
            self._written()  # of the turn with a clock around each step
            ours.append(self._hand_in())
            written.append(self._written())

        turns: dict[str, Callable[[], object]] = {
            "ours": our_turn,
            "bare": lambda: bare.append(self._bare.commit_us(written[len(bare)])),
            "fsync": lambda: fsync.append(self._fsync.write_us()),
            "steps": lambda: steps.append(self._steps()),
        }

        def take_turns(orders: Iterable[Iterable[Callable[[], object]]]) -> None:
            for order in orders:
                for turn in order:
                    turn()

        take_turns([turns.values()] * warm_up)
        for measured in (ours, bare, fsync, steps, written):
            measured.clear()
        gc.collect()
        gc.freeze()  # what the bench itself holds is not looked through while it measures
        orders = [
            order
            for order in permutations(turns.values())
            if order.index(our_turn) < order.index(turns["bare"])
        ]
        take_turns(orders[at % len(orders)] for at in range(repeats))
        gc.unfreeze()
        wholes = [sum(pair) for pair in bare]
        self._store.close()
        return [
            Line("fsync of 4 KiB", "µs", tuple(fsync)),
            Line("bare commit", "µs", tuple(wholes), note="the same rows in the same tables"),
            Line("redemption, whole", "µs", tuple(ours)),
            ratio("redemption : bare commit", ours, wholes, limit=BARE_LIMIT),
            ratio("redemption : fsync", ours, fsync, limit=FSYNC_LIMIT),
            *_difference(steps, bare),
        ]

    def _hand_in(self) -> float:
        """Return the microseconds of a redemption that is approved and on the disk."""
        self._count += 1
        shown = replace(self._voucher, redemption_id=new_id())
        order = redeem.OrderIn(f"order-{self._count:08}", self._lines)
        at_till = redeem.AtTill(self._member, (shown,), "online", "c-1")
        began = time.perf_counter()
        answer = redeem.hand_in(self._store, order, at_till)
        took = (time.perf_counter() - began) * 1e6
        assert answer.kind is AnswerKind.APPROVED, answer
        return took

    def _written(self) -> Writes:
        """Return the rows that were written since this was last asked."""
        found = []
        for table, number in (("journal", "seq"), ("effect", "rowid")):
            rows = self._store._db.execute(
                f"SELECT {COLUMNS[table]}, {number} FROM {table} WHERE epoch = 1 AND {number} > ? ORDER BY {number}",  # noqa: S608 ours
                (self._copied[number],),
            ).fetchall()
            self._copied[number] = rows[-1][-1] if rows else self._copied[number]
            found.append((insert(table), [row[:-1] for row in rows]))
        return found

    def _steps(self) -> dict[str, float]:
        """Return the microseconds of each step of a redemption, with a clock around each."""
        spent = dict.fromkeys((ENGINE, BYTES, SIGNATURE, STATEMENTS, COMMIT), 0.0)
        with _clocked(spent):
            whole = self._hand_in()
        return spent | {"other": whole - sum(spent.values())}


def _difference(taken: list[dict[str, float]], bare: list[tuple[float, float]]) -> list[Line]:
    """Say what each step takes more than the bare commit, in which only statements and COMMIT have a share."""
    floors = {STATEMENTS: median(each[0] for each in bare), COMMIT: median(each[1] for each in bare)}
    found = []
    for part in (ENGINE, BYTES, SIGNATURE, STATEMENTS, COMMIT, "other"):
        floor = floors.get(part, 0.0)
        more = tuple(steps[part] - floor for steps in taken)
        note = f"{median(more) + floor:.0f} µs, bare {floor:.0f} µs" if floor else ""
        found.append(Line(f"difference: {part}", "µs", more, note=note))
    return found


@contextmanager
def _clocked(spent: dict[str, float]) -> Iterator[None]:
    """Put a clock around each step while the block runs."""

    def clocked(step: Callable[..., Any], part_of: Callable[..., str]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return step(*given, **named)
            finally:
                spent[part_of(*given)] += (time.perf_counter() - began) * 1e6

        return timed

    def part_of_statement(_cursor: Any, *statement: Any) -> str:
        return COMMIT if statement == ("COMMIT",) else STATEMENTS

    patches = [
        patch.object(owner, name, clocked(getattr(owner, name), lambda *_, part=part: part))
        for owner, name, part in PARTS
    ]
    cursor = db._Cursor
    patches += [
        patch.object(cursor, name, clocked(getattr(cursor, name), part_of_statement))
        for name in ("execute", "executemany", "fetchone", "fetchall")
    ]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def _seen(store: StationStore, text: str, kind: type[T]) -> T:
    seen = identify(store, text)
    assert isinstance(seen, kind), seen
    return seen

"""What HQ takes in: pushes of several stations at once to one HQ process, on tables of a year's size.

The product's own `hq serve` on a real port, once on SQLite and once on PostgreSQL, measured by turns. Pushes are built
and signed before the time counts. A bare loop then inserts the very rows that HQ inserted, under other names, into the
same tables (bench/floors.py).
"""

import argparse
import cProfile
import pstats
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from bench import floors
from bench._pushes import ENTRIES, Maker, Push, Sent, check_answer, send_all
from bench._report import Line, p99, ratio
from bench._serving import serving
from bench._year import ENTRIES as YEAR_ENTRIES
from bench._year import Year, make_year
from hq.home import DATABASE_FILE, Hq, open_hq
from hq.service import DeviceSession
from hq.tables import journal, order_fact, posting, redemption_fact

STATIONS = 4
DURABLE_LEAST, JUDGED_LEAST = 8_000.0, 1_500.0  # entries a second, on SQLite
BATCH_MS = 1_000.0
POSTGRES_LEAST = 0.8
WHOLE_S = 900  # a run that takes longer hangs
KINDS = ("stored", "judged")
NAMES = {"stored": "chain, stored, acked", "judged": "decided again, with verdicts"}
REDEMPTIONS = ENTRIES // 5
WARM_UP = 2  # pushes a station, before any time counts
SHOWN = 45  # lines of a profile

Rows = list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(WHOLE_S)
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tillside-sync-")))
            sides = [_Side("SQLite", folder / "sqlite", None)]
            if not asked.sqlite_only:
                sides.append(_Side("PostgreSQL", folder / "postgres", asked.db or _own_postgres(stack)))
            for side in sides:
                side.prepare(asked)
            return _profile(sides, asked) if asked.profile else _measure(sides, asked, folder)
    finally:
        signal.alarm(0)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench sync")
    parser.add_argument("--db", help="an empty PostgreSQL database, instead of a server of our own")
    parser.add_argument("--sqlite-only", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stored", type=int, default=20, help="pushes a station and round")
    parser.add_argument("--judged", type=int, default=8, help="pushes a station and round")
    parser.add_argument("--year", type=int, default=YEAR_ENTRIES, help="entries that are there before")
    parser.add_argument(
        "--profile", action="store_true", help="in this process, without HTTP: where the time goes"
    )
    return parser.parse_args(words)


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"bench sync did not end within {WHOLE_S} s")


def _own_postgres(stack: ExitStack) -> str:
    """Start a server that is as durable as a real one."""
    from tests.postgres import running_postgres

    return stack.enter_context(running_postgres({})).create()


@dataclass
class _Side:
    """One HQ, on one of the databases, and what was measured of it."""

    name: str
    folder: Path
    url: str | None
    sent: dict[str, list[Sent]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    bare: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    pushed: dict[str, list[list[Push]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def prepare(self, asked: argparse.Namespace) -> None:
        """Make the year's tables."""
        vouchers = (asked.rounds * asked.judged + WARM_UP) * STATIONS * REDEMPTIONS
        self.year: Year = make_year(self.folder, url=self.url, entries=asked.year, vouchers=vouchers)
        self._maker = Maker(self.year)

    def pushes(self, kind: str, count: int) -> list[list[Push]]:
        """Return the next pushes of each station."""
        make = self._maker.denied if kind == "stored" else self._maker.orders
        return [[make(shop) for _ in range(count)] for shop in self.year.shops[:STATIONS]]

    def measure(self, kind: str, count: int, at: str) -> None:
        """Let the stations push, and note it."""
        made = self.pushes(kind, count)
        self.sent[kind].append(send_all(at, made))
        self.pushed[kind].append([push for some in made for push in some])

    def measure_bare(self, kind: str) -> None:
        """Let a bare loop insert the rows of each round."""
        hq = open_hq(self.folder)
        try:
            rounds = [[_rows_of(hq, push) for push in pushes] for pushes in self.pushed[kind]]
        finally:
            hq.close()
        for batches in rounds:
            if self.url is None:
                took_s = floors.insert_sqlite(self.folder / DATABASE_FILE, batches)
            else:
                took_s = floors.insert_postgres(self.url, batches)
            self.bare[kind].append(len(batches) * ENTRIES / took_s)

    def lines(self, probe_ms: float) -> list[Line]:
        """Return what was found. Absolute speeds stand beside the machine's fsync, which they hang on."""
        found = []
        for kind, least in zip(KINDS, (DURABLE_LEAST, JUDGED_LEAST), strict=True):
            speeds = tuple(sent.entries_s for sent in self.sent[kind])
            took = tuple(ms for sent in self.sent[kind] for ms in sent.took_ms)
            name = f"{self.name}, {NAMES[kind]}"
            asked = least if self.url is None else None
            found += [
                Line(name, "entries/s", speeds, least=asked, note=f"fsync {probe_ms:.2f} ms"),
                Line(f"{name}: a push, p99", "ms", took, p99(took), BATCH_MS),
                Line(f"{name}: bare loop, same rows", "entries/s", tuple(self.bare[kind])),
                ratio(f"{name}: bare loop over ours", self.bare[kind], speeds),
            ]
        return found


def _measure(sides: Sequence[_Side], asked: argparse.Namespace, folder: Path) -> list[Line]:
    probes = floors.fsync_ms(folder)
    counts = {"stored": asked.stored, "judged": asked.judged}
    with ExitStack() as stack:
        at = {side.name: stack.enter_context(serving(side.folder)).url for side in sides}
        for side in sides:
            for kind in KINDS:
                send_all(at[side.name], side.pushes(kind, WARM_UP))
        for _ in range(asked.rounds):
            for kind in KINDS:
                for side in sides:
                    side.measure(kind, counts[kind], at[side.name])
            probes += floors.fsync_ms(folder)
    for side in sides:
        for kind in KINDS:
            side.measure_bare(kind)
    lines = [Line("fsync of 4 KiB", "ms", tuple(probes))]
    lines += [line for side in sides for line in side.lines(median(probes))]
    if len(sides) > 1:
        for kind in KINDS:
            file, server = ([sent.entries_s for sent in side.sent[kind]] for side in sides)
            lines.append(ratio(f"PostgreSQL over SQLite, {NAMES[kind]}", server, file, least=POSTGRES_LEAST))
    return lines


def _rows_of(hq: Hq, push: Push) -> Rows:
    """Return what HQ inserted for a push, renamed so that it can be inserted once more."""
    first, last = push.request.from_seq, push.request.head.seq
    found: Rows = []
    ids: list[str] = []
    with hq.database.reading() as connection:
        for table in (journal, order_fact, redemption_fact):
            is_of = (table.c.device == push.shop.owner.device_id) & table.c.seq.between(first, last)
            rows = [row._asdict() for row in connection.execute(select(table).where(is_of))]
            if table is journal:
                ids = [row["entry_id"] for row in rows]
            found.append(_renamed(table, rows))
        postings = connection.execute(
            select(posting).where(posting.c.entry_id.in_(ids)).order_by(posting.c.entry_id, posting.c.n)
        )
        found.append(_renamed(posting, [row._asdict() for row in postings]))
    return [each for each in found if each[2]]


def _renamed(table: Any, rows: list[dict[str, Any]]) -> tuple[str, tuple[str, ...], list[tuple[Any, ...]]]:
    columns = tuple(column.name for column in table.columns)
    new = []
    for row in rows:
        for name in ("entry_id", "redemption_id", "device"):
            if name in row:
                row[name] = "f" + row[name][1:]  # at the end of each index, which is fastest
        new.append(tuple(row[name] for name in columns))
    return table.name, columns, new


def _profile(sides: Sequence[_Side], asked: argparse.Namespace) -> list[Line]:
    lines = []
    for side in sides:
        hq = open_hq(side.folder)
        for kind, count in (("stored", asked.stored), ("judged", asked.judged)):
            _take(hq, side.pushes(kind, WARM_UP))
            *plain, last = (side.pushes(kind, count) for _ in range(asked.rounds))
            speeds = [_take(hq, pushes) for pushes in plain]
            profile = cProfile.Profile()
            profile.runcall(_take, hq, last)
            pstats.Stats(profile).sort_stats("tottime").print_stats(SHOWN)
            lines.append(Line(f"{side.name}, {NAMES[kind]}, no HTTP", "entries/s", tuple(speeds)))
        hq.close()
    return lines


def _take(hq: Hq, stations: Sequence[Sequence[Push]]) -> float:
    began = time.perf_counter()
    count = 0
    for push in (push for some in stations for push in some):
        check_answer(push, DeviceSession(hq, push.shop.owner.device_id).push(push.request))
        count += len(push.request.entries)
    return count / (time.perf_counter() - began)

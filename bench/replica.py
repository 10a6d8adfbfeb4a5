"""A store's replica of a million members: fetched, looked into by code and by name, and kept up while the till works.

Fetching is the product's `Puller` on a snapshot file as HQ writes it, without the network: manifest and file are
checked, unpacked, read and put into a new replica, which is then adopted and asked for a member. The floor puts the
same rows into a bare file of the same tables, in one transaction, and builds the same indexes. Look-ups are measured by
turns on the same file, searches by name as a person types them, and the feed while redemptions are handed in.
"""

import argparse
import random
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, cast

from app.store import db
from app.store.store import StationStore
from app.store.thread import StoreThread
from bench._members import Shelf, feed_pages, station, write_snapshot
from bench._report import Line, p95, ratio
from bench._till import Till
from bench.floors import BareCipher
from sync.protocol import HqProtocol
from sync.pull import Puller
from tests.builders import station_keys

FETCH_LIMIT, LOOK_UP_LIMIT, SEARCH_MS, DELAY_MS = 1.5, 3.0, 1.0, 50.0
FLAT_LIMIT = (
    1.5  # five times the members are one level of a B-tree more at most: a page more to read of three or four
)
FEWER = 5  # times fewer members, to see whether look-ups stay flat
WHOLE_S = 900  # a run that takes longer hangs
BY_REF = "SELECT ref, name, tier, segments, balance, state FROM member WHERE ref = ?"
BY_NUMBER = "SELECT ref, name, tier, segments, balance, state FROM member WHERE number_hash = ?"


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(WHOLE_S)
    try:
        with tempfile.TemporaryDirectory(prefix="tillside-replica-") as folder:
            return _measure(Path(folder), asked)
    finally:
        signal.alarm(0)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench replica")
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3, help="of the fetch and its floor")
    parser.add_argument("--look-ups", type=int, default=4_000, help="of each kind")
    parser.add_argument("--searches", type=int, default=2_000)
    parser.add_argument("--feed-rows", type=int, default=12_000)
    return parser.parse_args(words)


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"bench replica did not end within {WHOLE_S} s")


def _measure(folder: Path, asked: argparse.Namespace) -> list[Line]:
    small = _Filled(folder / "small", asked.members // FEWER)
    small.fetch()
    large = _Filled(folder / "large", asked.members)
    fetched = []
    bare = []
    for _ in range(asked.repeats):
        fetched.append(large.fetch())
        bare.append(large.fill_bare())
    opened = large.open_again()
    looked_up = _look_ups(small, large, asked)
    searched = large.search(asked.searches)
    idle, delayed = large.redeem_beside_feed(asked.feed_rows)
    return [
        Line("bare file filled", "s", tuple(bare)),
        Line("snapshot fetched and in use", "s", tuple(fetched), note=f"{asked.members} members"),
        ratio("fetched : bare file", fetched, bare, limit=FETCH_LIMIT),
        Line("opened again, every page checked", "s", (opened,)),
        *looked_up,
        Line("search by name, p95", "ms", tuple(searched), p95(searched), SEARCH_MS),
        Line("redemption, no feed", "ms", tuple(idle)),
        Line("redemption beside the feed", "ms", tuple(delayed), note=f"{asked.feed_rows} rows in chunks"),
        _delay("the feed delays a redemption, p95", p95(delayed) - p95(idle)),
        _delay("the feed delays a redemption, at most", max(delayed) - median(idle)),
    ]


def _delay(name: str, delay_ms: float) -> Line:
    return Line(name, "ms", (delay_ms,), limit=DELAY_MS)


def _look_ups(small: "_Filled", large: "_Filled", asked: argparse.Namespace) -> list[Line]:
    """Look members up by turns in both replicas, each beside a bare SELECT."""
    found = []
    for by in ("reference", "number"):
        both = list(zip(large.look_up(by, asked.look_ups), small.look_up(by, asked.look_ups), strict=True))
        measured = both[len(both) // 4 :]  # the first ones fill the caches
        ours, bare = ([pair[0][at] for pair in measured] for at in (0, 1))
        few = [pair[1][0] for pair in measured]
        found += [
            Line(f"bare SELECT by {by}", "µs", tuple(bare)),
            Line(f"look-up by {by}", "µs", tuple(ours)),
            ratio(f"look-up : bare SELECT by {by}", ours, bare, limit=LOOK_UP_LIMIT),
            ratio(f"look-up : one of {asked.members // FEWER} members by {by}", ours, few, limit=FLAT_LIMIT),
        ]
    return found


class _Filled:
    """A station with a replica of some size, and the snapshot that it came from."""

    def __init__(self, folder: Path, members: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._members = write_snapshot(folder / "snapshot.zst", members)
        self._store: StationStore | None = None

    @property
    def store(self) -> StationStore:
        assert self._store is not None, "fetched before it is looked into"
        return self._store

    def fetch(self) -> float:
        """Return the seconds in which a new station has its members and finds one."""
        self.close()
        shutil.rmtree(self._folder / "store", ignore_errors=True)
        self._store = store = station(self._folder)
        puller = Puller(
            store, cast(HqProtocol, Shelf(self._folder / "snapshot.zst")), run=lambda work: work()
        )
        began = time.perf_counter()
        rows = puller.pull()
        assert store.replica.member(self._members.refs[0]) is not None
        took_s = time.perf_counter() - began
        assert rows == len(self._members.refs), rows
        return took_s

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def fill_bare(self) -> float:
        """Return the seconds in which a bare file has the same rows and indexes."""
        database = self.store._replica_db
        schema = database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
        writes = []
        for kind, table, _ in schema:
            if kind == "table":
                rows = database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 a table of ours
                marks = ", ".join("?" * len(rows[0])) if rows else ""
                writes += [(f"INSERT INTO {table} VALUES ({marks})", rows)] if rows else []  # noqa: S608
        path = self._folder / "bare.db"
        tables = [sql for kind, _, sql in schema if kind == "table"]
        bare = BareCipher(path, bytes(32), db.SETTINGS, tables)
        took_s = bare.fill_s(writes, [sql for kind, _, sql in schema if kind == "index"])
        bare.connection.close()
        for left in self._folder.glob("bare.db*"):
            left.unlink()
        return took_s

    def open_again(self) -> float:
        """Return the seconds in which the store is opened, each page of both files held against its check."""
        began = time.perf_counter()
        self.store.reopen()
        return time.perf_counter() - began

    def look_up(self, by: str, times: int) -> Iterator[tuple[float, float]]:
        """Yield the microseconds of a look-up in the product and of a bare one, each of another member."""
        chance = random.Random(times)
        ask, values, sql = {
            "reference": (self.store.replica.member, self._members.refs, BY_REF),
            "number": (self.store.replica.member_by_number, self._members.numbers, BY_NUMBER),
        }[by]
        database = self.store._replica_db
        path = Path(database.execute("PRAGMA database_list").fetchone()[2])
        cache = ("cache_size", database.execute("PRAGMA cache_size").fetchone()[0])
        bare = BareCipher(path, station_keys().database, (*db.READER_SETTINGS, cache))
        for value in chance.choices(values, k=times):
            began = time.perf_counter()
            ask(value)
            took = (time.perf_counter() - began) * 1e6
            yield took, bare.look_up_us(sql, chance.choice(values))
        bare.connection.close()

    def search(self, times: int) -> list[float]:
        """Return the milliseconds of searches for the beginnings of names, of one letter and more."""
        chance = random.Random(times)
        took = []
        for _ in range(times):
            name = chance.choice(self._members.names)
            word = chance.choice(name.split(" ", 1)) if chance.random() < 0.3 else name
            typed = word[: chance.randint(1, len(word))]
            began = time.perf_counter()
            found = self.store.replica.members_named(typed)
            took.append((time.perf_counter() - began) * 1000)
            assert found or len(word) < 3, typed
        return took

    def redeem_beside_feed(self, rows: int) -> tuple[list[float], list[float]]:
        """Return the milliseconds of redemptions through the store's thread without the feed, and beside it."""
        store = self.store
        thread = StoreThread(lambda: store)
        till = Till(thread)
        shelf = Shelf(self._folder / "snapshot.zst", feed_pages(self._members, rows))
        puller = Puller(store, cast(HqProtocol, shelf), run=lambda work: thread.call(lambda _: work()))
        applied = threading.Thread(target=puller.pull, name="feed")
        till.redeem_for(lambda: len(till.took) < till.WARM_UP)
        idle = till.redeem_for(lambda: len(till.took) < till.IDLE)
        applied.start()
        beside = till.redeem_for(applied.is_alive)
        applied.join()
        assert store.replica.position() == shelf.position, "the feed was applied to its end"
        thread.close()
        return idle, beside

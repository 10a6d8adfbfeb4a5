"""The demo's replay, with HQ as a process, against bare commits of what its stations wrote.

Some shops' weeks go through the product's own stations: stores opened and closed with the shop, scans, decisions, a
commit an order, HTTP to HQ and back. Then the very rows of these orders are written into bare files of the same tables
that stay open, in the same order and with a commit an order, which is the least that a durable journal can take.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from app.core.entry import REDEEM, REFUSE
from app.demo import headquarters
from app.demo.child import Usage
from app.demo.folder import DemoFolder, prepare
from app.demo.journey import Selection, load
from app.demo.parts import Done, Manner, Task, run_parts, shares
from app.demo.shop import DAILY, WEEKLY
from app.store import db
from app.store.device import read_card
from app.store.keystore import FileKeyStore, load_keys
from app.store.store import JOURNAL
from bench._journal import COLUMNS, insert, schema
from bench._report import Line, ratio
from bench.floors import BareCipher, Writes, fsync_ms

SHARES = ("engine", "journal", "signature", "http", "other")
FOLLOWS = (REDEEM, REFUSE)  # entries that were committed together with the order before them
PICTURES = 0  # the scanner has a bench of its own


@dataclass(frozen=True)
class _Run:
    """What a replay and its floor took. `bare_s` has the seconds of each commit."""

    orders: int
    done: Done
    hq: Usage
    bare_s: list[float]
    fsync_ms: list[float]

    @property
    def replay_s(self) -> float:
        return sum(self.done.seconds.values())


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    first, _, last = asked.weeks.partition("-")
    chosen = Selection(stores=asked.stores, first_week=int(first), last_week=int(last or first))
    manner = Manner(parts=1, sending=WEEKLY if asked.weekly else DAILY, pictures_max=PICTURES)
    return _lines([_replayed(chosen, manner) for _ in range(asked.repeats)])


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench replay")
    parser.add_argument("--stores", type=int, default=12, help="how many of the busiest shops")
    parser.add_argument("--weeks", default="32-35", help="weeks of the data")
    parser.add_argument("--weekly", action="store_true", help="sync once a week, as the whole year does")
    parser.add_argument("--repeats", type=int, default=3, help="replays, each with its floor right behind it")
    return parser.parse_args(words)


def _replayed(chosen: Selection, manner: Manner) -> _Run:
    with tempfile.TemporaryDirectory() as place:
        folder = prepare(Path(place) / "demo")
        journey = load(chosen)
        now_ms = next(journey.orders()).at_ms
        cards = headquarters.set_up(journey, folder.hq, now_ms=now_ms).cards
        hq = headquarters.HqProcess(folder.hq, now_ms=now_ms)
        try:
            pairing = headquarters.pairing_texts(folder.hq, journey.shops, url=hq.url, now_ms=now_ms)
            (done,) = run_parts(
                Task(journey, folder, cards, pairing, hq.url, manner), report=lambda _report: None
            )
        finally:
            used = hq.stop()
        synced = fsync_ms(Path(place))
        bare = [us / 1e6 for us in _bare_commits(folder, Path(place))]
        return _Run(journey.order_count, done, used, bare, synced)


def _bare_commits(folder: DemoFolder, place: Path) -> Iterator[float]:
    """Yield the microseconds of each order's commit into a bare file of its shop, in the order of the replay."""
    files: dict[int, BareCipher] = {}
    commits: list[tuple[int, int, Writes]] = []
    key_store = FileKeyStore(folder.state / "keys")
    for number, path in enumerate(sorted(folder.stores.iterdir())):
        key = load_keys(key_store, read_card(path).name).database
        store = db.open_database(path / JOURNAL, key)
        files[number] = BareCipher(place / f"bare-{number}.db", key, db.SETTINGS, schema(store))
        commits += ((at_ms, number, writes) for at_ms, writes in _commits(store))
        store.close()
    for _, number, writes in sorted(commits, key=itemgetter(0, 1)):
        yield sum(files[number].commit_us(writes))
    for file in files.values():
        file.connection.close()


def _commits(store: Any) -> Iterator[tuple[int, Writes]]:
    """Yield when each order was recorded, and what its commit wrote."""
    rows = {
        table: store.execute(f"SELECT {columns} FROM {table} ORDER BY seq, rowid").fetchall()  # noqa: S608 ours
        for table, columns in COLUMNS.items()
    }
    effects = {seq: list(found) for seq, found in groupby(rows["effect"], key=itemgetter(1))}
    together: list[Any] = []
    for row in [*rows["journal"], None]:
        if together and (row is None or row[3] not in FOLLOWS):
            done = [effect for entry in together for effect in effects.get(entry[1], [])]
            yield together[0][8], [(insert("journal"), together), (insert("effect"), done)]
            together = []
        if row is not None:
            together.append(row)


def _lines(runs: list[_Run]) -> list[Line]:
    replays = [each.replay_s for each in runs]
    bare = [sum(each.bare_s) for each in runs]
    parts = [shares([each.done]) for each in runs]
    orders = tuple(each.replay_s / each.orders * 1000 for each in runs)
    hq = tuple(each.hq.cpu_s for each in runs if each.hq.cpu_s is not None)
    return [
        Line("fsync of 4 KiB", "ms", tuple(ms for each in runs for ms in each.fsync_ms)),
        Line("bare commits", "s", tuple(bare), note=f"{len(runs[0].bare_s):,}, the rows of these orders"),
        Line("replay", "s", tuple(replays), note=f"{runs[0].orders:,} orders, without enrolment"),
        Line("replay, an order", "ms", orders),
        ratio("replay : bare commits", replays, bare),
        *(Line(f"share: {name}", "%", tuple(each[name] for each in parts)) for name in SHARES),
        Line("HQ, processor", "s", hq, note="a process beside it, from its start to its end"),
    ]

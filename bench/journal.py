"""A station with a million entries: how soon it redeems after its start, and how it goes through all of them meanwhile.

The store is made anew in each run, entry by entry, by the product's own use cases (bench/_past.py). Its older half is
acknowledged by HQ, the younger waits. The station is a process as a shop runs it, without the window; HQ can't be
reached. The first start finds no note of what was verified and looks at everything before it says that it is ready.
"""

import argparse
import hashlib
import json
import tempfile
import time
from pathlib import Path
from typing import Any, cast

from app.clock import SystemClock
from app.station.opening import open_store
from app.station.today import todays_work
from app.store.db import look_into_database
from app.store.store import JOURNAL, StationStore
from bench._past import Past
from bench._process import drop_caches
from bench._report import Line, p95
from tests.rig.processes import StationProcess, World

START_S, MEMORY_MB, REDEEM_MS = 2.0, 300.0, 200.0
PAUSE_S = 0.1
WHOLE_S = 900  # a walk through everything that takes longer hangs
AT_ONCE = 10_000  # bodies in memory while they are hashed


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    with tempfile.TemporaryDirectory(prefix="tillside-journal-") as folder:
        past = Past(Path(folder))
        began = time.perf_counter()
        past.write(asked.entries)
        written_s = time.perf_counter() - began
        return [
            Line("written", "s", (written_s,), note=f"{asked.entries} entries, {_size_mb(past):.0f} MB"),
            *_verification(past),
            *_figures(past),
            *_starts(past, asked),
        ]


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench journal")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument(
        "--starts", type=int, default=5, help="of a station that was closed, and of a killed one"
    )
    parser.add_argument(
        "--cold", action="store_true", help="let the machine forget the files before each start"
    )
    return parser.parse_args(words)


def _size_mb(past: Past) -> float:
    return (past.config.store_dir / JOURNAL).stat().st_size / 2**20


def _verification(past: Past) -> list[Line]:
    """Open the store as its first start does, verify all entries again, and hash their bodies in a bare loop."""
    began = time.perf_counter()
    store = open_store(past.config, clock=SystemClock())
    opened_s = time.perf_counter() - began
    began = time.perf_counter()
    head = store.journal.verify()
    rate = head.seq / (time.perf_counter() - began)
    floor = head.seq / _hashing_s(store)
    store.close()
    return [
        Line("first start: every page, every entry", "s", (opened_s,)),
        Line("bare loop of SHA-256", "entries/s", (floor,), note="the same bodies, from memory"),
        Line("full verification", "entries/s", (rate,), note=f"{rate / floor:.1%} of the loop"),
    ]


def _hashing_s(store: StationStore) -> float:
    database = look_into_database(store.folder / JOURNAL, store.keys.database)
    rows = database.conn.execute("SELECT body FROM journal ORDER BY epoch, seq")
    spent, last = 0.0, bytes(32)
    while bodies := [body for (body,) in rows.fetchmany(AT_ONCE)]:
        began = time.perf_counter()
        for body in bodies:
            last = hashlib.sha256(last + body).digest()
        spent += time.perf_counter() - began
    database.close()
    return spent


def _figures(past: Past) -> list[Line]:
    """Read what the window shows around the work: at its start, and again after each redemption."""
    store = open_store(past.config, clock=SystemClock())
    took = []
    for _ in range(5):
        began = time.perf_counter()
        todays_work(store)
        store.journal.flagged_count()
        took.append((time.perf_counter() - began) * 1000)
    store.close()
    return [Line("figures around the work", "ms", tuple(took))]


def _starts(past: Past, asked: argparse.Namespace) -> list[Line]:
    closed, killed, took = [], [], []
    for at in range(asked.starts * 2):
        if asked.cold:
            drop_caches()
        station = _Station(past)
        (killed if at % 2 else closed).append(station.first_s)
        station.kill() if at % 2 == 0 else station.close()
    station = _Station(past)
    began = time.monotonic()
    while not (took and station.is_gone_through()):
        assert time.monotonic() - began < WHOLE_S, "the watch hangs"
        for _ in range(10):
            took.append(station.redeem_s() * 1000)
            time.sleep(PAUSE_S)
    through_s, memory = time.monotonic() - began, station.peak_mb()
    station.close()
    note = "from nothing cached" if asked.cold else ""
    return [
        Line("start to first redemption", "s", tuple(closed), limit=START_S, note=note),
        Line("the same after SIGKILL", "s", tuple(killed), limit=START_S, note=note),
        Line("gone through everything beside the work", "s", (through_s,)),
        Line("redemption meanwhile, p95", "ms", tuple(took), p95(took), REDEEM_MS),
        Line("memory of the station, at most", "MB", (memory,), limit=MEMORY_MB),
    ]


class _Station:
    """The station's process, from its start to its first redemption and beyond."""

    count = 0

    def __init__(self, past: Past) -> None:
        self._voucher = past.voucher
        began = time.perf_counter()
        self._process = StationProcess(cast(World, past.config))
        self.redeem_s()
        self.first_s = time.perf_counter() - began

    def redeem_s(self) -> float:
        """Scan the voucher, hand an order in, and return the seconds until it is recorded."""
        _Station.count += 1
        lines = [
            {"sku": sku, "qty": 1, "amount": 250} for sku in ("coffee", *(f"product-{at}" for at in range(9)))
        ]
        began = time.perf_counter()
        self._ask(self._voucher)
        answer = self._ask(json.dumps({"order": {"order_id": f"bench-{_Station.count}", "lines": lines}}))
        assert answer["answer"] == "approved_queued" and answer["presented"][0]["approved"], answer
        return time.perf_counter() - began

    def is_gone_through(self) -> bool:
        """Ask whether it has looked at all of its records."""
        return bool(self._ask('{"status": true}')["gone_through"])

    def _ask(self, line: str) -> dict[str, Any]:
        answer = self._process.ask(line)
        assert answer is not None, "the station died"
        return answer

    def peak_mb(self) -> float:
        """The most memory that it has held so far."""
        for line in Path(f"/proc/{self._process.process.pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("Linux says it")

    def kill(self) -> None:
        """Let it die in the middle."""
        self._process.kill()

    def close(self) -> None:
        """End it as a person would."""
        assert self._process.close() == 0

"""`tillside demo` from start to end: HQ, stations, the replay, then the figures by another process."""

import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.demo import headquarters
from app.demo.cards import Cards
from app.demo.child import Child, peak_mib
from app.demo.folder import DemoFolder, prepare
from app.demo.journey import Journey, Selection, load
from app.demo.parts import DAY_BY_DAY, Manner, Report, Task, run_parts, shares
from app.demo.replay import Progress
from app.demo.summary import summary_text
from app.store.keystore import KeyStoreKind

Say = Callable[[str], None]
SHEET_PNG = "codes.png"
PROBES, PROBE_BYTES = 200, 4096


class CountFailed(Exception):
    """The process that counts ended without figures."""


@dataclass(frozen=True)
class Plan:
    """What a demo does. `database_url`: of HQ; None = a file."""

    selection: Selection
    out: Path
    manner: Manner = DAY_BY_DAY
    database_url: str | None = None
    with_window: bool = False


def run_demo(plan: Plan, *, say: Say) -> dict[str, Any]:
    """Run a demo and return its summary. Raises `FolderTaken`, `JourneyUnavailable`, `SetUpFault` or `PartFailed`."""
    started = time.perf_counter()
    folder = prepare(plan.out)
    probe_ms = fsync_probe_ms(folder.path)
    say("Reading the shopping year …")
    journey = load(plan.selection)
    now_ms = next(journey.orders()).at_ms
    say(f"Setting up head office: {len(journey.households):,} members, {len(journey.coupons):,} vouchers …")
    cards = headquarters.set_up(journey, folder.hq, now_ms=now_ms, database_url=plan.database_url).cards
    hq = headquarters.HqProcess(folder.hq, now_ms=now_ms)
    try:
        say(f"Enrolling {len(journey.shops)} stations with head office at {hq.url} …")
        pairing = headquarters.pairing_texts(folder.hq, journey.shops, url=hq.url, now_ms=now_ms)
        task = Task(journey, folder, cards, pairing, hq.url, plan.manner)
        done = run_parts(task, Counted(journey, say).report)
    finally:
        hq_used = hq.stop()
    say("Counting at head office …")
    found = count(folder)
    peaks = [peak_mib(), hq_used.peak_mib, found.pop("peak_mib")]
    peaks += [part.peak_mib for part in done[1:]]  # the first was this process
    found |= {
        "pictures_read": sum(part.pictures_read for part in done),
        "key_store": KeyStoreKind.FILE,
        "processes": plan.manner.parts,
        "fsync_probe_ms": probe_ms,
        "station_time_percent": shares(done),
        "hq_cpu_seconds": hq_used.cpu_s and round(hq_used.cpu_s, 1),
        "peak_mib": None if None in peaks else round(sum(filter(None, peaks))),
        "seconds": round(time.perf_counter() - started, 1),
    }
    folder.summary.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(summary_text(found))
    if plan.with_window:
        _open_window(journey, folder, cards, say)
    return found


class Counted:
    """Adds up what the parts report and says how far they are together."""

    def __init__(self, journey: Journey, say: Say) -> None:
        """Tell `say` of this journey."""
        self._journey = journey
        self._say = say
        self._newest: dict[int, Progress] = {}
        self._lock = threading.Lock()

    def report(self, report: Report) -> None:
        """Take what a part reports."""
        with self._lock:
            if report.done is None:
                self._newest[report.part] = report.progress
                self._say(self._line())

    def _line(self) -> str:
        parts, journey = self._newest.values(), self._journey
        day = min(part.day for part in parts)
        cut_off = sum(journey.is_cut_off(rank, day) for rank in range(len(journey.shops)))
        return (
            f"  {sum(part.orders for part in parts):>7,} of {journey.order_count:,} orders · {day} · "
            f"{sum(part.shops_open for part in parts)} shops open, {cut_off} cut off · "
            f"{sum(part.redeemed for part in parts)} redemptions"
        )


def _open_window(journey: Journey, folder: DemoFolder, cards: Cards, say: Say) -> None:
    from app.demo.window import open_window

    say(f"\nOpening the station of shop {journey.largest_shop()}. Codes to scan: {folder.path / SHEET_PNG}")
    open_window(journey, folder, cards, last_ms=journey.last_ms)


def count(folder: DemoFolder) -> dict[str, Any]:
    """Return the figures of `tillside demo --figures`, run as a process that knows nothing of the replay."""
    child = Child(["demo", "--figures", str(folder.path)])
    *_, last = child.output.read().splitlines() or [""]
    child.wait()
    if not last:
        raise CountFailed("the figures could not be counted; what was said stands above")
    found: dict[str, Any] = json.loads(last)
    return found


def fsync_probe_ms(folder: Path) -> float:
    """Return how long a small write takes here until it is on the disk: the median of some, in milliseconds."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(PROBES):
            began = time.perf_counter()
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
            took.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(took), 3)

"""A replay shared out over processes: each part enrols and replays every n-th shop.

With one part everything happens in this process. Parts wait for each other at the end of each week, so that the shops
of one go through the same days as the shops of another.
"""

import gc
import multiprocessing
import queue
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.clock import SetClock
from app.demo.child import peak_mib
from app.demo.folder import DemoFolder
from app.demo.headquarters import Cards
from app.demo.journey import Journey
from app.demo.replay import Progress, Replay
from app.demo.scans import SAMPLE_MEMBERS, Pictures, evenly_spaced
from app.demo.shares import Sampler
from app.demo.shop import Shop
from app.store.keystore import FileKeyStore, KeyStoreKind
from sync.enrolment import enrol_station, read_pairing
from sync.line import Line

LOOK_EVERY_S = 1
WEEK_WAIT_S = 600  # for a part that died: far longer than a week of the data takes


class PartFailed(Exception):
    """A process of the replay ended before its part was done."""


@dataclass(frozen=True)
class Task:
    """What every part needs. `pairing` are the texts that HQ showed for the shops."""

    journey: Journey
    folder: DemoFolder
    cards: Cards
    pairing: dict[int, str]
    hq_url: str
    parts: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a part says now and then; `done` comes with its last word."""

    part: int
    progress: Progress
    done: "Done | None" = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a finished part used: seconds of each share, and its peak of memory in MiB (None: unknown)."""

    pictures_read: int
    seconds: dict[str, float]
    peak_mib: float | None


class _Barrier(Protocol):
    def wait(self, timeout: float | None = None) -> int: ...

    def abort(self) -> None: ...


def run_parts(task: Task, report: Callable[[Report], None]) -> list[Done]:
    """Run all parts and return what each used. Raises `PartFailed`."""
    if task.parts == 1:
        last = _run_part(task, 0, threading.Barrier(1), report)
        return [last]
    context = multiprocessing.get_context("spawn")  # a fork would take sockets and threads along
    reports, pace = context.Queue(), context.Barrier(task.parts)
    processes = [
        context.Process(target=_part_process, args=(task, part, pace, reports), name=f"part {part}")
        for part in range(task.parts)
    ]
    for process in processes:
        process.start()
    done: dict[int, Done] = {}
    try:
        while len(done) < task.parts:
            found = _next(reports, processes)
            report(found)
            if found.done is not None:
                done[found.part] = found.done
    finally:
        for process in processes:
            if len(done) < task.parts:
                process.terminate()
            process.join()
    return [done[part] for part in range(task.parts)]


def _next(reports: Any, processes: Sequence[Any]) -> Report:
    while True:
        try:
            found: Report = reports.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            if any(process.exitcode for process in processes):
                raise PartFailed("a part of the replay ended early; what it said stands above") from None
        else:
            return found


def _part_process(task: Task, part: int, pace: _Barrier, reports: Any) -> None:
    gc.freeze()  # what was handed over stays: nothing to look through again and again
    try:
        _run_part(task, part, pace, reports.put)
    except BaseException:
        pace.abort()  # the others need not wait for the week to end
        raise


def _run_part(task: Task, part: int, pace: _Barrier, report: Callable[[Report], None]) -> Done:
    journey = task.journey
    shops = journey.shops[part :: task.parts]
    now_ms = next(journey.orders()).at_ms
    _enrol(task, shops, now_ms=now_ms)
    pace.wait(WEEK_WAIT_S)  # the first day would make the pairing texts of the others too old
    pictures = Pictures(evenly_spaced(journey.members(shops), SAMPLE_MEMBERS // task.parts))
    replay = Replay(
        journey,
        task.folder,
        task.cards,
        pictures,
        hq_url=task.hq_url,
        shops=shops,
        wait_for_others=lambda: pace.wait(WEEK_WAIT_S),
    )
    sampler, last = Sampler(), Progress(0, journey.first_day, 0, 0)

    def said(progress: Progress) -> None:
        nonlocal last
        last = progress
        report(Report(part, progress))

    replay.run(said)
    done = Done(pictures.read_count, sampler.stop(), peak_mib())
    report(Report(part, last, done))
    return done


def _enrol(task: Task, shops: tuple[int, ...], *, now_ms: int) -> None:
    key_store, clock, line = FileKeyStore(task.folder.state / "keys"), SetClock(now_ms), Line(task.hq_url)
    for shop in shops:
        folder = task.folder.store(shop)
        enrol_station(
            read_pairing(task.pairing[shop]),
            folder=folder,
            key_store=key_store,
            key_store_kind=KeyStoreKind.FILE,
            clock=clock,
        )
        # The first download belongs to setting a station up: a shop may be cut off on its first day.
        Shop(folder, key_store=key_store, clock=clock, line=line).close()
    line.close()


def shares(done: list[Done]) -> dict[str, float]:
    """Return the parts of the stations' time, in percent."""
    seconds: Counter[str] = Counter()
    for part in done:
        seconds.update(part.seconds)
    total = seconds.total() or 1
    return {name: round(100 * spent / total, 1) for name, spent in seconds.items()}

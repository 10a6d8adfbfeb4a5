"""A replay shared out over processes: each part enrols and replays some of the shops.

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
from functools import partial
from typing import Any, Protocol

from app.clock import SetClock
from app.demo.beside import end_with_parent
from app.demo.cards import Cards
from app.demo.child import peak_mib
from app.demo.folder import DemoFolder
from app.demo.journey import Journey
from app.demo.patience import patiently
from app.demo.replay import Progress, Replay
from app.demo.scans import SAMPLE_MEMBERS, Pictures, evenly_spaced
from app.demo.shares import Sampler
from app.demo.shop import DAILY, WEEKLY, Sending, Shop
from app.store.keystore import FileKeyStore, KeyStoreKind
from sync.enrolment import enrol_station, read_pairing
from sync.line import Line

LOOK_EVERY_S = 1
OPENING_IN_ORDERS = 2  # a store opened and closed takes about as long as so many orders
WEEK_WAIT_S = 600  # for a part that died: far longer than a week of the data takes


class PartFailed(Exception):
    """A process of the replay ended before its part was done."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a replay goes: by how many processes, how often shops sync, how many scans are pictures (None: no limit).

    Where only HQ counts, the stations are `is_passing`: nobody opens them again.
    """

    parts: int
    sending: Sending
    pictures_max: int | None
    is_passing: bool = False


DAY_BY_DAY = Manner(parts=1, sending=DAILY, pictures_max=None)
IN_PARTS = Manner(parts=4, sending=WEEKLY, pictures_max=400)


@dataclass(frozen=True)
class Task:
    """What every part needs. `pairing` are the texts that HQ showed for the shops."""

    journey: Journey
    folder: DemoFolder
    cards: Cards
    pairing: dict[int, str]
    hq_url: str
    manner: Manner


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
    """Run all parts, the first in this process, and return what each used. Raises `PartFailed`.

    `report` is called from two threads when there are several parts.
    """
    if task.manner.parts == 1:
        return [_run_part(task, 0, threading.Barrier(1), report)]
    context = multiprocessing.get_context("spawn")  # a fork would take sockets and threads along
    reports, pace = context.Queue(), context.Barrier(task.manner.parts)
    processes = [
        context.Process(target=_part_process, args=(task, part, pace, reports), name=f"part {part}")
        for part in range(1, task.manner.parts)
    ]
    for process in processes:
        process.start()
    others = _Others(reports, processes, pace, report)
    try:
        first = _run_part(task, 0, pace, report)
        return [first, *others.wait()]
    except threading.BrokenBarrierError:
        raise PartFailed("a part of the replay ended early; what it said stands above") from None
    finally:
        pace.abort()  # of no concern to those who are done
        for process in processes:
            process.join()


class _Others:
    """Listens to the parts that run in processes of their own, on a thread."""

    def __init__(
        self, reports: Any, processes: Sequence[Any], pace: _Barrier, report: Callable[[Report], None]
    ) -> None:
        self._reports = reports
        self._processes = processes
        self._pace = pace
        self._report = report
        self._done: dict[int, Done] = {}
        self._thread = threading.Thread(target=self._run, name="parts", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while len(self._done) < len(self._processes):
            try:
                found: Report = self._reports.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                if any(process.exitcode for process in self._processes):
                    self._pace.abort()
                    return
                continue
            self._report(found)
            if found.done is not None:
                self._done[found.part] = found.done

    def wait(self) -> list[Done]:
        """Return what all of them used. Raises `PartFailed`."""
        self._thread.join()
        if len(self._done) < len(self._processes):
            raise PartFailed("a part of the replay ended early; what it said stands above")
        return [self._done[part] for part in sorted(self._done)]


def _part_process(task: Task, part: int, pace: _Barrier, reports: Any) -> None:
    end_with_parent()
    try:
        _run_part(task, part, pace, reports.put)
    except threading.BrokenBarrierError:
        raise SystemExit(1) from None  # another one ended early, and has said why
    except BaseException:
        pace.abort()  # the others need not wait for the week to end
        raise


def _run_part(task: Task, part: int, pace: _Barrier, report: Callable[[Report], None]) -> Done:
    gc.freeze()  # the year and what was imported stay: nothing to look through again and again
    journey = task.journey
    shops = shared_out(journey, task.manner.parts)[part]
    now_ms = next(journey.orders()).at_ms
    _enrol(task, shops, now_ms=now_ms)
    pace.wait(WEEK_WAIT_S)  # the first day would make the pairing texts of the others too old
    # One part reads all pictures, so that the others need not hold what reads them, a third of a part's memory.
    pictures = Pictures(
        evenly_spaced(journey.members(shops), SAMPLE_MEMBERS),
        at_most=task.manner.pictures_max if part == 0 else 0,
    )
    replay = Replay(
        journey,
        task.folder,
        task.cards,
        pictures,
        hq_url=task.hq_url,
        shops=shops,
        sending=task.manner.sending,
        is_passing=task.manner.is_passing,
    )
    sampler, last = Sampler(), Progress(0, journey.first_day, 0, 0)

    def said(progress: Progress) -> None:
        nonlocal last
        last = progress
        report(Report(part, progress))

    try:
        replay.run(said, wait_for_others=lambda: pace.wait(WEEK_WAIT_S))
    finally:
        seconds = sampler.stop()
    done = Done(pictures.read_count, seconds, peak_mib())
    report(Report(part, last, done))
    return done


def shared_out(journey: Journey, parts: int) -> list[tuple[int, ...]]:
    """Return the shops of each part. The busiest come first, each to the part that has the least to do by then."""
    work: Counter[int] = Counter()
    for (_, shop), orders in journey.orders_by_shop_day().items():
        work[shop] += orders + OPENING_IN_ORDERS
    shops: list[list[int]] = [[] for _ in range(parts)]
    to_do = [0] * parts
    for shop in sorted(journey.shops, key=lambda shop: (-work[shop], shop)):
        least = to_do.index(min(to_do))
        shops[least].append(shop)
        to_do[least] += work[shop]
    return [tuple(sorted(part)) for part in shops]


def _enrol(task: Task, shops: tuple[int, ...], *, now_ms: int) -> None:
    key_store, clock, line = FileKeyStore(task.folder.state / "keys"), SetClock(now_ms), Line(task.hq_url)
    for shop in shops:
        folder = task.folder.store(shop)
        enrol = partial(
            enrol_station,
            read_pairing(task.pairing[shop]),
            folder=folder,
            key_store=key_store,
            key_store_kind=KeyStoreKind.FILE,
            clock=clock,
        )
        patiently(enrol)
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

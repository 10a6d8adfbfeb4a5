"""Many seeds in a process for each core: a seed is a run of its own, and whoever lives it sees the same."""

import gc
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack

from tests.sim.furniture import Furniture
from tests.sim.plants import planted
from tests.sim.report import Report, live

GC_THRESHOLDS = 5_000, 20, 20


def cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processes(jobs: int) -> Executor:
    """Begin as many processes, each of which starts from nothing, so that no lock of this one is copied."""
    return ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=collect_seldom
    )


def collect_seldom() -> None:
    """Let this process, which lives worlds and nothing else, look for garbage less often: a world makes little."""
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def begin(
    pool: Executor, seed: int, furniture: Furniture, *, days: int, plant: str | None = None
) -> Future[Report]:
    """Let a process that is free live a seed."""
    return pool.submit(_live, seed, furniture, days, plant)


def live_all(
    seeds: Iterable[int], furniture: Furniture, *, days: int, plant: str | None, jobs: int
) -> Iterator[Report]:
    """Live seeds in so many processes and give their reports in the order of the seeds."""
    with ExitStack() as stack:
        pool = stack.enter_context(processes(jobs))
        stack.callback(pool.shutdown, cancel_futures=True)  # of whoever stops listening early
        for future in [begin(pool, seed, furniture, days=days, plant=plant) for seed in seeds]:
            yield future.result()


def _live(seed: int, furniture: Furniture, days: int, plant: str | None) -> Report:
    with planted(plant):
        return live(seed, furniture, days=days)

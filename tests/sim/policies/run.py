"""The policies lived through, each on its own copy of the same chain, in a process for each core."""

import gc
import logging
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from unittest.mock import patch

from app.clock import SetClock
from app.demo.journey import WHOLE_YEAR, Selection
from app.ids import chance_from
from app.store import db as station_db
from hq import db
from hq.journal import patience
from hq.keysets import service as keysets
from tests.sim.clock import SeededChance
from tests.sim.many import processes
from tests.sim.policies.chain import Chain, Template, start_ms, template_of
from tests.sim.policies.figures import Figures, bound_of, figures_of
from tests.sim.policies.life import Life
from tests.sim.policies.offers import POLICIES, Policy, Terms
from tests.sim.policies.plants import planted
from tests.sim.policies.year import Year, the_year
from tests.sim.report import _engine, _judge_here, _no_backup, _open_alone

AS_EVER = Terms()


@dataclass(frozen=True)
class Choice:
    """Which part of the year is lived through: of each so many households one, in these shops and weeks."""

    seed: int = 1
    every: int = 1
    selection: Selection = WHOLE_YEAR
    plant: str | None = None
    terms: Terms = AS_EVER


def year_of(choice: Choice) -> Year:
    """Read the part that is chosen, once in a process."""
    return _read(choice.seed, choice.every, choice.selection)


@cache
def _read(seed: int, every: int, selection: Selection) -> Year:
    return the_year(seed=seed, every=every, selection=selection)


def compare(choice: Choice, *, jobs: int, policies: Sequence[Policy] = POLICIES) -> Iterator[Figures]:
    """Live each policy's year; the figures come in the order of the policies."""
    with _in_a_world(), template_of(year_of(choice)) as template:
        if jobs == 1:
            for policy in policies:
                yield _live(choice, policy, template)
            return
        with processes(jobs) as pool:
            assert isinstance(pool, ProcessPoolExecutor)
            for future in [pool.submit(_live, choice, policy, template) for policy in policies]:
                yield future.result()


def _live(choice: Choice, policy: Policy, template: Template) -> Figures:
    """Live one year. Chance is seeded, time is the world's: the same choice gives the same figures."""
    began = time.monotonic()
    year = year_of(choice)
    chance = SeededChance(SetClock(start_ms(year)), random.Random(choice.seed))
    folder = template.folder.with_name(f"policy-{POLICIES.index(policy)}")
    with _in_a_world(), chance_from(chance), planted(choice.plant):
        chain = Chain(template, folder, year, policy, choice.terms)
        chance._true = chain.clock
        try:
            bound = bound_of(chain, policy)
            life = Life(year, policy, chain, reward=choice.terms.reward)
            gc.freeze()
            life.live()
            return figures_of(life, bound, seconds=time.monotonic() - began)
        finally:
            chain.close()


@contextmanager
def _in_a_world() -> Iterator[None]:
    """Do as the simulator of many seeds does: judge in this thread, and let nobody log or share the files."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            patch.object(db, "_make_engine", _engine),
            patch.object(patience._Batch, "run", _judge_here),
            patch.object(keysets, "write_backup", _no_backup),
            patch.object(station_db, "_open", _open_alone),
        ):
            yield
    finally:
        logging.disable(before)

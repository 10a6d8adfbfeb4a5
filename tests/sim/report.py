"""One seed lived through, and what many of them come to."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.failpoints import watched_by
from app.ids import chance_from
from app.station import staff
from app.store import db as station_db
from app.store import room
from hq import db
from hq.journal import judge, patience
from hq.keysets import service as keysets
from tests.sim.claims import Violation
from tests.sim.clock import SeededChance
from tests.sim.furniture import Furniture
from tests.sim.furniture_people import NAME_MARK
from tests.sim.incidents import POISON
from tests.sim.life import Life
from tests.sim.world import World

NAMES = (
    "I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 I13 I14 I15 I16 I17 I18 I19 I20 I21 I22 I23 I24 I25 I26 I27 I28"
)
INVARIANTS = tuple(NAMES.split())
EVENTS = ("seeds", "entries", "approvals", "cuts", "kills", "duplicates_sent", "lost", "doubled")
OF_RIGHTS = ("overspend_leased", "overspend_floor", "overspend_floor_bound", "rightful", "rightful_refused")


@dataclass
class Report:
    """What was seen in one world or in many."""

    seeds: int = 0
    entries: int = 0
    approvals: int = 0
    cuts: int = 0
    kills: int = 0
    duplicates_sent: int = 0
    lost: int = 0
    doubled: int = 0
    overspend_leased: int = 0  # units of all scopes
    overspend_floor: int = 0  # minor units, as is the bound
    overspend_floor_bound: int = 0
    rightful: int = 0  # redemptions that asked for a right and for which there was enough
    rightful_refused: int = 0
    checked: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, Violation]] = field(default_factory=list)  # with their seeds

    def add(self, other: "Report") -> None:
        for name in (*EVENTS, *OF_RIGHTS):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.checked.update(other.checked)
        self.violations += other.violations

    @property
    def violated(self) -> list[str]:
        """The invariants that did not hold, in their order."""
        found = {violation.invariant for _, violation in self.violations}
        return [name for name in INVARIANTS if name in found]

    def as_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in (*EVENTS, *OF_RIGHTS)}
        told["invariants_checked"] = {name: self.checked[name] for name in INVARIANTS}
        if self.violations:
            told["violated"] = self.violated
        return told


def live(
    seed: int, furniture: Furniture, *, days: int, say: Callable[[str], None] = lambda _: None
) -> Report:
    """Live one world through to its end."""
    with inhabited(seed, furniture, say=say) as world:
        return _report(world, seed, lost=_lived(world, days))


@contextmanager
def inhabited(
    seed: int, furniture: Furniture, *, say: Callable[[str], None] = lambda _: None
) -> Iterator[World]:
    """Lay a world out, for whoever lives in it."""
    with ExitStack() as stack:
        folder = stack.enter_context(_folder_of_a_world(furniture))
        stack.enter_context(patch.object(db, "_make_engine", _engine))
        world = World(seed, furniture, folder, say=say)
        stack.callback(world.close)
        stack.enter_context(_in_this_world(world))
        yield world


@contextmanager
def _folder_of_a_world(furniture: Furniture) -> Iterator[Path]:
    """One after another live in the same place, so that what was worked out for one can serve the next."""
    folder = furniture.folder.with_name(f"world-{os.getpid()}")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_engine = cache(
    db._make_engine
)  # what SQLAlchemy compiles for one HQ it need not compile for each that follows


def _lived(world: World, days: int) -> int:
    """Live to the end and return how many answers were lost."""
    try:
        world.begin()
        Life(world, days).live()
        world.witness.exposure(world.hq)
        return world.auditor.ended(at_rest=world.at_rest())
    except Exception as bug:  # outermost: of one world; what broke it is what the auditor has found
        if not world.auditor.memory.violations:
            raise
        world.say(f"the world breaks off: {bug!r}")
        return 0


@contextmanager
def _in_this_world(world: World) -> Iterator[None]:
    """Let chance and fail points be the world's. HQ has a bug, which a poisoned entry wakes."""
    with (
        world.looking.at_the_log(),
        chance_from(SeededChance(world.true, world.rng)),
        watched_by(world.points),
        patch.dict(judge.JUDGES, {POISON: _stumble}),
        patch.object(patience._Batch, "run", _judge_here),
        patch.object(keysets, "write_backup", _no_backup),
        patch.object(station_db, "_open", _open_alone),
        patch.object(room, "shutil", world.disks),
        patch.object(staff, "is_pin", world.people.is_pin),
    ):
        yield


def _judge_here(batch: Any, _: Any) -> bool:
    """Judge in this thread: nothing here takes for ever, and one seed must be one run."""
    batch._judge()
    return False


def _no_backup(*_: Any, **__: Any) -> None:
    """A tenth of a second for a file that goes into a drawer."""


_open = station_db._open


def _open_alone(path: Path, mode: str, key: bytes, settings: station_db.Settings) -> Any:
    """Open a station's file for nobody else, who isn't there: each statement is spared its locks."""
    return _open(path, mode, key, (*station_db.ALONE, *settings) if mode == "rwc" else settings)


def _stumble(*_: Any) -> None:
    raise ZeroDivisionError(f"a bug of HQ's, made up, that knows {NAME_MARK}")


def _report(world: World, seed: int, *, lost: int) -> Report:
    auditor = world.auditor
    memory = auditor.memory
    return Report(
        seeds=1,
        entries=sum(map(len, memory.written.values())),
        approvals=world.witness.approvals,
        cuts=world.counts.cuts,
        kills=world.kills,
        duplicates_sent=world.counts.duplicates_sent,
        lost=lost,
        doubled=auditor.books.doubled,
        **auditor.of_rights(),
        checked=memory.checked,
        violations=[(seed, violation) for violation in memory.violations],
    )

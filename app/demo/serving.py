"""`tillside hq --demo`: a head office to look at, filled by the replay, served until it is told to stop.

The part of the year that the demo plays by default is there before HQ listens, so whoever asks first finds it whole.
The whole year takes longer: HQ then listens at once, and a process beside it replays the year while people look on.
What runs beside ends with this process, however it ends.
"""

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.demo import headquarters
from app.demo.beside import Beside, ended_by_a_word
from app.demo.filling import fill
from app.demo.folder import DemoFolder, prepare
from app.demo.furnishing import furnish
from app.demo.headquarters import LISTENING, SetUp
from app.demo.journey import Journey, Selection, load
from app.demo.parts import PartFailed
from app.terminal import say
from hq.access.actor import of_person
from hq.access.api_keys import create_key
from hq.access.scopes import Role, Scope
from hq.clock import RunningClock
from hq.faults import SetUpFault
from hq.home import open_hq
from hq.serve import serve

HOST = "127.0.0.1"
KEY_NAME = "demo"


@dataclass(frozen=True)
class Stand:
    """What is shown: which part of the year, at which port. Without `out` its folder is deleted at the end.

    `is_early`: HQ listens before it is filled, and people look on.
    """

    port: int
    selection: Selection
    is_early: bool = False
    out: Path | None = None
    database_url: str | None = None


def serve_demo(stand: Stand, *, show: Callable[[str], object]) -> None:
    """Fill a new HQ and serve it until a signal stops it. `show` gets what somebody needs to come in.

    Raises `FolderTaken`, `JourneyUnavailable`, `SetUpFault` or `PartFailed`.
    """
    _check_port(stand.port)
    with ended_by_a_word(), _folder(stand.out) as folder:
        say("Reading the shopping year …")
        journey = load(stand.selection)
        first_ms = next(journey.orders()).at_ms
        say(f"Setting up head office: {len(journey.households):,} members …")
        made = headquarters.set_up(journey, folder.hq, now_ms=first_ms, database_url=stand.database_url)
        if not stand.is_early:
            say(f"Replaying {journey.order_count:,} orders of {len(journey.shops)} shops …")
            fill_first(journey, folder, made)
        clock = RunningClock(first_ms if stand.is_early else journey.last_ms)
        ways_in = _ways_in(folder, clock, made, is_furnished=not stand.is_early)
        beside: list[Beside] = []

        def announce(line: str) -> None:
            url = line.removeprefix(LISTENING).split()[0]
            show("\n".join([line, f"  console      {url}/console", *ways_in]))
            if stand.is_early:
                say("The year is replayed while HQ serves; that takes some minutes.")
                beside.append(Beside(fill, journey, folder, made.cards, url))

        try:
            serve(folder.hq, host=HOST, port=stand.port, clock=clock, announce=announce)
        finally:
            for each in beside:
                each.stop()


def fill_first(journey: Journey, folder: DemoFolder, made: SetUp) -> None:
    """Replay before anybody is served. Raises `PartFailed`."""
    beside = Beside(fill, journey, folder, made.cards, None)
    try:
        if not beside.wait():
            raise PartFailed("the replay ended early; what it said stands above")
    finally:
        beside.stop()


def _ways_in(folder: DemoFolder, clock: RunningClock, made: SetUp, *, is_furnished: bool) -> list[str]:
    """Make a key, and return what is said of how to come in."""
    hq = open_hq(folder.hq, clock=clock)
    try:
        if is_furnished:
            furnish(hq)
        admin = of_person(made.admin, Role.ADMIN)
        _, text = create_key(hq, admin, name=KEY_NAME, scopes=tuple(Scope))
    finally:
        hq.close()
    return [
        f"  sign in as   {made.admin}",
        f"  password     {made.password}",
        f"  API key      {text}",
        f"  its folder   {folder.hq}",
    ]


def _check_port(port: int) -> None:
    """Refuse a port that is taken, before anything is made. Raises `SetUpFault`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            raise SetUpFault(f"HQ can't listen on {HOST}, port {port}: {problem.strerror}.") from problem


@contextmanager
def _folder(out: Path | None) -> Iterator[DemoFolder]:
    if out is not None:
        yield prepare(out)
        return
    own = Path(tempfile.mkdtemp(prefix="tillside-hq-"))
    try:
        yield prepare(own / "demo")
    finally:
        shutil.rmtree(own, ignore_errors=True)

"""A shop with many members: a real HQ, a paired station, and a replica of the asked size.

A handful of members, those that are scanned, are HQ's own and came by sync; the rest is put into the replica by the
store's `put_rows`, which is what a sync does with them too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.clock import SystemClock
from app.config import Config
from app.core.codes import fold, hash_number, number
from app.ids import new_ref, ref_of
from app.station.opening import open_store
from hq.home import open_hq
from hq.members.service import MemberFacts, issue_codes, upsert_members
from scanner.opencv import cv2
from tests.rig.processes import HqProcess, StationProcess, World, build_world, enrol
from tests.scanner.videos import empty, film

AT_ONCE = 5_000
COLUMNS = ("ref", "number_hash", "name", "tier", "segments", "balance", "state")
FILM_FRAMES = 30


@dataclass(frozen=True)
class Shop:
    """What the measurements need of it."""

    world: World
    codes: tuple[str, ...]

    def options(self, camera: str = "off") -> list[str]:
        """Return the options with which its station is started."""
        folders = ["--dir", str(self.world.store_dir), "--state", str(self.world.state_dir)]
        return [*folders, "--camera", camera]


@contextmanager
def open_shop(folder: Path, *, members: int, scanned: int) -> Iterator[Shop]:
    """Make the shop, keep its HQ running, and end it whatever happens."""
    cv2.setNumThreads(1)
    world = build_world(folder)
    codes = _add_scanned(world, scanned)
    hq = HqProcess(world)
    try:
        enrol(world, hq)
        _sync(world)
        _fill(world, members - scanned)
        yield Shop(world, codes)
    finally:
        hq.kill()


def draw_film(path: Path) -> Path:
    """Draw a film without a code, for a camera that sees an empty counter: the decoders look at every frame."""
    return film(path, (empty(seed) for seed in range(FILM_FRAMES)))


def _add_scanned(world: World, count: int) -> tuple[str, ...]:
    hq = open_hq(world.hq_dir)
    try:
        refs = [new_ref() for _ in range(count)]
        upsert_members(hq, [MemberFacts(ref, f"Ada {at}.", home_store="S1") for at, ref in enumerate(refs)])
        return tuple(issue_codes(hq, refs).values())
    finally:
        hq.close()


def _sync(world: World) -> None:
    station = StationProcess(world)
    try:
        answer = station.ask({"sync": True})
        assert answer is not None and answer["answer"] == "synced", answer
    finally:
        station.kill()


def _fill(world: World, count: int) -> None:
    config = Config(world.store_dir, world.state_dir, world.hq_dir, key_store="file")
    store = open_store(config, clock=SystemClock())
    try:
        for start in range(0, count, AT_ONCE):
            rows = [_row(at) for at in range(start, min(start + AT_ONCE, count))]
            with store.replica_atomic():
                store.replica.put_rows("member", COLUMNS, rows)
    finally:
        store.close()


def _row(at: int) -> list[object]:
    printed = hash_number(fold(number("M", f"{at:010d}")))
    return [ref_of(at.to_bytes(8, "big")), printed, f"Member {at}", "", [], at % 1000, "active"]

"""Stations and HQ as processes of their own, each station behind a line that a story can spoil.

    company.first.start()
    company.first.sells("O-1", company.first.world.voucher)
    company.first.line.set(CutDown())
    assert company.first.syncs()["answer"] == "offline"

Made once and copied for each story; the lines, whose addresses the stations were paired with, live for all of them.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from app.clock import SystemClock
from app.store.keystore import FileKeyStore
from hq.home import Hq, open_database, open_hq
from hq.service import EnrolService
from hq.stores.pairing import new_pairing
from hq.stores.service import add_store
from hq.tables import journal
from sync.enrolment import enrol_station, read_pairing
from tests.rig.processes import (
    Answer,
    HqProcess,
    StationProcess,
    World,
    an_order,
    build_world,
    eventually,
    run,
)
from tests.rig.proxy import Proxy

T = TypeVar("T")
SYNC_S = 30
Entry = tuple[int, str, str]  # number, type, verdict


@dataclass(frozen=True)
class Template:
    """An HQ with paired stations on disk; nothing runs."""

    folder: Path
    world: World
    device_ids: tuple[str, ...]


def make_template(folder: Path, lines: Sequence[Proxy], stores: Sequence[str] = ("S1", "S1")) -> Template:
    """Set up HQ and pair a station of each of these stores with the address of its line."""
    world = build_world(folder)
    hq = open_hq(world.hq_dir)
    device_ids = []
    try:
        for store in sorted({*stores} - {"S1"}):
            add_store(hq, store_id=store, name=store, time_zone="Europe/Berlin", currency="EUR")
        for number, (store, line) in enumerate(zip(stores, lines, strict=True)):
            at = _station_world(world, folder, number)
            device = enrol_station(
                read_pairing(new_pairing(hq, store_id=store, url=line.url).text),
                folder=at.store_dir,
                key_store=FileKeyStore(at.state_dir / "keys"),
                key_store_kind="file",
                clock=SystemClock(),
                connect=lambda _: EnrolService(hq),
            )
            device_ids.append(device.device_id)
    finally:
        hq.close()
    return Template(folder, world, tuple(device_ids))


def _station_world(world: World, folder: Path, number: int) -> World:
    own = folder / f"station-{number}"
    return replace(world, hq_dir=folder / "hq", store_dir=own / "store", state_dir=own / "state")


class Station:
    """One station: its folders, its line, and its process while it runs."""

    def __init__(self, world: World, line: Proxy, device_id: str) -> None:
        self.world = world
        self.line = line
        self.device_id = device_id  # what HQ calls it
        self._process: StationProcess | None = None

    def start(self, *, fail_points: str = "", clock: Path | None = None) -> Answer | None:
        """Start the program; return its first line."""
        self._process = StationProcess(self.world, fail_points=fail_points, clock=clock)
        return self._process.first

    @property
    def process(self) -> StationProcess:
        """Its process, which must have been started."""
        assert self._process is not None
        return self._process

    def ask(self, line: str | Answer) -> Answer:
        """Ask a line; the process must survive it."""
        answer = self.process.ask(line)
        assert answer is not None, "the station died"
        return answer

    def sells(self, order_id: str, *vouchers: str, coffees: int = 1, card: str | None = None) -> Answer:
        """Sell to the member, or whoever shows another card (""; nobody), with vouchers; return the answer."""
        self.ask({"clear": True})
        card = self.world.member_code if card is None else card
        for voucher in (*([card] if card else []), *vouchers):
            self.ask(voucher)
        return self.ask(an_order(order_id, coffees=coffees))

    def syncs(self) -> Answer:
        """Sync now."""
        return self.ask({"sync": True})

    def drains(self) -> None:
        """Sync until nothing waits and HQ's figures hold all of it."""
        eventually(lambda: self.syncs()["waiting"] == 0, within_s=SYNC_S)

    def is_cut_off(self) -> None:
        """Cut its line, and let it notice."""
        self.line.refuse()
        assert self.syncs()["answer"] == "offline"

    def is_back(self) -> None:
        """Heal its line, and let both ends hear all that waited."""
        self.line.heal()
        self.drains()
        self.syncs()  # what HQ made of it comes with the next one

    def status(self) -> Answer:
        """Return how it stands."""
        return self.ask({"status": True})

    def balance(self) -> tuple[int, int]:
        """Return the member's balance as shown, and what is pending."""
        self.ask({"clear": True})
        member = self.ask(self.world.member_code)
        return member["balance"], member["pending"]

    def stop(self) -> None:
        """End it as a person would, if it hasn't ended by itself."""
        if self._process is None:
            return
        if self._process.process.poll() is None:
            self._process.close()
        else:
            self._process.wait_dead()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()

    def copy(self, folder: Path, *, with_keys: bool = True) -> "Station":
        """Return the same on other folders, as an image of the disk has it. Whoever runs meanwhile must be idle."""
        shutil.copytree(self.world.store_dir, folder / "store")
        if with_keys:
            shutil.copytree(self.world.state_dir, folder / "state")
        copied = replace(self.world, store_dir=folder / "store", state_dir=folder / "state")
        return Station(copied, self.line, self.device_id)

    def goes_back_to(self, earlier: "Station", *, with_keys: bool) -> None:
        """Put the folders of an earlier copy in place of its own. It must not run."""
        shutil.rmtree(self.world.store_dir)
        shutil.copytree(earlier.world.store_dir, self.world.store_dir)
        if with_keys:
            shutil.rmtree(self.world.state_dir)
            shutil.copytree(earlier.world.state_dir, self.world.state_dir)


class Company:
    """HQ and its stations, of which most stories need two."""

    def __init__(self, template: Template, folder: Path, lines: Sequence[Proxy]) -> None:
        shutil.copytree(template.folder, folder)
        self.folder = folder
        self.world = replace(template.world, hq_dir=folder / "hq")
        self.stations = [
            Station(_station_world(template.world, folder, number), line, device_id)
            for number, (line, device_id) in enumerate(zip(lines, template.device_ids, strict=True))
        ]
        self.first, self.second = self.stations[:2]
        self.hq: HqProcess | None = None
        self._others: list[Station] = []

    def start_hq(self, *, fail_points: str = "", clock: Path | None = None) -> None:
        """Start HQ and lead all lines to it."""
        self.hq = HqProcess(self.world, fail_points=fail_points, clock=clock)
        for station in self.stations:
            station.line.leads_to(self.hq.port)
            station.line.heal()

    def stop_hq(self) -> None:
        """End HQ."""
        if self.hq is not None and self.hq.process.poll() is None:
            self.hq.stop()

    def hq_dies(self) -> int:
        """Wait for HQ's death, which a fail point brings, and return its exit status."""
        status = self.hq.process.wait(SYNC_S)
        self.hq.kill()
        return status

    def adopt(self, station: Station) -> Station:
        """End this one too when the story ends."""
        self._others.append(station)
        return station

    def back_up_hq(self) -> Path:
        """Copy HQ's folder; HQ stands still meanwhile."""
        self.stop_hq()
        backup = shutil.copytree(self.world.hq_dir, self.folder / "hq-backup")
        self.start_hq()
        return backup

    def restore_hq(self, backup: Path) -> None:
        """Put a copy in the place of HQ's folder. HQ must not run."""
        shutil.rmtree(self.world.hq_dir)
        shutil.copytree(backup, self.world.hq_dir)

    def tell_hq(self, *words: str) -> None:
        """Run one of HQ's commands."""
        run("hq", *words, "--dir", str(self.world.hq_dir))

    def at_hq(self, work: Callable[[Hq], T]) -> T:
        """Do something at HQ as its commands do: beside the one that serves."""
        hq = open_hq(self.world.hq_dir)
        try:
            return work(hq)
        finally:
            hq.close()

    def hq_says(self, *words: str) -> list[Answer]:
        """Ask HQ by one of its commands that answer in lines of JSON."""
        done = run("hq", *words, "--json", "--dir", str(self.world.hq_dir))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def entries(self, station: Station) -> list[Entry]:
        """Return what HQ holds of a station, in order."""
        wanted = select(journal.c.seq, journal.c.type, journal.c.verdict)
        with open_database(self.world.hq_dir).reading() as connection:
            rows = connection.execute(
                wanted.where(journal.c.device == station.device_id).order_by(journal.c.epoch, journal.c.seq)
            )
            return [(row.seq, row.type, row.verdict) for row in rows]

    def close(self) -> None:
        """End everything."""
        for station in (*self.stations, *self._others):
            station.stop()
        self.stop_hq()

"""Two stations and HQ as processes of their own, each station behind a line that a story can spoil.

    company.first.start()
    company.first.sells("O-1", company.first.world.voucher)
    company.first.line.set(CutDown())
    assert company.first.syncs()["answer"] == "offline"

Made once and copied for each story; the lines, whose addresses the stations were paired with, live for all of them.
"""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from app.clock import SystemClock
from app.store.keystore import FileKeyStore
from hq.home import open_database, open_hq
from hq.service import EnrolService
from hq.stores.pairing import new_pairing
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

SYNC_S = 30
Entry = tuple[int, str, str]  # number, type, verdict


@dataclass(frozen=True)
class Template:
    """An HQ with two paired stations on disk; nothing runs."""

    folder: Path
    world: World
    device_ids: tuple[str, ...]


def make_template(folder: Path, lines: tuple[Proxy, Proxy]) -> Template:
    """Set up HQ and pair two stations of the same store with the addresses of their lines."""
    world = build_world(folder)
    hq = open_hq(world.hq_dir)
    device_ids = []
    try:
        for name, line in zip(("first", "second"), lines, strict=True):
            at = _station_world(world, folder, name)
            device = enrol_station(
                read_pairing(new_pairing(hq, store_id="S1", url=line.url).text),
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


def _station_world(world: World, folder: Path, name: str) -> World:
    return replace(
        world, hq_dir=folder / "hq", store_dir=folder / name / "store", state_dir=folder / name / "state"
    )


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

    def sells(self, order_id: str, *vouchers: str, coffees: int = 1) -> Answer:
        """Sell to the member, with vouchers; return the answer to the order."""
        self.ask({"clear": True})
        self.ask(self.world.member_code)
        for voucher in vouchers:
            self.ask(voucher)
        return self.ask(an_order(order_id, coffees=coffees))

    def syncs(self) -> Answer:
        """Sync now."""
        return self.ask({"sync": True})

    def drains(self) -> None:
        """Sync until nothing waits and HQ's figures hold all of it."""
        eventually(lambda: self.syncs()["waiting"] == 0, within_s=SYNC_S)

    def status(self) -> Answer:
        """Return how it stands."""
        return self.ask({"status": True})

    def balance(self) -> tuple[int, int]:
        """Return the member's balance as shown, and what is pending."""
        self.ask({"clear": True})
        member = self.ask(self.world.member_code)
        return member["balance"], member["pending"]

    def stop(self) -> None:
        """End it as a person would."""
        if self._process is not None and self._process.process.poll() is None:
            self._process.close()

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
    """HQ and its two stations."""

    def __init__(self, template: Template, folder: Path, lines: tuple[Proxy, Proxy]) -> None:
        shutil.copytree(template.folder, folder)
        self.folder = folder
        self.world = replace(template.world, hq_dir=folder / "hq")
        self.first, self.second = (
            Station(_station_world(template.world, folder, name), line, device_id)
            for name, line, device_id in zip(("first", "second"), lines, template.device_ids, strict=True)
        )
        self.hq: HqProcess | None = None
        self._others: list[Station] = []

    def start_hq(self, *, fail_points: str = "", clock: Path | None = None) -> None:
        """Start HQ and lead both lines to it."""
        self.hq = HqProcess(self.world, fail_points=fail_points, clock=clock)
        for station in (self.first, self.second):
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
        for station in (self.first, self.second, *self._others):
            station.stop()
        self.stop_hq()

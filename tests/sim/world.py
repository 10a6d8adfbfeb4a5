"""A simulated world: HQ and its stations on their real files, one true time, one seed, one thread."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from app.clock import SetClock
from app.store.faults import StoreFault
from app.store.keystore import MemoryKeyStore
from hq.campaigns.store import newest_version
from hq.home import DATABASE_FILE, open_database, open_hq, take_as_restored
from hq.mark import MARK_FILE
from hq.service import EnrolService
from hq.stores.pairing import new_epoch_pairing
from sync.enrolment import read_pairing
from sync.faults import HqFault
from sync.protocol import SignedDocument, SignedTime
from sync.reenrolment import reenrol_station
from tests.sim.auditor import Auditor
from tests.sim.disk import Disks, FailPoints, Killed, kill
from tests.sim.furniture import (
    NOWHERE,
    Furniture,
    enrol,
    laid_out,
    store_ids,
)
from tests.sim.line import Counts, Weather
from tests.sim.looking import Looking
from tests.sim.people import People
from tests.sim.program import SHORT_ENDS_MS, SHORT_LIVED, SPENDS_MAX, START_MS, TOY, TOYS, VALUE_MAX
from tests.sim.rows import Facts, StationRows
from tests.sim.station import Station
from tests.sim.visits import serve_some
from tests.sim.witness import Witness, rows_of

NEW_EPOCH_CHANCE = 0.6
TOLD = ("fork", "epoch_revoked")  # what HQ says to a station that must stop
KILL_COMMITS_MAX = 4  # of a sync: acknowledgement, mark, documents, rows


class World:
    """Everything there is, and the ways in which it can be touched."""

    def __init__(self, seed: int, furniture: Furniture, folder: Path, *, say: Callable[[str], None]) -> None:
        self.rng = random.Random(seed)
        self.true = SetClock(START_MS)
        self.points = FailPoints()
        self.disks = Disks()
        self.weather = Weather()
        self.counts = Counts()
        self.enrolments = 0  # of known devices, under new epochs
        self.kills = 0
        self._say = say
        self.folder = laid_out(furniture, folder)
        self.stores = store_ids(len(furniture.key_texts))
        self.shoppers = list(furniture.shoppers)
        self.vouchers = list(furniture.vouchers)
        self.auditor = Auditor()
        self.auditor.people.bounds.caps(spends_max=SPENDS_MAX, value_max=VALUE_MAX)
        self.auditor.clocks.ends(SHORT_LIVED, SHORT_ENDS_MS)
        self.witness = Witness(self.auditor, self.true.now_ms)
        self.auditor.known.stocks[f"stock:{TOY}"] = TOYS
        self.hq = open_hq(self.hq_folder, clock=self.true)
        self._documents: dict[str, SignedDocument] = {}
        self._first_time: SignedTime | None = None
        self.witness.look_at(self.hq_folder / DATABASE_FILE)
        self.stations: list[Station] = []
        self._key_texts = furniture.key_texts
        self.people = People(self, furniture.folk)
        self.looking = Looking(self)

    def begin(self) -> None:
        """Start the stations."""
        for number, texts in enumerate(self._key_texts):
            keys = MemoryKeyStore()
            keys._texts = dict(texts)
            self._add(f"t{number}", self.folder / f"station-{number}", keys)

    @property
    def hq_folder(self) -> Path:
        return self.folder / "hq"

    @property
    def running(self) -> list[Station]:
        """The stations that can be used now."""
        return [station for station in self.stations if station.is_in_use and station.store is not None]

    def say(self, text: str) -> None:
        """Tell the trace what happens, at which moment."""
        self._say(f"{(self.true.now_ms() - START_MS) / 86_400_000:7.4f} {text}")

    def oldest_document(self, newest: SignedDocument) -> SignedDocument:
        """Return the first version that anybody was ever sent: what somebody in the line could play again."""
        return self._documents.setdefault(newest.kind, newest)

    def oldest_time(self, newest: SignedTime) -> SignedTime:
        """Return the first time that HQ ever signed, for whoever had asked."""
        self._first_time = self._first_time or newest
        return self._first_time

    # Stations

    def _add(self, name: str, folder: Path, keys: MemoryKeyStore) -> Station:
        station = Station(self, name, folder, keys)
        self.stations.append(station)
        self.start(station)
        return station

    def enrol_another(self, store_id: str) -> Station:
        """Put a new station into a store."""
        name = f"t{len(self.stations)}"
        keys, folder = MemoryKeyStore(), self.folder / f"station-{len(self.stations)}"
        enrol(self.hq, store_id, folder, keys, self.true)
        self.say(f"{name} is enrolled in {store_id}")
        return self._add(name, folder, keys)

    def clone(self, original: Station) -> Station:
        """Make another PC of a station's whole disk, keys and all."""
        original.close()
        name = f"t{len(self.stations)}"
        folder = self.folder / f"station-{len(self.stations)}"
        shutil.copytree(original.folder, folder)
        keys = MemoryKeyStore()
        keys._texts = dict(original.keys._texts)
        self.start(original)
        self.auditor.copied(original.chain)
        self.auditor.clocks.copied(original.name, name)
        self.auditor.people.copied(original.name, name)
        self.say(f"{name} is a copy of {original.name}")
        return self._add(name, folder, keys)

    def start(self, station: Station) -> bool:
        """Start a station and let the auditor read its whole journal; False when it refuses to run."""
        try:
            station.start()
        except StoreFault as fault:
            self.say(f"{station.name} does not start: {fault.code}")
            self.auditor.did_not_start(station.name, fault.code)
            self.witness.stopped(station)
            return False
        self.looking.at_start(station)
        self.witness.enrolled(station)
        self.witness.journal(station, is_whole=True)
        self.witness.stands(station)
        return True

    def switch_on(self, station: Station) -> None:
        """Start a machine that was off."""
        station.is_off = False
        station.clock.reboot()
        self.auditor.clocks.rebooted(station.name)
        station.line.plays_old_time = (
            True  # whoever lies in wait does so now, as only the wall clock knows better
        )
        self.say(f"{station.name} is switched on")
        self.start(station)

    def crash(self, station: Station, *, is_power_cut: bool = False, torn_from: int | None = None) -> bool:
        """End a station's program from outside, and start it again. Returns whether it runs."""
        self.kills += 1
        self.points.disarm()
        station.crash(is_power_cut=is_power_cut, torn_from=torn_from)
        if is_power_cut:
            station.clock.reboot()
            self.auditor.clocks.rebooted(station.name)
        self.say(f"{station.name} {'lost its power' if is_power_cut else 'was killed'}")
        return self.start(station)

    def set_back(self, station: Station, *, is_marked: bool) -> None:
        """Start a station whose folder was replaced by an older copy; where it refuses, another takes its place."""
        self.say(f"{station.name} gets its folder of some days ago")
        self.witness.replaced(station, is_marked=is_marked)
        if not self.start(station):
            self.replace(station)

    def replace(self, station: Station) -> None:
        """Let a station that is shut out go on under a new epoch, or take it away and enrol another for its store."""
        if station.store is not None:
            self.sync_calmly(station)
        is_one = all(other is station or other.device_id != station.device_id for other in self.running)
        if is_one and station.device_id and self.rng.random() < NEW_EPOCH_CHANCE:
            self._begin_epoch(station)
            return
        if station.store is None:
            self.auditor.shelved(station.name)
        self.say(f"{station.name} is taken away")
        station.close()
        station.is_in_use = False
        self.enrol_another(station.store_id)

    def _begin_epoch(self, station: Station) -> None:
        """Enrol a station again: what HQ has not got of its old journal it carries over, for people to decide about."""
        station.close()
        self.auditor.epoch_ended(station.name, station.chain)
        found = reenrol_station(
            read_pairing(new_epoch_pairing(self.hq, device_id=station.device_id, url=NOWHERE).text),
            folder=station.folder,
            key_store=station.keys,
            key_store_kind="memory",
            clock=station.clock,
            connect=lambda _: EnrolService(self.hq),
        )
        self.enrolments += 1
        self.say(
            f"{station.name} begins epoch {found.device.epoch} and carries {found.salvaged} entries over"
        )
        self.start(station)

    # Syncing

    def sync_or_die(self, station: Station, *, chance: float) -> None:
        """Let a station sync, and perhaps end its program at one of its commits."""
        if self.rng.random() < chance:
            name = self.rng.choice(("before_commit", "after_commit"))
            self.points.arm(name, self.rng.randint(1, KILL_COMMITS_MAX), kill)
        try:
            self.sync_and_mend(station)
        except Killed:
            self.crash(station)
        self.points.disarm()

    def sync_and_mend(self, station: Station) -> None:
        """Let a station sync, and put another in its place when HQ or it says that it can't go on."""
        stopped_by = self.sync(station)
        is_set_back = station.name in self.auditor.memory.set_back and stopped_by == "hq_untrusted"
        if stopped_by in TOLD:
            serve_some(self, station)  # until somebody comes to look
        if stopped_by in TOLD or (is_set_back and not station.line.is_disturbed):
            self.replace(station)

    def sync_calmly(self, station: Station) -> None:
        """Let a station sync over a good line."""
        weather, self.weather = self.weather, Weather()
        station.line.be_good()
        self.sync(station)
        self.weather = weather

    def sync(self, station: Station) -> str:
        """Let a station sync once; return what stopped it, empty when nothing did."""
        station.line.is_disturbed = False
        stopped_by = ""
        keyset = 0
        if not station.is_doubtful:
            keyset = station.run(lambda: station.store.replica.document_version("keyset"))
        try:
            report = station.syncer.sync()
        except (HqFault, StoreFault) as fault:
            stopped_by = fault.code
        else:
            stopped_by = report.refusal.kind.value if report.refusal else ""
            if stopped_by in TOLD:
                self.auditor.standing.told(station.name)
        self.say(f"{station.name} syncs: {stopped_by or 'done'}")
        # Time that is signed by a key which comes only with this sync is left aside once.
        knows_keys = keyset == self.auditor.books.documents.get("keyset")
        self._look_after_sync(station, stopped_by, hears_time=knows_keys and station.proto is None)
        return stopped_by

    def _look_after_sync(self, station: Station, stopped_by: str, *, hears_time: bool) -> None:
        self.witness.hq()
        if stopped_by in ("chain", "journal_broken", "store_damaged"):
            self.auditor.alarmed(station.name)
        try:
            waiting = station.run(station.store.waiting_count)
        except StoreFault:
            self.auditor.alarmed(station.name)
            return
        self.witness.tried_to_sync(station, was_cut=bool(stopped_by))
        if station.line.is_up and not station.line.is_disturbed:
            station.has_met_this_hq = True
            if not stopped_by:
                self.looking.after_sync(station)
            self.auditor.synced_undisturbed(
                station.name,
                station.chain,
                waiting=waiting,
                stopped_by=stopped_by,
                is_older=station.proto is not None,
            )
            if not stopped_by and hears_time:  # an older program does not ask for it
                effective = station.run(station.store.now_ms)
                self.auditor.clocks.heard(station.name, effective_ms=effective, true_ms=self.true.now_ms())

    # HQ

    def restart_hq(self) -> None:
        """HQ's process has ended and is started again on the same files."""
        self.kills += 1
        self.hq.close()
        self.hq = open_hq(self.hq_folder, clock=self.true)

    def told_once(self) -> tuple[int, tuple[frozenset[tuple[str, int]], ...]]:
        """Return what HQ was told that a backup may not know: devices, those shut out, those that are two."""
        memory = self.auditor.memory
        shut_out = tuple(map(frozenset, (memory.revoked, memory.fenced, memory.copied)))
        return self.enrolments + len(self.stations), shut_out

    def back_up_hq(self) -> tuple[bytes, bytes]:
        """Return HQ's database as it is now, and the mark beside it."""
        with self.hq.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        mark = self.hq_folder / MARK_FILE
        return (self.hq_folder / DATABASE_FILE).read_bytes(), mark.read_bytes() if mark.exists() else b""

    def restore_hq(self, backup: tuple[bytes, bytes], *, is_whole: bool) -> None:
        """Put an old database in the place of HQ's, or (`is_whole`) all of its folder; then somebody has to say so."""
        self.witness.close()
        self.hq.close()
        for path in self.hq_folder.glob(f"{DATABASE_FILE}*"):
            path.unlink()
        database, mark = backup
        (self.hq_folder / DATABASE_FILE).write_bytes(database)
        if is_whole:
            (self.hq_folder / MARK_FILE).unlink(missing_ok=True)
            if mark:
                (self.hq_folder / MARK_FILE).write_bytes(mark)
            old = open_database(self.hq_folder)
            take_as_restored(self.hq_folder, old, self.hq.keys, clock=self.true, is_known=True)
            old.close()
        self.hq = open_hq(self.hq_folder, clock=self.true)
        for station in self.stations:
            station.has_met_this_hq = False
        self.say(f"HQ is restored from a backup{' of its whole folder' if is_whole else ''}")
        self.witness.look_at(self.hq_folder / DATABASE_FILE)
        self.witness.hq(is_whole=True)
        self.auditor.people.privacy.forget("HQ")
        self.looking.at_hq()

    def next_program_version(self) -> int:
        with self.hq.database.reading() as connection:
            return newest_version(connection, "program") + 1

    def at_rest(self) -> dict[str, tuple[StationRows, Facts]]:
        """Return what each running station holds, and what HQ holds for it."""
        return {
            station.name: (rows_of(station.store), self.witness.facts_for(station.store_id))
            for station in self.running
        }

    def close(self) -> None:
        for station in self.stations:
            if station.store is not None:
                station.store._close_files()
                station.store._lock.release()
        self.witness.close()
        self.hq.close()

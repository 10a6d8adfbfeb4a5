"""Reads what the auditor is handed: rows of the stations' files and of HQ's database, as plain tuples.

Knows where things are kept and nothing of what they should be.
"""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2

from app.store.db import look_into_database
from app.store.faults import StoreFault
from app.store.store import JOURNAL, StationStore
from hq.authority.exposure import exposure
from hq.home import Hq
from sync.protocol import PushAnswer
from tests.sim.auditor import Auditor
from tests.sim.rows import Exposed, Facts, FileEntry, HeldEntry, HqRows, StationRows
from tests.sim.taking import LeaseRow, Promise

if TYPE_CHECKING:
    from tests.sim.station import Station

FILE_ENTRIES = (
    "SELECT seq, entry_id, type, body, prev, hash, sig FROM journal WHERE epoch = ? AND seq > ? ORDER BY seq"
)
MEMBERS = "SELECT ref, number_hash, name, tier, balance, state FROM member"
VOUCHERS = (  # HQ tells stations how often one was used only where there is a limit
    "SELECT code_hash, rule_id, uses_max, CASE WHEN uses_max > 0 THEN uses ELSE 0 END, owner, ends_on FROM voucher"
)
HELD_ENTRIES = (
    "SELECT rowid, device, epoch, seq, entry_id, type, body, hash, verdict, flags, case_id FROM journal"
    " WHERE rowid > ? ORDER BY rowid"
)
LEASES = "SELECT lease_id, scope, device, epoch, units, from_ms, until_ms, state FROM lease"
PROMISES = "SELECT device, order_id, name, scope, reservation_id, units, until_ms FROM reservation"
PROMISES += (
    " WHERE until_ms < 1 << 52"  # beyond that nothing was promised: an entry took it that waits for people
)
HOLDS = (
    "SELECT 'points:' || ref FROM member WHERE holder = ?1"
    " UNION ALL SELECT 'voucher:' || code_hash FROM voucher WHERE holder = ?1"
)
POSTINGS = "SELECT rowid, entry_id, n, account, unit, amount FROM posting WHERE rowid > ? ORDER BY rowid"


class Witness:
    """Between the world and its auditor."""

    def __init__(self, auditor: Auditor, now_ms: Callable[[], int]) -> None:
        self.auditor = auditor
        self._now_ms = now_ms
        self.approvals = 0
        self._hq: Any = None
        self._hq_version = self._journal_row = self._posting_row = self._held_row = 0
        self._read_up_to: dict[str, tuple[tuple[str, int], int]] = {}

    # HQ

    def look_at(self, database: Path) -> None:
        """Read this database from now on, from its beginning."""
        self.close()
        self._hq = dbapi2.connect(str(database), isolation_level=None)
        self._hq_version = self._journal_row = self._posting_row = self._held_row = 0

    def close(self) -> None:
        if self._hq is not None:
            self._hq.close()
            self._hq = None

    def hq(self, *, is_whole: bool = False) -> None:
        """Hand over what HQ holds since the last time."""
        (version,) = self._hq.execute(
            "PRAGMA data_version"
        ).fetchone()  # changes with each commit of another's
        if version == self._hq_version and not is_whole:
            return
        self._hq_version = version
        if is_whole:
            self._journal_row = self._posting_row = self._held_row = 0
        journal = self._all(HELD_ENTRIES, self._journal_row)
        postings = self._all(POSTINGS, self._posting_row)
        self._journal_row = journal[-1][0] if journal else self._journal_row
        self._posting_row = postings[-1][0] if postings else self._posting_row
        held = self._all("SELECT rowid, why, body FROM held_push WHERE rowid > ?", self._held_row)
        self._held_row = held[-1][0] if held else self._held_row
        rows = HqRows(
            journal=[HeldEntry(*row[1:]) for row in journal],
            postings=[row[1:] for row in postings],
            members=dict(self._all("SELECT ref, balance FROM member")),
            devices={
                row[0]: tuple(row[1:])
                for row in self._all("SELECT device_id, epoch, state, head_seq, head_hash FROM device")
            },
            vouchers={
                row[0]: tuple(row[1:]) for row in self._all("SELECT code_hash, uses_max, uses FROM voucher")
            },
            documents=dict(self._all("SELECT kind, MAX(version) FROM document GROUP BY kind")),
            held=[row[1:] for row in held],
            stops=dict(self._all("SELECT version, body FROM document WHERE kind = 'stops'")),
            programs=dict(self._all("SELECT version, body FROM document WHERE kind = 'program'")),
            words={
                (device, epoch, seq): (verdict, flags)
                for device, epoch, seq, verdict, flags in self._all(
                    "SELECT device, epoch, seq, verdict, flags FROM later_verdict ORDER BY n"
                )
            },
            cases=frozenset(row[0] for row in self._all("SELECT case_id FROM exception")),
            devices_told=frozenset(self._all("SELECT device, epoch FROM exception WHERE seq = 0")),
        )
        self.auditor.hq_leases([LeaseRow(*row) for row in self._all(LEASES)])
        self.auditor.hq(rows, is_whole=is_whole, now_ms=self._now_ms())
        self.rights()

    def rights(self) -> None:
        """Hand over what HQ has leased and promised."""
        leases = [LeaseRow(*row) for row in self._all(LEASES)]
        promises = [Promise(*row) for row in self._all(PROMISES)]
        self.auditor.hq_rights(leases, promises, now_ms=self._now_ms())

    def exposure(self, hq: Hq) -> None:
        """Hand over what HQ reports of its exposure."""
        devices: dict[str, set[str]] = {}
        active: Counter[str] = Counter()
        for device, store, state in self._all("SELECT device_id, store, state FROM device"):
            devices.setdefault(store, set()).add(device)
            active[store] += state == "active"
        told = [
            Exposed(
                each.kind,
                each.name,
                each.bound,
                (each.happened, each.happened_points),
                active[each.name] if each.kind == "store" else active.total(),
                devices.get(each.name, set()),
            )
            for each in exposure(hq)
        ]
        self.auditor.exposed(told)

    def facts_for(self, store_id: str) -> Facts:
        """Return HQ's members of a store's scope, and its vouchers."""
        in_scope = " JOIN member_scope ON member_scope.member = ref WHERE store = ?"
        return frozenset(self._all(MEMBERS + in_scope, store_id)), frozenset(self._all(VOUCHERS))

    def _all(self, statement: str, *values: Any) -> list[Any]:
        return self._hq.execute(statement, values).fetchall()

    def acknowledged(self, station: "Station", epoch: int, answer: PushAnswer) -> None:
        """HQ has answered, whoever hears it."""
        self.hq()
        self.auditor.acknowledged((station.device_id, epoch), answer.acked_seq, answer.acked_hash)

    # Stations

    def enrolled(self, station: "Station") -> None:
        device, key = station.store.device, station.store.keys.sign
        self.auditor.enrolled(station.chain, nonce=device.nonce, key=key.public_key().public_bytes_raw())

    def journal(self, station: "Station", *, is_whole: bool = False) -> None:
        """Hand over a station's journal: all of it after a start, otherwise what it has written since."""
        chain, read = self._read_up_to.get(station.name, (station.chain, 0))
        if is_whole or chain != station.chain:
            read = 0
        rows = station.store._db.conn.execute(FILE_ENTRIES, (station.epoch, read)).fetchall()
        entries = [FileEntry(*row) for row in rows]
        if entries or is_whole:
            self.auditor.journal(
                station.name, station.chain, entries, is_whole=is_whole, true_ms=station.world.true.now_ms()
            )
        self._read_up_to[station.name] = station.chain, entries[-1].seq if entries else read

    def replaced(self, station: "Station", *, is_marked: bool) -> None:
        """Somebody has put older files in the place of a station's. It isn't running."""
        hashes = [entry.hash for entry in _entries_at_rest(station)]
        self.auditor.replaced(station.name, station.chain, hashes, is_marked=is_marked)

    def repaired(self, station: "Station") -> None:
        """Somebody has put a station's files back as they were. It isn't running."""
        self.auditor.repaired(station.name, station.chain, last=len(_entries_at_rest(station)))

    def stopped(self, station: "Station") -> None:
        """A station refuses to run; what is in its files all the same?"""
        if station.name in self.auditor.memory.tampered or not station.device_id:
            return  # whoever changed it is found out otherwise; whoever never ran has shown nothing
        try:
            entries = _entries_at_rest(station)
        except StoreFault:
            return
        self.auditor.journal(
            station.name, station.chain, entries, is_whole=True, true_ms=station.world.true.now_ms()
        )

    def answered(self, station: "Station", seq: int, order_id: str) -> None:
        self.approvals += 1
        self.auditor.answered(station.name, (*station.chain, seq), order_id)

    def stands(self, station: "Station") -> None:
        self.auditor.stands(station.name, station.chain, rows_of(station.store))

    def checkpoint(self, station: "Station", set_id: str, cursor: int, as_of_ms: int) -> None:
        """HQ has named a place in its feed to a station, and its moment. These are its facts there."""
        self.auditor.known.named_as_of.add(as_of_ms)
        self.auditor.checkpoint(station.store_id, (set_id, cursor), self.facts_for(station.store_id))

    def tried_to_sync(self, station: "Station", *, was_cut: bool) -> None:
        self.journal(station)  # what it wrote until then it wrote without HQ's word
        rows = rows_of(station.store)
        self.auditor.tried_to_sync(station.name, station.chain, station.store_id, rows, was_cut=was_cut)


def _entries_at_rest(station: "Station") -> list[FileEntry]:
    """Read the journal of a station that isn't running, as somebody could who has its keys."""
    database = look_into_database(station.folder / JOURNAL, station.database_key)
    try:
        rows = database.conn.execute(FILE_ENTRIES, (station.epoch, 0)).fetchall()
    finally:
        database.close()
    return [FileEntry(*row) for row in rows]


def rows_of(store: StationStore) -> StationRows:
    """Read where a station stands."""
    replica, journal = store._replica_db.conn, store._db.conn
    about = dict(replica.execute("SELECT k, v FROM meta").fetchall())
    known = dict(journal.execute("SELECT k, v FROM meta").fetchall())
    position = (about["set_id"], about["cursor"], about["included_seq"]) if "set_id" in about else None
    highest = {k: v for k, v in known.items() if k.startswith("highest_") and isinstance(v, int)}
    words = journal.execute(
        "SELECT seq, verdict FROM verdict WHERE epoch = ? ORDER BY rowid", (store.device.epoch,)
    )
    held = {"stops": json.loads(known["stops"])["version"]} if known.get("stops") else {}
    return StationRows(
        words=dict(words.fetchall()),
        as_of_ms=about.get("as_of_ms", 0),
        holds=frozenset(scope for (scope,) in replica.execute(HOLDS, (store.device.device_id,))),
        uses_max=dict(
            replica.execute("SELECT code_hash, uses_max FROM voucher WHERE uses_max > 0").fetchall()
        ),
        acked_seq=known.get("acked_seq", 0),
        position=position,
        members=frozenset(replica.execute(MEMBERS).fetchall()),
        vouchers=frozenset(replica.execute(VOUCHERS).fetchall()),
        versions=dict(replica.execute("SELECT kind, version FROM document").fetchall()) | highest | held,
    )

"""Saving what can be read of a journal, whatever is wrong with it. Only reads; the file stays as it was found.

After one bad page a SQLCipher connection stays broken for good pages too. So whoever meets one opens the file anew and
halves what is left: a prefix, a tail and what lies between bad pages may all survive. Rows are asked for by their place
in the table (entries lie in it in their order), since an index may be what is broken. Limits: nothing is read without
the key or past a broken first page, and after OPENINGS_MAX openings the rest counts as lost.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils import Database

from app.core.chain import ChainOwner, Head, genesis, head_is_signed, next_hash
from app.core.entry import EntryInvalid, read_entry
from app.core.salvaged import Salvaged
from app.store.db import READER_SETTINGS, DatabaseError, Settings, look_into_database
from app.store.device import DEVICE_FACTS, Device
from app.store.enrolments import Box
from app.store.faults import StoreFault

OPENINGS_MAX = 5_000  # half a minute; a bad page costs about twenty
ROW_BYTES_LEAST = 300  # of an entry with its hashes: a file holds no more rows than that allows
FORM_WITH_ROWIDS = 3  # of the journal's table
# Else SQLite refuses every page of a file that is shorter than it says: https://sqlite.org/pragma.html
SALVAGE_SETTINGS: Settings = (("writable_schema", "ON"), *READER_SETTINGS)
LAST_ROW = "SELECT coalesce(max(rowid), 0) FROM journal"
ROWS = """
SELECT rowid, epoch, seq, body, prev, hash, sig FROM journal WHERE rowid BETWEEN ? AND ? ORDER BY rowid
"""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry's row as it lay there."""

    epoch: int
    seq: int
    body: bytes
    prev: bytes
    hash: bytes
    sig: bytes

    @property
    def is_whole(self) -> bool:
        """Whether its hash is the one of its body after the hash before: else a part of it was changed."""
        return next_hash(self.prev, self.body) == self.hash


@dataclass
class Found:
    """What a journal still gave: facts by name, and the rows in the order in which they were written."""

    facts: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)  # of new members, that HQ had not said to have
    is_complete: bool = True  # no page of entries refused to be read

    @property
    def epoch(self) -> int | None:
        """The epoch that the journal is of, as it says itself."""
        said = self.facts.get("epoch")
        if isinstance(said, int):
            return said
        return self.rows[-1].epoch if self.rows else None

    @property
    def acked_seq(self) -> int:
        """The last entry that HQ had acknowledged; 0 where that can't be read, so that all are sent."""
        said = self.facts.get("acked_seq")
        return said if isinstance(said, int) else 0

    def ranges(self) -> list[tuple[int, int]]:
        """Return the numbers of the entries that were read, as ranges."""
        found: list[tuple[int, int]] = []
        for row in self.rows:
            if found and row.seq == found[-1][1] + 1:
                found[-1] = found[-1][0], row.seq
            else:
                found.append((row.seq, row.seq))
        return found


def salvage(path: Path, key: bytes) -> Found:
    """Read all that can be read of the journal at `path`. Raises nothing for what is damaged."""
    found = Found()
    try:
        with closing(_Reader(path, key)) as reader:
            found.facts = reader.facts()
        with closing(_Reader(path, key)) as reader:
            found.boxes = reader.boxes()
        _read_rows(path, key, found)
    except (StoreFault, DatabaseError):  # the first page, or no file at all
        found.is_complete = False
    found.rows.sort(key=lambda row: (row.epoch, row.seq))
    return found


def device_said(found: Found) -> Device | None:
    """Return who the journal says it is of; None where that can't be read."""
    facts: dict[str, Any] = {fact: found.facts.get(fact) for fact in DEVICE_FACTS}
    return None if None in facts.values() else Device(**facts)


def owner_said(found: Found) -> ChainOwner | None:
    """Return whose entries these are, by the journal's facts or, where they can't be read, by the entries' own word."""
    device = device_said(found)
    if device is not None:
        return device.owner
    for row in found.rows:
        if row.epoch == found.epoch:
            with suppress(EntryInvalid):
                return ChainOwner(read_entry(row.body).device_id, row.epoch)
    return None


def first_bad(found: Found, *, owner: ChainOwner, nonce: bytes | None, key: Ed25519PublicKey) -> int | None:
    """Return the number of the first entry that is missing, changed or not this device's; None when all hold.

    Where nothing is missing but the end, which this file can't know about, all hold. Where its nonce can't be read,
    the signature alone says that the chain begins as it must.
    """
    rows = [row for row in found.rows if row.epoch == owner.epoch]
    head = Head(0, rows[0].prev if rows else b"") if nonce is None else genesis(owner, nonce)
    for row in rows:
        if row.seq != head.seq + 1 or row.prev != head.hash or not row.is_whole:
            return head.seq + 1
        head = Head(row.seq, row.hash)
    if rows and not head_is_signed(key, owner, head, rows[-1].sig):
        return next(
            row.seq for row in rows if not head_is_signed(key, owner, Head(row.seq, row.hash), row.sig)
        )
    return None if found.is_complete else head.seq + 1


def salvaged_of(row: Row, *, device_id: str, key: Ed25519PublicKey) -> Salvaged:
    """Return a row as it is carried to HQ under a new epoch."""
    owner = ChainOwner(device_id, row.epoch)
    is_signed = row.is_whole and head_is_signed(key, owner, Head(row.seq, row.hash), row.sig)
    return Salvaged(owner, row.seq, row.body, row.prev, row.hash, row.sig, is_signed)


class _Reader:
    """One connection, good until it meets a bad page."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._db: Database = look_into_database(path, key, settings=SALVAGE_SETTINGS)

    def close(self) -> None:
        self._db.close()

    def facts(self) -> dict[str, Any]:
        try:
            return dict(self._db.execute("SELECT k, v FROM meta").fetchall())
        except (StoreFault, DatabaseError):
            return {}

    def boxes(self) -> list[Box]:
        try:
            rows = self._db.execute("SELECT member, kid, box FROM enrolment ORDER BY member").fetchall()
        except (StoreFault, DatabaseError):  # or a journal from before there were any
            return []
        return [Box(*row) for row in rows]

    def last(self) -> int | None:
        """Return the place of the last row; None when the way there is broken."""
        try:
            return int(self._db.execute(self._as_it_lies(LAST_ROW)).fetchone()[0])
        except (StoreFault, DatabaseError):
            return None

    def rows(self, first: int, last: int) -> Iterator[tuple[int, Row]]:
        for at, *values in self._db.execute(self._as_it_lies(ROWS), (first, last)):
            yield at, Row(*values)

    def _as_it_lies(self, statement: str) -> str:
        """Return a statement for this form of the table: the first two have no rows but an index of entries."""
        form = self._db.execute("PRAGMA user_version").fetchone()[0]
        return statement if form >= FORM_WITH_ROWIDS else statement.replace("rowid", "seq")


def _read_rows(path: Path, key: bytes, found: Found) -> None:
    with closing(_Reader(path, key)) as reader:
        last = reader.last()
    if last is None:
        found.is_complete = False
        last = sum(part.stat().st_size for part in path.parent.glob(path.name + "*")) // ROW_BYTES_LEAST
    left, openings = [(1, last)], 0
    while left and openings < OPENINGS_MAX:
        openings += 1
        first, last = left.pop()
        stopped_at = _read_range(path, key, first, last, found)
        if stopped_at is None or stopped_at > last:
            continue
        found.is_complete = False
        if stopped_at < last:  # a single row that refuses is lost
            middle = (stopped_at + last) // 2
            left += [(middle + 1, last), (stopped_at, middle)]
    found.is_complete = found.is_complete and not left


def _read_range(path: Path, key: bytes, first: int, last: int, found: Found) -> int | None:
    """Read rows until the end or a bad page; return the place where it stopped, None when it did not."""
    expected = first
    try:
        with closing(_Reader(path, key)) as reader:
            for at, row in reader.rows(first, last):
                found.rows.append(row)
                expected = at + 1
    except (StoreFault, DatabaseError):
        return expected
    return None

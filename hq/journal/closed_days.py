"""The end of a station's day: HQ sums up the same entries for itself, and flags a day that comes to something else.

Every entry is to be in one close and in no other, so a close goes on where the one before it ended. What HQ does not
hold, or is too much to be read while others wait, it can't compare: then a person should.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from msgspec import ValidationError, convert
from sqlalchemy import Connection, Select, select

from app.core.chain import ChainOwner
from app.core.day_figures import EDITION, DayFigures
from app.core.day_sum import Summing
from app.core.entry import DAY_CLOSE, Entry, EntryInvalid, read_entry
from app.core.pins import Role
from hq.journal.judgement import Doubts, Judgement
from hq.journal.schemas import DayCloseData
from hq.staff.store import ACTIVE, Colleague, colleagues_of
from hq.tables import journal, store_staff
from sync.protocol import Flag

ENTRIES_MAX, BYTES_MAX = 50_000, 128 << 20  # read for the closes of a batch: a second or so
AT_ONCE = 500  # rows
NO_RECORD = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError)


class _Incomparable(Exception):
    """HQ can't sum up what a close is of; the message says why."""


@dataclass
class DayBook:
    """What speaks against the closes of a batch, by their numbers, and who works in the store."""

    differences: Mapping[int, Sequence[str]] = field(default_factory=dict)
    colleagues: Mapping[str, Colleague] = field(default_factory=dict)
    has_managers: bool = False


def judge_day_close(entry: Entry, book: DayBook, *, store: str) -> Judgement:
    """Return HQ's word on the end of a day. It is posted whatever it says."""
    said, doubts = convert(entry.data, DayCloseData), Doubts()
    doubts.elsewhere(said.store, store)
    doubts.differs(list(book.differences.get(entry.seq, ())))
    approver = book.colleagues.get(said.approver)
    is_signed = approver is not None and approver.role == Role.MANAGER
    if not is_signed and (said.approver or book.has_managers):
        doubts.add(Flag.UNAPPROVED, f"no manager of the store signed {said.day} off")
    return doubts.judgement()


def read_days(connection: Connection, owner: ChainOwner, entries: Sequence[Entry], *, store: str) -> DayBook:
    """Sum up what the closes among these entries are of, and compare."""
    closes = [entry for entry in entries if entry.type == DAY_CLOSE]
    if not closes:
        return DayBook()
    reading = _Reading(connection, owner, entries)
    managers = select(store_staff.c.staff_id).where(
        store_staff.c.store == store, store_staff.c.role == str(Role.MANAGER), store_staff.c.state == ACTIVE
    )
    approvers = [name for entry in closes if isinstance(name := entry.data.get("approver"), str)]
    return DayBook(
        {entry.seq: _differences(entry, reading) for entry in closes},
        colleagues_of(connection, [name for name in approvers if "\0" not in name]),
        connection.execute(managers.limit(1)).first() is not None,
    )


def _differences(entry: Entry, reading: "_Reading") -> list[str]:
    try:
        said = convert(entry.data, DayCloseData)
    except ValidationError:
        return []  # judging sets it aside
    if not said.from_seq - 1 <= said.until_seq < entry.seq or not said.before < entry.seq:
        return ["it is of entries that come after it, or of none"]
    if said.figures.get("edition") != EDITION:
        return [f"its figures are of edition {said.figures.get('edition')}, and HQ's of {EDITION}"]
    try:
        summed = _summed(entry, said, reading)
    except _Incomparable as why:
        return [str(why)]
    return [name for name, value in summed.record().items() if said.figures.get(name) != value]


def _summed(entry: Entry, said: DayCloseData, reading: "_Reading") -> DayFigures:
    """Return what HQ makes of the same entries. Raises `_Incomparable`."""
    if said.before:
        before = reading.entry(said.before)
        if before is None or before.type != DAY_CLOSE or before.data.get("until_seq") != said.from_seq - 1:
            raise _Incomparable("it does not go on where the close before it ended")
    elif reading.has_close(before_seq=entry.seq):
        raise _Incomparable("it leaves out that a day was closed before")
    summing, expected = Summing(), said.from_seq
    for found in reading.entries(said.from_seq, entry.seq - 1):
        if found.type == DAY_CLOSE and found.seq > said.before:
            raise _Incomparable("another day was closed since the one that it follows")
        if found.seq > said.until_seq:
            continue
        if found.seq != expected:
            raise _Incomparable(f"HQ can't read entry {expected}")
        expected += 1
        try:
            summing.take(found)
        except NO_RECORD as problem:
            raise _Incomparable(f"entry {found.seq} can't be summed up") from problem
    if expected != said.until_seq + 1:
        raise _Incomparable(f"HQ can't read entry {expected}")
    return summing.figures()


class _Reading:
    """Entries of one epoch as HQ holds them, those of the batch included, as long as there is patience for it."""

    def __init__(self, connection: Connection, owner: ChainOwner, batch: Sequence[Entry]) -> None:
        self._connection = connection
        self._is_here = (journal.c.device == owner.device_id, journal.c.epoch == owner.epoch)
        self._batch = {entry.seq: entry for entry in batch}
        self._entries_left, self._bytes_left = ENTRIES_MAX, BYTES_MAX

    def entry(self, seq: int) -> Entry | None:
        """Return one entry; None where HQ has none that can be read."""
        return self._batch.get(seq) or next(self.entries(seq, seq), None)

    def has_close(self, *, before_seq: int) -> bool:
        """Tell whether a day was closed before an entry."""
        if any(entry.type == DAY_CLOSE for seq, entry in self._batch.items() if seq < before_seq):
            return True
        found = select(journal.c.seq).where(
            *self._is_here, journal.c.seq < before_seq, journal.c.type == DAY_CLOSE
        )
        return self._connection.execute(found.limit(1)).first() is not None

    def entries(self, first: int, last: int) -> Iterator[Entry]:
        """Yield entries in order; those that can't be read are left out. Raises `_Incomparable`."""
        reached = first - 1
        while rows := self._connection.execute(self._page(reached + 1, last)).all():
            for seq, body in rows:
                self._spend(len(body))
                reached = seq
                with suppress(EntryInvalid):
                    yield read_entry(body)
        for seq, entry in self._batch.items():
            if reached < seq <= last:
                self._spend(0)
                yield entry

    def _page(self, first: int, last: int) -> Select[Any]:
        """Return the query of the next rows; no cursor stays open where nobody reads on."""
        found = select(journal.c.seq, journal.c.body).where(
            *self._is_here, journal.c.seq.between(first, last)
        )
        return found.order_by(journal.c.seq).limit(AT_ONCE)

    def _spend(self, size: int) -> None:
        self._entries_left -= 1
        self._bytes_left -= size
        if self._entries_left < 0 or self._bytes_left < 0:
            raise _Incomparable("it is of too many entries for HQ to compare while others wait")

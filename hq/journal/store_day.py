"""A day of a store, for its manager who looks: what the entries that HQ holds come to, station by station.

The sum is the one of the station's own page. A day lies in a chain where its numbers say: effective times go up with
them, so where it begins is found by halving, a row a step. How much is read is bounded: somebody waits for it, and so
do others. Nothing is kept.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from app.core.day_figures import DayFigures
from app.core.day_sum import Summing
from app.core.entry import Entry, EntryInvalid, read_entry
from app.core.order import zone
from hq.stores.devices import DeviceState
from hq.tables import device, device_epoch, journal, store
from sync.day_wire import STATIONS_MAX, StationDay
from sync.protocol import Verdict

ENTRIES_MAX, BYTES_MAX = 20_000, 32 << 20  # of an answer: a second or so
AT_ONCE = 250  # rows
NO_RECORD = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError)


@dataclass(frozen=True)
class _Span:
    """When a day begins, and the next one (UTC ms)."""

    begin_ms: int
    end_ms: int


@dataclass(frozen=True)
class _Part:
    """The entries of one epoch of a device, from the first that can be of the day."""

    device_id: str
    epoch: int
    first: int


def day_of_store(connection: Connection, store_id: str, day: date) -> tuple[list[StationDay], bool]:
    """Return a day of each of a store's stations, and whether these are all.

    Of very many those that were heard of last. One that isn't active is told of where it has something of the day.
    """
    of_store = select(device).where(device.c.store == store_id)
    newest = of_store.order_by(device.c.last_seen_ms.desc(), device.c.device_id).limit(STATIONS_MAX + 1)
    rows = connection.execute(newest).all()
    told, span = rows[:STATIONS_MAX], _span(connection, store_id, day)
    parts = _parts(connection, told, span)
    share = 1 / max(1, sum(bool(each) for each in parts.values()))
    found = []
    for row in told:
        reading = _Reading(connection, int(ENTRIES_MAX * share), int(BYTES_MAX * share))
        figures = reading.sum_up(parts[row.device_id], span)
        if row.state == DeviceState.ACTIVE or figures != DayFigures():
            found.append(_station(row, figures, is_whole=reading.is_whole))
    return found, len(rows) == len(told)


def _station(row: Any, figures: DayFigures, *, is_whole: bool) -> StationDay:
    return StationDay(
        device_id=row.device_id,
        name=row.name,
        orders=figures.orders,
        redemptions=figures.redemptions,
        value_given=figures.value_given,
        new_members=figures.new_members,
        overridden=figures.overridden,
        until_seq=row.head_seq,
        seen_ms=row.last_seen_ms,
        behind=row.behind,
        is_whole=is_whole,
    )


def _span(connection: Connection, store_id: str, day: date) -> _Span:
    """Return a day on the clock of the store."""
    found = select(store.c.time_zone).where(store.c.store_id == store_id)
    local = zone(connection.execute(found).scalar_one())
    begin, end = (datetime.combine(each, time(), local) for each in (day, day + timedelta(days=1)))
    return _Span(int(begin.timestamp() * 1000), int(end.timestamp() * 1000))


def _parts(connection: Connection, devices: Sequence[Any], span: _Span) -> dict[str, list[_Part]]:
    """Return where the day begins in the epochs of each device, the former ones first."""
    names = [row.device_id for row in devices]
    former = select(device_epoch.c.device_id, device_epoch.c.epoch, device_epoch.c.head_seq)
    ended = device_epoch.c.device_id.in_(names), device_epoch.c.ended_ms >= span.begin_ms
    heads = [tuple(row) for row in connection.execute(former.where(*ended).order_by(device_epoch.c.epoch))]
    heads += [(row.device_id, row.epoch, row.head_seq) for row in devices]
    parts: dict[str, list[_Part]] = {name: [] for name in names}
    for name, epoch, head_seq in heads:
        first = _first(connection, name, epoch, head_seq, span)
        if first is not None:
            parts[name].append(_Part(name, epoch, first))
    return parts


def _first(connection: Connection, device_id: str, epoch: int, head_seq: int, span: _Span) -> int | None:
    """Return the first entry of an epoch that is of the day or later; None where there is none."""
    of = journal.c.device == device_id, journal.c.epoch == epoch
    wanted = select(journal.c.body, journal.c.received_ms).where(*of)

    def at_ms(seq: int) -> int:
        row = connection.execute(wanted.where(journal.c.seq == seq)).one_or_none()
        if row is None:
            return 0
        entry = _read(row.body)
        return row.received_ms if entry is None else _at_ms(entry)

    if not head_seq or at_ms(head_seq) < span.begin_ms:  # the usual case of a day that has just begun
        return None
    return 1 + bisect_left(range(1, head_seq), span.begin_ms, key=at_ms)


class _Reading:
    """What may still be read of a station, and whether that was enough."""

    def __init__(self, connection: Connection, entries_max: int, bytes_max: int) -> None:
        self.is_whole = True
        self._connection = connection
        self._entries_left, self._bytes_left = entries_max, bytes_max

    def sum_up(self, parts: Sequence[_Part], span: _Span) -> DayFigures:
        """Return what the entries of the day come to, in the order of their numbers."""
        summing = Summing()
        for part in parts:
            for entry in self._entries(part, span):
                try:
                    summing.take(entry)
                except NO_RECORD:
                    self.is_whole = False
        return summing.figures()

    def _entries(self, part: _Part, span: _Span) -> Iterator[Entry]:
        """Yield those of the day that HQ has posted, to the first page without any.

        A clock that is set right once, with the first time that it takes, puts later ones between them.
        """
        last, is_over = part.first - 1, False
        while not is_over and (rows := self._page(part, last)):
            is_over = True
            for row in rows:
                entry = _read(row.body)
                at_ms = row.received_ms if entry is None else _at_ms(entry)
                if not self._may_go_on(len(row.body)):
                    self.is_whole &= at_ms >= span.end_ms
                    return
                last = row.seq
                if not span.begin_ms <= at_ms < span.end_ms:
                    continue
                is_over = False
                if entry is None or row.verdict == Verdict.QUARANTINED:
                    self.is_whole = False
                else:
                    yield entry

    def _may_go_on(self, size: int) -> bool:
        self._entries_left -= 1
        self._bytes_left -= size
        return self._entries_left >= 0 and self._bytes_left >= 0

    def _page(self, part: _Part, last: int) -> Sequence[Any]:
        of = journal.c.device == part.device_id, journal.c.epoch == part.epoch, journal.c.seq > last
        wanted = select(journal.c.seq, journal.c.body, journal.c.received_ms, journal.c.verdict).where(*of)
        return self._connection.execute(wanted.order_by(journal.c.seq).limit(AT_ONCE)).all()


def _read(body: bytes) -> Entry | None:
    try:
        return read_entry(body)
    except EntryInvalid:
        return None


def _at_ms(entry: Entry) -> int:
    """Return when something was done, as the station's own page has it."""
    said = entry.data.get("t_eff")
    return said if type(said) is int else entry.wall_ms

"""The end of a day: what was done since the last close, signed off by a manager, and recorded as it was seen.

    listing = store.journal.listing
    found = look_at_days(listing, time_zone=…, today=…)          # on whichever thread reads
    closed = record_close(store, found.open, CloseBy(…))         # on the store's thread; ClosedDay or Refusal
    closed = read_close(listing.at(seq))                         # the same for ever

A close is of a day, and of entries: of all since the last one, up to the last entry of that day. So every entry is in
one close and none in two, whatever clocks and people do: what is done on a day after it was closed is in the next
close. It needs no line: what head office has not heard of stands in it, and head office compares what it comes to when
it has all of it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.approvals import Approval
from app.core.day_figures import DayFigures, read_figures
from app.core.day_sum import Summing
from app.core.entry import DAY_CLOSE, ENROL, GIFT_CARD, LISTED, ORDER, REDEEM, REFUSE, RETURN, VOID, Entry
from app.core.order import local_date
from app.core.overlay import CLOSE_CLAIM, REDEMPTION_CLAIM
from app.core.pins import Role
from app.core.reasons import Reason, Refusal
from app.station.approval import use
from app.station.redeem import NotRecorded
from app.store.journal import Draft
from app.store.listing import Listing
from app.store.replica import Replica
from app.store.store import StationStore

WORK = frozenset({ORDER, REDEEM, REFUSE, VOID, RETURN, ENROL, GIFT_CARD})  # what makes a day worth closing
NO_END = 1 << 62


class DayChanged(NotRecorded):
    """Another day was closed since the figures were read."""

    code = "day_changed"
    sentence = "Another day was closed meanwhile. Look at this one again. Nothing was recorded."


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day that can be closed, and what it comes to. Times are UTC ms, None where nothing was done.

    `from_seq`…`until_seq` are its entries, none where the second is lower; `before` is the number of the close before
    it, 0 for none. `late`: how much of it that people see was done on days that had been closed. `days`: all days that
    wait to be closed; closing a later one takes those before it along.
    """

    day: date
    from_seq: int
    until_seq: int
    before: int
    begin_ms: int | None
    end_ms: int | None
    late: int
    figures: DayFigures
    days: tuple[date, ...] = ()

    @property
    def action(self) -> str:
        """How an approval names this one thing."""
        return f"{DAY_CLOSE}:{self.day.isoformat()}:{self.until_seq}"


@dataclass(frozen=True, slots=True)
class Queue:
    """How the line stood when the day was closed: rows that waited to be sent, and how many head office wants seen."""

    waiting: int
    to_look_at: int


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day as it was closed. `names` are those of offers by their rules, as they were called then."""

    seq: int
    day: date
    closed_ms: int
    from_seq: int
    until_seq: int
    begin_ms: int | None
    end_ms: int | None
    late: int
    cashier: str
    approver: str  # who signed it off; "" where no manager works in the store
    why: str
    currency: str
    time_zone: str
    queue: Queue
    names: dict[str, str]
    figures: DayFigures


@dataclass(frozen=True, slots=True)
class Days:
    """Where the days stand: the one to be closed next (None: today is closed), the last that was, and what came since.

    `since` counts what people see.
    """

    open: OpenDay | None
    last: ClosedDay | None
    since: int


@dataclass(frozen=True, slots=True)
class CloseBy:
    """Who closes a day: the id of who is at the till ("" for nobody), and a manager's approval."""

    cashier: str = ""
    approval: Approval | None = None


# --- looking ----------------------------------------------------------------------------------------------------------


def look_at_days(listing: Listing, *, time_zone: str, today: date, day: date | None = None) -> Days:
    """Return where the days stand. Without a `day` the one that has waited longest is looked at.

    Reads all entries since the last close: not for the store's thread where that may be many.
    """
    closes = listing.closes()
    last = read_close(listing.at(max(closes.values()))) if closes else None
    reach = _Reach(listing, time_zone, closes.keys(), today)
    if last is None:
        reach.go_back(day)
    else:
        reach.go_on(last.until_seq + 1)
    since = sum(kind in LISTED for _, kind, _ in reach.entries) if last is not None else 0
    waiting = [each for each in reach.days if each <= today]
    if today not in closes and today not in waiting:
        waiting.append(today)
    if day is None:
        day = waiting[0] if waiting else today
    if day in closes or day > today:
        return Days(None, last, since)
    return Days(_open(listing, reach, day, 0 if last is None else last.seq, tuple(waiting)), last, since)


def read_close(entry: Entry) -> ClosedDay:
    """Return a day as its entry has it."""
    data = entry.data
    return ClosedDay(
        seq=entry.seq,
        day=date.fromisoformat(data["day"]),
        closed_ms=data["t_eff"],
        from_seq=data["from_seq"],
        until_seq=data["until_seq"],
        begin_ms=data["begin_ms"],
        end_ms=data["end_ms"],
        late=data["late"],
        cashier=data["cashier"],
        approver=data.get("approver", ""),
        why=data.get("approval", {}).get("why", ""),
        currency=data["currency"],
        time_zone=data["tz"],
        queue=Queue(**data["queue"]),
        names=data["names"],
        figures=read_figures(data["figures"]),
    )


class _Reach:
    """The entries since the last close by number, type and local day, without their bodies."""

    def __init__(self, listing: Listing, time_zone: str, closed: Any, today: date) -> None:
        self._listing = listing
        self._zone = time_zone
        self.closed = closed
        self._today = today
        self.entries: list[tuple[int, str, date | None]] = []
        self.begin_seq = 1

    @property
    def days(self) -> list[date]:
        """The days that something was done on and that were not closed, in order."""
        found = {day for _, kind, day in self.entries if kind in WORK and day is not None}
        return sorted(found - set(self.closed))

    def go_on(self, from_seq: int) -> None:
        """Read from there to the end."""
        self.begin_seq = from_seq
        for seq, kind, at_ms in self._listing.moments(from_seq=from_seq):
            self.entries.append((seq, kind, self._day(at_ms)))

    def go_back(self, day: date | None) -> None:
        """Where nothing was ever closed, the first close begins with its day: read backwards as far as that goes."""
        found: list[tuple[int, str, date | None]] = []
        for seq, kind, at_ms in self._listing.moments(is_backwards=True):
            here = self._day(at_ms)
            if day is None and kind in WORK and here is not None and here <= self._today:
                day = here
            if here is not None and day is not None and here < day:
                break
            found.append((seq, kind, here))
        self.entries = found[::-1]
        self.begin_seq = self.entries[0][0] if self.entries else self._listing.last_seq() + 1

    def until(self, day: date) -> int:
        """Return the last entry of a day, or of one before it."""
        seqs = (seq for seq, _, here in reversed(self.entries) if here is not None and here <= day)
        return next(seqs, self.begin_seq - 1)

    def _day(self, at_ms: int | None) -> date | None:
        return None if at_ms is None else local_date(at_ms, self._zone)


def _open(listing: Listing, reach: _Reach, day: date, before: int, days: tuple[date, ...]) -> OpenDay:
    until_seq = reach.until(day)
    inside = [entry for entry in reach.entries if entry[0] <= until_seq]
    summing, moments = Summing(), []
    for entry in listing.between(reach.begin_seq, until_seq):
        summing.take(entry)
        if entry.type in WORK:
            moments.append(entry.data["t_eff"])
    return OpenDay(
        day=day,
        from_seq=reach.begin_seq,
        until_seq=until_seq,
        before=before,
        begin_ms=moments[0] if moments else None,
        end_ms=moments[-1] if moments else None,
        late=sum(kind in LISTED and here in reach.closed for _, kind, here in inside),
        figures=summing.figures(),
        days=days,
    )


# --- closing ----------------------------------------------------------------------------------------------------------


def needs_sign_off(replica: Replica) -> bool:
    """Tell whether a manager has to sign a day off: where one works in the store."""
    return any(person.role == Role.MANAGER for person in replica.people.all())


def record_close(store: StationStore, found: OpenDay, by: CloseBy) -> ClosedDay | Refusal:
    """Close a day as it was seen, in one transaction. On the store's thread; raises `NotRecorded` or a `StoreFault`.

    The same once more records nothing more; a day that was closed otherwise stays as it was.
    """
    seq = store.journal.claimed(REDEMPTION_CLAIM, CLOSE_CLAIM + found.day.isoformat())
    if seq is not None:
        closed = read_close(store.journal.entry_at(seq))
        is_same = (closed.from_seq, closed.until_seq) == (found.from_seq, found.until_seq)
        return closed if is_same else Refusal(Reason.DAY_CLOSED)
    if max(store.journal.listing.closes().values(), default=0) != found.before:
        raise DayChanged
    if by.approval is None and needs_sign_off(store.replica):
        return Refusal(Reason.APPROVAL_NEEDED)
    data = _record(store, found, by)
    with store.atomic():
        if by.approval is not None:
            data |= use(store, by.approval, action=found.action)
        (entry,) = store.journal.append([Draft(DAY_CLOSE, data)])
    return read_close(entry)


def _record(store: StationStore, found: OpenDay, by: CloseBy) -> dict[str, Any]:
    return {
        "store": store.device.store_id,
        "t_eff": store.now_ms(),
        "tz": store.device.time_zone,
        "cashier": by.cashier,
        "day": found.day.isoformat(),
        "from_seq": found.from_seq,
        "until_seq": found.until_seq,
        "before": found.before,
        "begin_ms": found.begin_ms,
        "end_ms": found.end_ms,
        "late": found.late,
        "currency": store.device.currency,
        "figures": found.figures.record(),
        "names": _names(store, found.figures),
        "queue": {
            "waiting": store.journal.listed_after(store.acked_seq()),
            "to_look_at": store.journal.flagged_count(),
        },
    }


def _names(store: StationStore, figures: DayFigures) -> dict[str, str]:
    """Return what offers are called, of those that the program still knows."""
    program = store.replica.program()
    if program is None:
        return {}
    known = {rule.rule_id: rule.name for each in program.campaigns for rule in each.rules}
    return {each.rule: known[each.rule] for each in figures.by_offer if each.rule in known}

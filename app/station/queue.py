"""What waits for head office, what it has had today, what it wants looked at, and what is done without it.

Read from the journal a page at a time. What waits are the entries that the pill counts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from app.core.authority import Offline
from app.core.entry import LISTED, Entry
from app.core.order import local_date
from app.core.verdicts import Verdict
from app.station.leasing import lease_figures
from app.station.training import DEVICE_ID as TRAINING
from app.store.listing import Handed
from app.store.store import StationStore

PAGE = 100
NO_END = 1 << 62
LETTERS = 2  # of a reference: enough to tell two strangers apart


class Tab(Enum):
    """The three lists."""

    WAITING = "waiting"
    SENT = "sent"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An entry. `member` is masked; `verdict` is HQ's word, None while it has said none, or nothing to look at."""

    seq: int
    at_ms: int
    type: str
    number: str
    member: str
    discount: int
    points: int
    verdict: Verdict | None = None
    flags: tuple[str, ...] = ()
    name: str = ""  # by which head office finds it
    is_handed: bool = False  # to the manager


@dataclass(frozen=True, slots=True)
class Offered:
    """A campaign, and what it needs without head office."""

    name: str
    offline: Offline


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of what head office has set aside; `name` is "" where it is of one member or voucher."""

    name: str
    left: int
    units: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Without:
    """What is done here without head office."""

    offered: tuple[Offered, ...] = ()
    leases: tuple[Left, ...] = ()


def queue_page(store: StationStore, tab: Tab, *, below_seq: int = NO_END) -> tuple[QueueRow, ...]:
    """Return the next rows of a list, the newest first; fewer than a page: these are the last."""
    if store.device.device_id == TRAINING:
        return ()  # nothing waits for anybody
    listing, acked = store.journal.listing, store.acked_seq()
    handed = {each.seq for each in listing.handed()}
    if tab is Tab.ATTENTION:
        found = listing.to_look_at(below_seq=below_seq, rows_max=PAGE)
        return tuple(
            replace(_row(store, store.journal.entry_at(seq), handed), verdict=Verdict(verdict), flags=flags)
            for seq, verdict, flags in found
        )
    if tab is Tab.WAITING:
        entries = listing.newest(LISTED, above_seq=acked, below_seq=below_seq, rows_max=PAGE)
    else:
        below = min(below_seq, acked + 1)
        entries = _of_today(store, listing.newest(LISTED, above_seq=0, below_seq=below, rows_max=PAGE))
    return tuple(_row(store, entry, handed) for entry in entries)


def hand_to_manager(store: StationStore, seq: int, *, staff: str) -> None:
    """Keep that an entry wants to be looked at by a manager of the store."""
    with store.atomic():
        store.journal.listing.hand(Handed(seq, store.now_ms(), staff))


def without_head_office(store: StationStore) -> Without:
    """Return what is given here while head office is away, and what is left of what it has set aside."""
    program = store.replica.program()
    if program is None:
        return Without()
    names = {each.campaign_id: each.name for each in program.campaigns}
    names |= {rule.rule_id: rule.name for each in program.campaigns for rule in each.rules}
    leases = lease_figures(store).get("leases", ())
    return Without(
        tuple(Offered(each.name, each.offline) for each in program.campaigns),
        tuple(
            Left(_name_of(each["scope"], names), each["left"], each["units"], each["until_ms"])
            for each in leases
        ),
    )


def _name_of(scope: str, names: Mapping[str, str]) -> str:
    return next((names[part] for part in scope.split(":")[1:] if part in names), "")


def masked(name: str, ref: str) -> str:
    """Return as much of a member as others may read over a shoulder: `Ayşe Y.`, `김…`, `…42`."""
    first, *more = name.split()[:2] or [""]
    if more:
        return f"{first} {more[0][0]}."
    return f"{first[0]}…" if first else f"…{ref[-LETTERS:]}" if ref else ""


def _of_today(store: StationStore, entries: Sequence[Entry]) -> list[Entry]:
    zone = store.device.time_zone
    today = local_date(store.now_ms(), zone)
    return [entry for entry in entries if local_date(_at_ms(entry), zone) == today]


def _row(store: StationStore, entry: Entry, handed: Collection[int]) -> QueueRow:
    data = entry.data
    return QueueRow(
        entry.seq,
        _at_ms(entry),
        entry.type,
        str(data.get("order_id", "")),
        _who(store, data.get("member")),
        _given(data),
        data.get("points", 0) if isinstance(data.get("points", 0), int) else 0,
        name=f"{entry.device_id}:{entry.epoch}:{entry.seq}",
        is_handed=entry.seq in handed,
    )


def _given(data: Mapping[str, Any]) -> int:
    """Return what was taken off; below 0 what came back, or was put on a gift card."""
    if "backs" in data:
        return -sum(int(back["discount"]) for back in data["backs"])
    return int(data.get("discount", -data.get("amount", 0)))


def _at_ms(entry: Entry) -> int:
    return int(entry.data.get("t_eff", entry.wall_ms))


def _who(store: StationStore, member: Any) -> str:
    """Return who it was; entries hold a member as a reference, or as facts of one."""
    ref = member.get("ref", "") if isinstance(member, dict) else member or ""
    known = store.replica.survivor(ref) if ref else None
    return masked(known.name if known else "", ref)

"""What this station has done today, and its last actions: read from the end of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.entry import ORDER, REDEEM, Entry
from app.core.order import local_date
from app.store.store import StationStore

ACTIONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Action:
    """An order as the list of last actions shows it. Amounts in minor units; `member_ref` None = nobody's card."""

    seq: int
    at_ms: int
    member_ref: str | None
    discount: int
    points: int


@dataclass(frozen=True, slots=True)
class TodaysWork:
    """Counts and value (minor units) of the local day, and the last actions, newest first."""

    orders: int
    redemptions: int
    value_given: int
    actions: tuple[Action, ...]


def todays_work(store: StationStore) -> TodaysWork:
    """Read the journal backwards as far as today goes, and at least until the last actions are found."""
    zone = store.device.time_zone
    today = local_date(store.clock.now_ms(), zone)
    orders = redemptions = value_given = 0
    actions: list[Action] = []
    for entry in _backwards(store.journal.entries_backwards()):
        is_today = local_date(entry.data["t_eff"], zone) == today
        if not is_today and len(actions) >= ACTIONS_SHOWN:
            break
        if entry.type == ORDER:
            orders += is_today
            value_given += entry.data["discount"] if is_today else 0
            actions.append(_action(entry))
        else:
            redemptions += is_today
    return TodaysWork(orders, redemptions, value_given, tuple(actions[:ACTIONS_SHOWN]))


def _backwards(entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if entry.type in (ORDER, REDEEM))


def _action(entry: Entry) -> Action:
    data = entry.data
    member = data["member"]
    return Action(
        seq=entry.seq,
        at_ms=data["t_eff"],
        member_ref=None if member is None else member["ref"],
        discount=data["discount"],
        points=data["points"],
    )

"""What this station has done today, and its last actions: read from the end of the journal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.core.entry import ENROL, ORDER, REDEEM, REFUSE, RETURN, VOID, Entry
from app.core.order import local_date
from app.core.reasons import BY_CODE, Refusal
from app.core.reversal_kinds import Kind
from app.store.store import StationStore

ACTIONS_SHOWN = 5
SHOWN = (ORDER, REDEEM, REFUSE, VOID, RETURN, ENROL)


@dataclass(frozen=True, slots=True)
class Action:
    """An order as the list of last actions shows it. Amounts in minor units; `member_ref` None = nobody's card.

    `refusal` says why, where nothing of what was presented could be used; `undone` what was done to it since.
    """

    seq: int
    order_id: str
    at_ms: int
    member_ref: str | None
    discount: int
    points: int
    refusal: Refusal | None
    undone: Kind | None = None


@dataclass(frozen=True, slots=True)
class TodaysWork:
    """The local day in counts and value (minor units), how many rows wait for HQ, the last actions, newest first.

    What came back today is no longer given; orders and redemptions that were undone were made all the same. It speaks
    of `day`, up to the entry `until_seq`.
    """

    orders: int
    redemptions: int
    value_given: int
    members: int
    waiting: int
    actions: tuple[Action, ...]
    day: date
    until_seq: int


def todays_work(store: StationStore, before: TodaysWork | None = None) -> TodaysWork:
    """Read the journal backwards as far as today goes, and at least until the last actions are found.

    With what was read `before` on the same day only what came since is read.
    """
    zone, head_seq = store.device.time_zone, store.journal.head().seq
    today = local_date(store.now_ms(), zone)
    if before is None or before.day != today or before.until_seq > head_seq:
        before = TodaysWork(0, 0, 0, 0, 0, (), today, until_seq=0)
    orders, redemptions, value_given = before.orders, before.redemptions, before.value_given
    members = before.members
    actions: list[Action] = []
    presented: list[Entry] = []  # they follow their order, so they are met before it
    undone: dict[str, Kind] = {}
    for entry in _backwards(store.journal.entries_backwards(down_to_seq=before.until_seq + 1)):
        is_today = local_date(entry.data["t_eff"], zone) == today
        if not is_today and len(actions) >= ACTIONS_SHOWN:
            break
        if entry.type == ORDER:
            orders += is_today
            value_given += entry.data["discount"] if is_today else 0
            actions.append(_action(entry, _refusal(presented)))
            presented = []
        elif entry.type == ENROL:
            members += is_today
        elif entry.type in (VOID, RETURN):
            value_given -= sum(back["discount"] for back in entry.data["backs"]) if is_today else 0
            if undone.get(entry.data["order_id"]) != Kind.VOID:
                undone[entry.data["order_id"]] = Kind(entry.type)
        else:
            redemptions += is_today and entry.type == REDEEM
            presented.append(entry)
    return TodaysWork(
        orders,
        redemptions,
        value_given,
        members,
        waiting=store.journal.listed_after(store.acked_seq()),
        actions=tuple(_as_it_stands(each, undone) for each in (*actions, *before.actions)[:ACTIONS_SHOWN]),
        day=today,
        until_seq=head_seq,
    )


def _backwards(entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if entry.type in SHOWN)


def _as_it_stands(action: Action, undone: Mapping[str, Kind]) -> Action:
    kind = undone.get(action.order_id, action.undone)
    return action if kind is action.undone else replace(action, undone=kind)


def _refusal(presented: list[Entry]) -> Refusal | None:
    """Return the reason that the cashier was shown, given an order's redemptions and refusals, the last one first."""
    if not presented or any(entry.type == REDEEM for entry in presented):
        return None
    reason = presented[-1].data["reasons"][0]
    return Refusal(BY_CODE[reason["code"]], reason["numbers"])


def _action(entry: Entry, refusal: Refusal | None) -> Action:
    data = entry.data
    member = data["member"]
    return Action(
        seq=entry.seq,
        order_id=data["order_id"],
        at_ms=data["t_eff"],
        member_ref=None if member is None else member["ref"],
        discount=data["discount"],
        points=data["points"],
        refusal=refusal,
    )

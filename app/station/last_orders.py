"""The orders that somebody handed in last, to pick from what is to be undone."""

from dataclasses import dataclass

from app.core.entry import ORDER, REDEEM, RETURN, VOID, Entry
from app.core.reversal_rules import MINUTE_MS
from app.store.store import StationStore

ENTRIES_MAX = 2_000  # looked through: a busy day


@dataclass(frozen=True, slots=True)
class LastOrder:
    """An order as the list shows it, amounts in minor units. `member_ref` None: nobody's card.

    `is_undone`: it was voided; `has_returns`: some of it came back. `is_own_and_fresh`: whoever asks may void it
    without a manager, as far as who and when go.
    """

    seq: int
    order_id: str
    at_ms: int
    member_ref: str | None
    total: int
    discount: int
    points: int
    points_spent: int
    is_undone: bool
    has_returns: bool
    is_own_and_fresh: bool


def last_orders(store: StationStore, cashier: str, *, most: int = 10) -> tuple[LastOrder, ...]:
    """Return the last orders of this station, whoever handed them in, newest first."""
    program = store.replica.program()
    fresh_ms = 0 if program is None else program.reversals.own_minutes * MINUTE_MS
    since_ms = store.now_ms() - fresh_ms
    found: list[LastOrder] = []
    voided: set[str] = set()
    returned: set[str] = set()
    spent: dict[str, int] = {}
    down_to = max(1, store.journal.head().seq - ENTRIES_MAX)
    for entry in store.journal.entries_backwards(down_to_seq=down_to):
        data = entry.data
        if entry.type == VOID:
            voided.add(data["order_id"])
        elif entry.type == RETURN:
            returned.add(data["order_id"])
        elif entry.type == REDEEM:
            spent[data["order_id"]] = spent.get(data["order_id"], 0) + data.get("points", 0)
        elif entry.type == ORDER:
            is_mine = data.get("cashier", "") == cashier and data["t_eff"] >= since_ms
            found.append(_last(entry, voided, returned, spent, is_mine=is_mine))
            if len(found) >= most:
                break
    return tuple(found)


def _last(
    entry: Entry, voided: set[str], returned: set[str], spent: dict[str, int], *, is_mine: bool
) -> LastOrder:
    data, order_id = entry.data, entry.data["order_id"]
    return LastOrder(
        seq=entry.seq,
        order_id=order_id,
        at_ms=data["t_eff"],
        member_ref=None if data["member"] is None else data["member"]["ref"],
        total=data["total"],
        discount=data["discount"],
        points=data["points"],
        points_spent=spent.get(order_id, 0),
        is_undone=order_id in voided,
        has_returns=order_id in returned,
        is_own_and_fresh=is_mine,
    )

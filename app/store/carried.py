"""Orders that a journal holds inside `salvaged` entries: recorded under an earlier epoch, carried over into this one.

A till that asks again about such an order gets the answer that was recorded then; nothing is recorded a second time.
What such an entry took stays taken until HQ's figures have it: a new epoch makes no coupon whole again.
"""

from collections.abc import Iterable

from app.core.entry import (
    CLOCK_JUMP,
    EPOCH_START,
    ORDER,
    RETURN,
    SALVAGED,
    VOID,
    Entry,
    EntryInvalid,
    read_entry,
)
from app.core.overlay import (
    HISTORY,
    LEASE_USE,
    ORDER_CLAIM,
    POINTS_PENDING,
    PUNCH,
    REDEMPTION_CLAIM,
    Effect,
    effects_of,
)
from app.core.salvaged import COUNTS, SalvageInvalid, read_salvaged

BEGINNING = frozenset(
    {EPOCH_START, SALVAGED, CLOCK_JUMP}
)  # what a carried journal begins with; only there one looks

# An order is found by `carried_orders`, and a lease is of one epoch.
NOT_CARRIED = frozenset({ORDER_CLAIM, REDEMPTION_CLAIM, LEASE_USE})


def carried_orders(entries: Iterable[Entry]) -> dict[str, int]:
    """Return for each order that is carried the number of the entry that carries it, of two the first."""
    found: dict[str, int] = {}
    for number, entry in enumerate(entries, start=1):
        if entry.type not in BEGINNING:
            break
        inner = opened(entry)
        if inner.type == ORDER and isinstance(order_id := inner.data.get("order_id"), str):
            found.setdefault(order_id, number)
    return found


def opened(entry: Entry) -> Entry:
    """Return the entry that another one carries, if it is this device's and nobody changed it; else the other one."""
    if entry.type != SALVAGED:
        return entry
    try:
        carried = read_salvaged(entry.data)
        inner = read_entry(carried.body)
    except (SalvageInvalid, EntryInvalid):
        return entry
    is_ours = carried.is_whole and carried.is_signed and inner.device_id == entry.device_id
    return inner if is_ours else entry


def effects_with_carried(entry: Entry) -> tuple[Effect, ...]:
    """Return what an entry does; of a `salvaged` one what the entry in it took, where it says that this counts."""
    if entry.type != SALVAGED or entry.data.get(COUNTS) is not True:
        return effects_of(entry.type, entry.data)
    inner = opened(entry)
    try:
        found = effects_of(inner.type, inner.data)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return ()  # no record of ours: HQ has the whole of it to look at
    if inner.type in (VOID, RETURN):  # what it gave back waits for HQ; what it took back is gone
        return tuple(
            each for each in found if each.kind in (POINTS_PENDING, PUNCH, HISTORY) and each.delta < 0
        )
    return tuple(each for each in found if each.kind not in NOT_CARRIED)

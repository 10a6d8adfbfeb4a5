"""Cashiers err: now and then an order that gave nothing but points is undone, or a unit of it comes back.

Those that gave discounts are left alone: the auditor's books of limits and leases know of nothing that comes back. What
happens is drawn by the order's own number, so that the rest of a world goes on as it did.
"""

import random
from typing import TYPE_CHECKING

from app.core.overlay import ORDER_CLAIM
from app.core.paid_order import ReturnedUnits
from app.core.reasons import Refusal
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.ids import new_id
from app.station.void import Asked, By, record_reversal
from app.store.faults import StoreFault
from tests.sim.station import Station

if TYPE_CHECKING:
    from tests.sim.world import World

OFTEN = 0.2
UNIT = 1000


def undo_a_slip(world: "World", station: Station, order_id: str) -> None:
    """Perhaps undo what has just been recorded; and try once more, as people do."""
    dice = random.Random(f"slip {order_id}")
    if dice.random() >= OFTEN:
        return
    is_return = dice.random() < 0.4
    asked = Asked(
        new_id(),
        Kind.RETURN if is_return else Kind.VOID,
        order_id,
        ReversalReason.GOODS_BACK if is_return else ReversalReason.MISTAKE,
        (ReturnedUnits(1, UNIT),) if is_return else (),
    )
    try:
        if not station.run(lambda: _gave_points_alone(station, order_id)):
            return
        for _ in range(1 + (dice.random() < 0.2)):
            found = station.run(lambda: record_reversal(station.store, asked, By()))
            told = found.reason.code if isinstance(found, Refusal) else f"as {found.seq}"
            world.say(f"{station.name} undoes {order_id} ({asked.kind}): {told}")
    except StoreFault as fault:
        world.say(f"{station.name} can't undo {order_id}: {fault.code}")


def _gave_points_alone(station: Station, order_id: str) -> bool:
    journal = station.store.journal
    seq = journal.claimed(ORDER_CLAIM, order_id)
    if seq is None:
        return False
    order = journal.entry_at(seq).data
    return not (order["presented"] or order["campaigns"] or order["cashier"])

"""Using what a manager has approved: once, for the action it names, within its minute."""

from typing import Any

from app.core.approvals import Approval
from app.core.entry import OVERRIDE
from app.core.lockout import Lockout
from app.core.overlay import APPROVAL_USED
from app.station.redeem import NotRecorded
from app.store.journal import Draft
from app.store.store import StationStore


class ApprovalOver(NotRecorded):
    """An approval whose minute is over, that was used, or that is for something else."""

    code = "approval_over"
    sentence = "This approval is over. Ask the manager once more. Nothing was recorded."


def use(store: StationStore, approval: Approval, *, action: str) -> dict[str, Any]:
    """Return what the entry of an approved action holds of the approval. Raises `ApprovalOver`.

    Call it in the transaction that appends the entry, whose data then uses it up.
    """
    is_used = store.journal.effect_sum(APPROVAL_USED, approval.approval_id, after_seq=0) > 0
    if is_used or approval.action != action or approval.is_over(store.time.reading()):
        raise ApprovalOver
    return approval.record()


def end_wait(store: StationStore, staff_id: str, approval: Approval, *, cashier: str) -> None:
    """Give somebody all tries of their PIN back, and record who let them. Raises `ApprovalOver` or a `StoreFault`."""
    row = store.people.find(staff_id)
    if row is None:
        return  # they don't work here any more
    said = {"store": store.device.store_id, "t_eff": store.now_ms(), "cashier": cashier, "staff": staff_id}
    with store.atomic():
        used = use(store, approval, action=end_of_wait(staff_id))
        store.pin_tries.note(row, Lockout())
        store.journal.append([Draft(OVERRIDE, {**said, "what": "pin_lock", **used})])


def end_of_wait(staff_id: str) -> str:
    """Return how an approval names that somebody may try their PIN again."""
    return f"pin_lock:{staff_id}"

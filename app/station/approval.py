"""Using what a manager has approved: once, for the action it names, within its minute."""

from typing import Any

from app.core.approvals import Approval
from app.core.overlay import APPROVAL_USED
from app.station.redeem import NotRecorded
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

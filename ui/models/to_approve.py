"""What is asked of a manager: exactly what they approve, and which reasons they can give."""

from dataclasses import dataclass

from app.core.approvals import REASONS, Why

LASTS_S = 60  # that a question to a manager stays


@dataclass(frozen=True, slots=True)
class ToApprove:
    """One action. `action` names it as its use case will; `what` and `detail` are sentences to be read.

    `amount` is in minor units, None where it is not about money. One of `reasons` must be picked.
    `approver` is who has shown their badge for it, empty while nobody has.
    """

    action: str
    what: str
    detail: str = ""
    amount: int | None = None
    reasons: tuple[Why, ...] = REASONS
    approver: str = ""

"""What the station tells the cashier: one closed set of answers, whether the line is up or not."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.gift_cards import TenderOutcome
from app.core.outcome import Outcome
from app.core.reasons import Refusal


class AnswerKind(StrEnum):
    """The answers of the station."""

    APPROVED = "approved"
    QUEUED = "approved_queued"  # recorded here; it will be sent when the connection is back
    NOT_POSSIBLE = "not_possible"  # recorded too: nothing that was presented could be used
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """The answer to an order handed in. Amounts in minor units; `seq` is its journal entry.

    `is_repeat` says that the order had been recorded before and nothing was recorded now. `stopped`: why nothing at all
    was given, where head office has stopped the member's card or the program. `due` is what gift cards (`tenders`) and
    points as payment leave for money.
    """

    kind: AnswerKind
    order_id: str
    seq: int
    total: int
    discount: int
    payable: int
    points: int
    presented: tuple[Outcome, ...]
    tenders: tuple[TenderOutcome, ...] = ()
    due: int = 0
    is_repeat: bool = False
    stopped: Refusal | None = None

"""What pages show of gift cards: a card by itself, one that pays for the order, and what was put on one."""

from dataclasses import dataclass
from datetime import date

from app.core.card_rest import Rest
from app.core.reasons import Refusal


@dataclass(frozen=True, slots=True)
class CardFace:
    """A gift card as far as this station knows it: `ends_with` are the last characters of its number.

    `is_new`: it has to be activated before it is worth anything. `why_not`: why it can't pay now.
    """

    ref: str
    ends_with: str
    balance: int
    as_of_ms: int
    ends_on: date | None = None
    is_new: bool = False
    is_single_use: bool = False
    why_not: Refusal | None = None


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card that pays for the order: how much, and what is left on it and becomes of that.

    `is_to_ask`: head office is asked when the order is confirmed.
    """

    ref: str
    ends_with: str
    amount: int
    left: int
    rest: Rest = Rest.STAYS
    why_not: Refusal | None = None
    is_to_ask: bool = False


@dataclass(frozen=True, slots=True)
class CardPut:
    """What was put on a card, and what is on it since. `is_new`: by activating it."""

    ends_with: str
    amount: int
    balance: int
    ends_on: date | None = None
    is_new: bool = False

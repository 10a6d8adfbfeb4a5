"""What the page of a gift card shows, and what it asks of its flow."""

from dataclasses import dataclass
from enum import StrEnum

from ui.models.cards import CardFace
from ui.models.display import ForMember


class Doing(StrEnum):
    """What the page is for now."""

    LOOK = "look"
    PAY = "pay"
    TOP_UP = "top_up"
    ACTIVATE = "activate"


@dataclass(frozen=True, slots=True)
class GiftCardView:
    """What the page shows. `most`: what the card could pay; `due`: what there is to pay, None while nobody knows.

    `begun` counts the panels: with another one the amount field begins anew, with `first`.
    """

    card: CardFace | None = None
    doing: Doing = Doing.LOOK
    first: str = ""
    amount: int | None = None
    most: int = 0
    due: int | None = None
    begun: int = 0

    @property
    def for_member(self) -> ForMember | None:
        """What the customer display shows: what is on the card."""
        return ForMember(amount=self.card.balance) if self.card is not None and not self.card.is_new else None

    @property
    def can_top_up(self) -> bool:
        """Whether there is a card on which more could be put."""
        return self.can_print and self.doing in (Doing.LOOK, Doing.PAY)

    @property
    def can_print(self) -> bool:
        """Whether there is a card with something to print of it."""
        return self.card is not None and not self.card.is_new


@dataclass(frozen=True, slots=True)
class FindCard:
    """A number was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class CardAmount:
    """What stands in the amount field now."""

    text: str


@dataclass(frozen=True, slots=True)
class AllOfIt:
    """The card pays as much as it can."""


@dataclass(frozen=True, slots=True)
class PutOn:
    """Something is put on the card."""


@dataclass(frozen=True, slots=True)
class PrintCard:
    """What is on the card goes on paper."""

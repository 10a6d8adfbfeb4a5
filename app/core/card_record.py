"""What an order's record says of the gift cards that paid: for effects at the station, and for head office's books."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from app.core.card_rest import Rest
from app.core.gift_cards import TenderKind, TenderOutcome
from app.core.reasons import BY_CODE, Refusal


class CardPaid(NamedTuple):
    """What one card paid (minor units), and the `rest` that went with it where it was for one use.

    `alone` is what the station took by its own limits.
    """

    ref: str
    amount: int
    rest: int = 0
    rest_is: Rest = Rest.STAYS
    alone: int = 0

    @property
    def units(self) -> int:
        """What the card has less for it."""
        return self.amount + self.rest

    @property
    def lapsed(self) -> int:
        """The rest that nobody got."""
        return self.rest if self.rest_is is Rest.FORFEITED else 0

    @property
    def given(self) -> int:
        """What was had for it, in goods or in cash."""
        return self.units - self.lapsed


def tender_of_record(paid: Mapping[str, Any]) -> TenderOutcome:
    """Return what a tender did, as an order's record has it."""
    return TenderOutcome(
        ref=paid["ref"],
        kind=TenderKind(paid["kind"]),
        amount=paid["amount"],
        left=paid["left"],
        refusals=tuple(Refusal(BY_CODE[reason["code"]], reason["numbers"]) for reason in paid["reasons"]),
        rest=Rest(paid.get("rest", Rest.STAYS)),
        alone=paid.get("alone", 0),
    )


def cards_paid(order: Mapping[str, Any]) -> Iterator[CardPaid]:
    """Yield what gift cards paid by an order's record."""
    for paid in order.get("paid", ()):
        if paid["kind"] == TenderKind.GIFT_CARD and paid["amount"]:
            rest_is = Rest(paid.get("rest", Rest.STAYS))
            rest = 0 if rest_is is Rest.STAYS else max(paid["left"], 0)  # less than nothing puts nothing on
            yield CardPaid(paid["ref"], paid["amount"], rest, rest_is, paid.get("alone", 0))

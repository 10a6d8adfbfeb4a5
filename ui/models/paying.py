"""Gift cards at the till: how pages show them, and the lines by which they pay for an order. Frozen, no Qt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.card_policy import WANTS_WORD
from app.core.gift_cards import TenderKind, TenderOutcome
from app.station.gift_card import CardShown, CardState, SeenGiftCard
from app.station.redeem import ONLINE
from ui.models.cards import CardFace, CardRow


@dataclass(frozen=True, slots=True)
class PayingCard:
    """A card that is to pay: `most` minor units, None: all that it can."""

    ref: str
    ends_with: str
    most: int | None = None

    @property
    def shown(self) -> CardShown:
        """What goes with the order."""
        return CardShown(self.ref, self.most)


def face_of(seen: SeenGiftCard) -> CardFace:
    """Return what the page shows of a card."""
    return CardFace(
        ref=seen.ref,
        ends_with=seen.ends_with,
        balance=seen.balance,
        as_of_ms=seen.as_of_ms,
        ends_on=seen.ends_on,
        is_new=seen.state is CardState.NEW,
        is_single_use=seen.is_single_use,
        why_not=None if seen.state is CardState.NEW else seen.refusal,
    )


def card_rows(
    cards: Iterable[PayingCard], outcomes: Sequence[TenderOutcome], *, link: str
) -> tuple[CardRow, ...]:
    """Return the cards that were shown with what each pays, in the order in which they were scanned."""
    found = {outcome.ref: outcome for outcome in outcomes if outcome.kind is TenderKind.GIFT_CARD}
    return tuple(_row(card, found[card.ref], link) for card in cards if card.ref in found)


def _row(card: PayingCard, outcome: TenderOutcome, link: str) -> CardRow:
    why_not = outcome.refusals[0] if outcome.refusals else None
    is_to_ask = why_not is not None and why_not.reason in WANTS_WORD and link == ONLINE
    return CardRow(
        ref=card.ref,
        ends_with=card.ends_with,
        amount=outcome.amount,
        left=outcome.left,
        rest=outcome.rest,
        why_not=why_not,
        is_to_ask=is_to_ask,
    )

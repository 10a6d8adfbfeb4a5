"""Which gift card is meant, as a scan names one: for the flow that shows cards."""

from dataclasses import dataclass

from app.station.gift_card import SeenGiftCard


@dataclass(frozen=True, slots=True)
class ShowCard:
    """A card that was scanned before the page came up."""

    seen: SeenGiftCard

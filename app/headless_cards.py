"""Gift cards at the station without a window: what a scan of one shows, what they paid, and money put on them.

G…                                       # a scan: the card pays of the next order
{"top_up": {"card": <hash>, "amount": 5000, "id"?: …, "approve"?: {"staff": …, "pin": …, "why": …}, "preview"?: true}}
"""

from app.core.document import Place
from app.core.gift_cards import TenderOutcome
from app.core.order import AMOUNT_MAX
from app.core.reasons import Refusal
from app.headless_approved import Answer, Approved
from app.ids import new_id
from app.station.gift_card import SeenGiftCard
from app.station.top_up import CardChange, CardDone, CardPreview, preview_change, record_change


class Cards(Approved):
    """The command `top_up` on the store's thread, and what cards paid of an order."""

    def top_up(self, command: Place) -> Answer:
        """Put money on a card."""
        place = command.inner("top_up").only("card", "amount", "id", "approve", "preview")
        name = place.name("id") if place.has("id") else new_id()
        change = CardChange(name, place.name("card"), place.number("amount", least=1, most=AMOUNT_MAX))
        found = self._look_or_do(
            place,
            change.action,
            lambda store, by: preview_change(store, change, by),
            lambda store, by: record_change(store, change, by),
        )
        return self._told(change, found)

    def _told(self, change: CardChange, found: CardPreview | CardDone | Refusal) -> Answer:
        match found:
            case Refusal():
                return {"answer": "refused", "id": change.change_id, **self._refusal(found)}
            case CardPreview():
                return {
                    "answer": "preview",
                    "id": change.change_id,
                    "movement": str(found.movement),
                    "balance_after": found.balance_after,
                    "needs_approval": found.needs_approval,
                }
            case CardDone():
                told = ("movement", "card", "amount", "balance")
                return {
                    "answer": "topped_up",
                    "id": change.change_id,
                    "seq": found.seq,
                    "repeat": found.is_repeat,
                    **{key: found.data[key] for key in told},
                }

    def tenders(self, tenders: tuple[TenderOutcome, ...], due: int) -> Answer:
        """Return what cards paid of an order, and what is left for money; nothing where none was shown."""
        if not tenders:
            return {}
        return {"paid": [self._tender(tender) for tender in tenders], "due": due}

    def _tender(self, tender: TenderOutcome) -> Answer:
        found = {"card": tender.ref, "amount": tender.amount, "left": tender.left, "rest": str(tender.rest)}
        return found | (self._refusal(tender.refusals[0]) if tender.refusals else {})


def card_answer(seen: SeenGiftCard) -> Answer:
    """Return what a card's scan shows."""
    return {
        "answer": "gift_card",
        "card": seen.ref,
        "state": str(seen.state),
        "balance": seen.balance,
        "currency": seen.currency,
        "ends_on": None if seen.ends_on is None else seen.ends_on.isoformat(),
        "alone": seen.alone,
    }

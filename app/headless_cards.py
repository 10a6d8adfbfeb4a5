"""Gift cards at the station without a window: what a scan of one shows, what they paid, and money put on them.

G…                                       # a scan: the card pays of the next order
{"top_up": {"card": <hash>, "amount": 5000, "id"?: …, "approve"?: {"staff": …, "pin": …, "why": …}, "preview"?: true}}
"""

from collections.abc import Callable
from typing import Any

from app.core.approvals import Approval, Why
from app.core.document import Place
from app.core.gift_cards import TenderOutcome
from app.core.order import AMOUNT_MAX
from app.core.reasons import Refusal
from app.ids import new_id
from app.station.gift_card import SeenGiftCard
from app.station.staff import approve
from app.station.top_up import CardChange, CardDone, CardPreview, preview_change, record_change
from app.station.void import By
from app.store.thread import StoreThread

Answer = dict[str, Any]


class Cards:
    """The command `top_up` on the store's thread."""

    def __init__(
        self,
        thread: StoreThread,
        wake: Callable[[], None],
        *,
        by: Callable[[Approval | None], By],
        refusal: Callable[[Refusal], Answer],
    ) -> None:
        """`wake` what sends entries, ask `by` who is at the till, and write refusals as the station does."""
        self._thread = thread
        self._wake = wake
        self._by = by
        self._refusal = refusal

    def top_up(self, command: Place) -> Answer:
        """Put money on a card."""
        place = command.inner("top_up").only("card", "amount", "id", "approve", "preview")
        name = place.name("id") if place.has("id") else new_id()
        change = CardChange(name, place.name("card"), place.number("amount", least=1, most=AMOUNT_MAX))
        if place.flag("preview"):
            by = self._by(None)
            return self._told(change, self._thread.call(lambda store: preview_change(store, change, by)))
        approval = self._approval(place, change) if place.has("approve") else None
        if isinstance(approval, Refusal):
            return self._told(change, approval)
        by = self._by(approval)
        found = self._thread.call(lambda store: record_change(store, change, by))
        self._wake()
        return self._told(change, found)

    def _approval(self, place: Place, change: CardChange) -> Approval | Refusal:
        who = place.inner("approve").only("staff", "pin", "why")
        why = who.word("why", Why)
        return approve(self._thread.call, who.name("staff"), who.text("pin"), action=change.action, why=why)

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

"""Voids and returns of the station without a window: what would be undone, doing it, and a manager's approval."""

from collections.abc import Iterable

from app.core.document import Place
from app.core.reasons import Refusal
from app.core.reversal_kinds import Kind
from app.headless_approved import Answer, Approved
from app.headless_lines import read_asked
from app.station.void import Asked, Preview, Reversed, preview, record_reversal


class Undoing(Approved):
    """The commands `void` and `return` on the store's thread."""

    def void(self, command: Place) -> Answer:
        """Undo an order."""
        return self._undo(command.inner("void"), Kind.VOID)

    def give_back(self, command: Place) -> Answer:
        """Take units of an order's lines back."""
        return self._undo(command.inner("return"), Kind.RETURN)

    def _undo(self, place: Place, kind: Kind) -> Answer:
        asked = read_asked(place, kind)
        found = self._look_or_do(
            place,
            asked.action,
            lambda store, by: preview(store, asked, by),
            lambda store, by: record_reversal(store, asked, by),
        )
        return self._told(asked, found)

    def _told(self, asked: Asked, found: Preview | Reversed | Refusal) -> Answer:
        match found:
            case Refusal():
                return {"answer": "refused", "id": asked.reversal_id, **self._refusal(found)}
            case Preview():
                made = found.reversal
                return {
                    "answer": "preview",
                    "id": asked.reversal_id,
                    "order_id": found.order["order_id"],
                    "amount": made.outcome.amount,
                    "till": made.outcome.till,
                    "points": made.points,
                    "points_back": made.points_back,
                    "value": made.value,
                    **_on_cards(tender.amount for tender in made.outcome.tenders),
                    "needs_approval": found.needs_approval,
                    "balance_after": found.balance_after,
                }
            case Reversed():
                told = ("order_id", "amount", "till", "points", "points_back")
                return {
                    "answer": "undone",
                    "id": asked.reversal_id,
                    "seq": found.seq,
                    "repeat": found.is_repeat,
                    **{key: found.data[key] for key in told},
                    **_on_cards(amount for _kind, _ref, amount in found.data["tenders"]),
                }


def _on_cards(amounts: Iterable[int]) -> Answer:
    """Return what goes back on gift cards; nothing where no card paid."""
    back = sum(amounts)
    return {"on_cards": back} if back else {}

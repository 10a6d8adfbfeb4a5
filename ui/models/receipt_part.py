"""The receipts' part of the station's model: what is printed by itself, what by a key, and what is said of it."""

from typing import TYPE_CHECKING, Any

from app.station.receipt import Receipt
from ui.i18n import _
from ui.models.receipts import Printing, Receipts
from ui.models.state import AnswerView, Screen, State
from ui.receipt.rows import Sheet


class ReceiptPart:
    """A part of `StationModel`. Without receipts it says that there is no printer."""

    _receipts: Receipts | None = None
    _state: State

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        def _show(self, **changes: Any) -> None: ...

    def use_receipts(self, receipts: Receipts) -> None:
        """Print by these from now on."""
        self._receipts = receipts
        receipts.told.connect(lambda sentence: self._show(notice=sentence))
        receipts.failed.connect(lambda sentence: self._show(notice=sentence, receipt_notice=sentence))
        receipts.changed.connect(lambda: self._show(prints=receipts.is_any_use))
        self._show(prints=receipts.is_any_use)

    def print_so(self, printing: Printing) -> None:
        """Print in another way from now on."""
        if self._receipts is not None:
            self._receipts.use(printing)

    def print_test(self) -> None:
        """Print a receipt for trying the printer."""
        shop = self._state.shop
        if self._receipts is not None:
            self._receipts.print_test(
                store=shop.name,
                at_ms=self._state.now_ms,
                time_zone=self._state.time_zone,
                currency=shop.currency.code,
            )

    def print_receipt(self) -> None:
        """Print the receipt of the answer on the screen, else that of the last order."""
        answer = self._state.answer
        if self._state.screen is Screen.SIGN_IN:
            return  # nobody sees what others did before they have signed in
        if self._receipts is None:
            self._show(notice=_("No printer is set up on this station."))
        elif answer is not None and answer.receipt:
            self._receipts.print_order(answer.receipt)
        else:
            self._receipts.print_again()

    def print(self, receipt: Receipt | Sheet) -> None:
        """Print something that a flow has made."""
        if self._receipts is None or not self._receipts.is_any_use:
            self._show(notice=_("No printer is set up on this station."))
        else:
            self._receipts.print(receipt)

    def _close_receipts(self) -> None:
        if self._receipts is not None:
            self._receipts.close()

    def _print_new(self, answer: AnswerView) -> None:
        if self._receipts is not None and answer.receipt:
            self._receipts.recorded(answer.receipt, is_repeat=answer.is_repeat)

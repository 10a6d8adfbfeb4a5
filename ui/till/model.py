"""The till's view-model: goods become an order, the station is asked until it is recorded, the money is taken.

All that is asked may be asked twice (app/till/register.py), so a station that is away is asked again, and whatever was
open when this window ended is asked for first.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.money import CURRENCIES
from app.till.register import DECLINED, GIVEN_UP, RECORDED, VOIDED, Register
from app.till.station import Refused, StationAway, Told
from app.till.tape import Sale
from ui import texts_register
from ui.till.calls import Calls
from ui.till.state import (
    UNITS_MAX,
    Good,
    Offered,
    ReceiptRow,
    Said,
    Stage,
    Sums,
    TicketLine,
    TillState,
)

log = logging.getLogger(__name__)
LOOK_S = 0.4  # that a question waits for news: whatever is asked meanwhile waits behind it
AGAIN_MS = 500  # until a station that was away is asked again
STRONG = ("strong", "large")


class TillModel(QObject):
    """One till."""

    changed = Signal()

    def __init__(self, register: Register, goods: Sequence[Good], parent: QObject | None = None) -> None:
        """Ask for what was open when it ended last, and how the station is."""
        super().__init__(parent)
        self._calls = Calls(register, self)
        self._names = {good.sku: good.name for good in goods}
        self._sale: Sale | None = None  # what was handed over, or is to be paid
        self._last: Sale | None = None  # the last that was recorded
        self._revision = ""
        self._units: dict[str, int] = {}  # by product, in the order in which they were entered
        self.state = TillState(goods=tuple(goods))
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._go_on)
        self._calls.ask(lambda asked: asked.tape.sales, then=self._read, failed=self._failed)

    def close(self) -> None:
        """Ask nothing more."""
        self._again.stop()
        self._calls.close()

    # --- intents ------------------------------------------------------------------------------------------------------

    def add(self, key: int) -> None:
        """Put a good on the order."""
        if self.state.stage is Stage.PAID:
            self._begin()
        if self.state.stage is Stage.SELLING and key <= len(self.state.goods):
            sku = self.state.goods[key - 1].sku
            self._units[sku] = min(self._units.pop(sku, 0) + 1, UNITS_MAX)
            self._ticket()

    def more(self, units: int) -> None:
        """Take more or less of what was put on last."""
        if self.state.stage is Stage.SELLING and self._units:
            sku, count = self._units.popitem()
            if count + units > 0:
                self._units[sku] = min(count + units, UNITS_MAX)
            self._ticket()

    def enter(self) -> None:
        """Do the one primary thing."""
        match self.state.stage:
            case Stage.SELLING if self._units and self.state.store:
                order = {"currency": self.state.currency.code, "lines": self._order_lines()}
                self._show(stage=Stage.AT_STATION, said=Said.NOTHING, notice="")
                self._calls.ask(
                    lambda asked: asked.tape.begin(order), then=self._hand_over, failed=self._failed
                )
            case Stage.TO_PAY if self._sale is not None:
                sale = self._sale
                self._calls.ask(lambda asked: asked.pay(sale), then=self._paid, failed=self._failed)
            case Stage.PAID:
                self._begin()
            case _:
                pass

    def escape(self) -> None:
        """Begin anew, or take back what the station has."""
        if self.state.stage in (Stage.SELLING, Stage.PAID):
            self._begin()
        elif self.state.stage is Stage.AT_STATION and self._sale is not None:
            sale = self._sale
            self._calls.ask(
                lambda asked: asked.take_back(sale),
                then=lambda told: self._heard(sale, told, texts_register.taken_back()),
                failed=self._failed,
            )

    def undo_last(self) -> None:
        """Undo the last order that was recorded."""
        if self._last is not None and self.state.can_undo:
            self._undo(self._last)

    # --- the station --------------------------------------------------------------------------------------------------

    def _read(self, sales: list[Sale]) -> None:
        """Go on with what was open, or was not paid yet."""
        recorded = [sale for sale in sales if sale.result is not None]
        self._last = recorded[-1] if recorded else None
        self._show(number=len(sales) + 1, can_undo=self._may_undo())
        is_here = next((sale for sale in sales if sale.is_open and sale.result is None), None)
        to_pay = next((sale for sale in recorded if not sale.is_paid and sale.void is None), None)
        if (sale := is_here or to_pay) is not None:
            self._units = {line["sku"]: line["quantity"] for line in sale.order["lines"]}
            self._ticket()
            self._show(number=1 + sales.index(sale))
        if is_here is not None:
            self._show(stage=Stage.AT_STATION)
            self._hand_over(is_here)
        elif to_pay is not None:
            self._to_pay(to_pay)
        for sale in sales:
            if sale.is_voiding:
                self._undo(sale)
        self._ask_health()

    def _ask_health(self) -> None:
        self._calls.ask(Register.health, then=self._healthy, failed=self._failed)

    def _healthy(self, told: Told) -> None:
        currency = CURRENCIES.get(told["currency"], self.state.currency)
        self._show(is_away=False, store=told["store_name"], currency=currency)

    def _hand_over(self, sale: Sale) -> None:
        self._sale = sale
        self._calls.ask(
            lambda asked: asked.hand_over(sale),
            then=lambda told: self._heard(sale, told),
            failed=self._failed,
        )

    def _look(self, sale: Sale) -> None:
        revision = self._revision
        self._calls.ask(
            lambda asked: asked.look(sale, wait_s=LOOK_S, after=revision),
            then=lambda told: self._heard(sale, told),
            failed=self._failed,
        )

    def _heard(self, sale: Sale, told: Told, gone: str = "") -> None:
        """Take how the order stands that is at the station, and ask on until it is done."""
        if self._sale is not sale or self.state.stage is not Stage.AT_STATION:
            return
        self._show(is_away=False)
        self._revision = told.get("revision", "")
        if told["state"] in (RECORDED, VOIDED):
            self._calls.ask(
                lambda asked: asked.tape.find(sale.order_id), then=self._recorded, failed=self._failed
            )
        elif told["state"] == GIVEN_UP and gone:
            self._let_go(gone)
        elif told["state"] == GIVEN_UP:
            self._calls.ask(
                lambda asked: asked.take_back(sale),
                then=lambda told: self._heard(sale, told, texts_register.given_up()),
                failed=self._failed,
            )
        else:
            quote = told.get("quote") or {}
            self._show(said=Said(told["state"]), offers=_offers(quote), sums=_sums(quote, self.state.sums))
            self._look(sale)

    def _recorded(self, sale: Sale | None) -> None:
        if sale is not None:
            self._to_pay(sale)

    def _to_pay(self, sale: Sale) -> None:
        result = sale.result or {}
        self._sale = self._last = sale
        off = {each["line"]: each["take_off"] for each in result["lines"]}
        lines = tuple(
            replace(line, off=off.get(place, 0)) for place, line in enumerate(self.state.lines, start=1)
        )
        self._show(
            stage=Stage.TO_PAY,
            lines=lines,
            offers=_offers(result),
            sums=_sums(result, self.state.sums),
            receipt=tuple(
                ReceiptRow(each["text"], each["right"], each["style"] in STRONG) for each in result["receipt"]
            ),
            can_undo=True,
        )

    def _let_go(self, notice: str) -> None:
        """Sell on: nothing of the order was recorded, and its goods are still here."""
        self._sale = None
        self._show(stage=Stage.SELLING, said=Said.NOTHING, offers=(), notice=notice)
        self._ticket()

    def _paid(self, _: None) -> None:
        self._show(stage=Stage.PAID)

    # --- undoing ------------------------------------------------------------------------------------------------------

    def _undo(self, sale: Sale) -> None:
        self._calls.ask(
            lambda asked: asked.void(sale), then=lambda told: self._undone(sale, told), failed=self._failed
        )

    def _undone(self, sale: Sale, told: Told) -> None:
        if told["state"] == VOIDED:
            notice = texts_register.undone(told["void"]["till"], self.state.currency)
            self._sale = self._last = None
            self._units = {}
            self._show(stage=Stage.SELLING, can_undo=False, notice=notice, offers=(), receipt=())
            self._ticket()
        elif told.get("approval") == DECLINED:
            self._show(notice=texts_register.not_undone())
        else:
            self._show(notice=texts_register.manager_asked())
            revision = told["revision"]
            self._calls.ask(
                lambda asked: asked.look(sale, wait_s=LOOK_S, after=revision),
                then=lambda later: self._undone(sale, later),
                failed=self._failed,
            )

    def _may_undo(self) -> bool:
        return self._last is not None and self._last.void is None

    # --- what goes wrong ----------------------------------------------------------------------------------------------

    def _failed(self, problem: BaseException) -> None:
        """Ask again where nobody has answered; say what was refused; a bug ends in the log."""
        if isinstance(problem, Refused):
            self._show(notice=str(problem))
            if self.state.stage is Stage.AT_STATION and problem.kind == "confirming":
                self._again.start()
        elif isinstance(problem, StationAway):
            self._show(is_away=True)
            self._again.start()
        else:
            log.error("the till failed", exc_info=problem)

    def _go_on(self) -> None:
        """Ask again for what there is to be asked."""
        if not self.state.store:
            self._ask_health()
        if self.state.stage is Stage.AT_STATION and self._sale is not None:
            self._hand_over(self._sale)
        elif self.state.store:
            self._ask_health()

    # --- what is shown ------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._sale, self._units = None, {}
        self._show(stage=Stage.SELLING, said=Said.NOTHING, offers=(), receipt=(), notice="")
        self._ticket()
        self._calls.ask(
            lambda asked: len(asked.tape.sales) + 1,
            then=lambda number: self._show(number=number),
            failed=self._failed,
        )

    def _ticket(self) -> None:
        """Show what is on the order."""
        prices = {good.sku: good.amount for good in self.state.goods}
        lines = tuple(
            TicketLine(self._names.get(sku, sku), units, prices.get(sku, 0) * units)
            for sku, units in self._units.items()
        )
        total = sum(line.amount for line in lines)
        self._show(lines=lines, sums=Sums(total=total, due=total))

    def _order_lines(self) -> list[Told]:
        prices = {good.sku: good.amount for good in self.state.goods}
        return [
            {"sku": sku, "quantity": units, "amount": prices[sku] * units}
            for sku, units in self._units.items()
        ]

    def _show(self, **changes: object) -> None:
        shown = replace(self.state, **changes)  # type: ignore[arg-type]  # fields of TillState
        if shown != self.state:
            self.state = shown
            self.changed.emit()


def _offers(told: Told) -> tuple[Offered, ...]:
    return tuple(Offered(each["name"], each["take_off"]) for each in told.get("given", ()))


def _sums(told: Told, before: Sums) -> Sums:
    if "total" not in told:
        return before
    tenders = tuple((each["kind"], each["amount"]) for each in told["tenders"])
    return Sums(told["total"], told["discount"], told["due"], told["points_earned"], tenders)

"""The member at the till: who it is, what can be used now and what not, and the order. Three columns."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.models.state import State
from ui.station.member_card import MemberColumn
from ui.station.offers import OffersColumn
from ui.station.order import OrderColumn
from ui.station.page import Page
from ui.theme import current
from ui.widgets.card import row

MEMBER_WIDTH, ORDER_WIDTH = 264, 282


class MemberPage(Page):
    """The page where an offer is chosen and redeemed."""

    picked = Signal(int)
    removed = Signal(str)
    amount_typed = Signal(str)
    cancelled = Signal()
    joining_wanted = Signal()
    totals_shown = Signal()

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self.member = MemberColumn()
        self.offers = OffersColumn()
        self.order = OrderColumn()
        self.member.setFixedWidth(current().px(MEMBER_WIDTH))
        self.order.setFixedWidth(current().px(ORDER_WIDTH))
        layout = row(self)
        layout.addWidget(self.member)
        layout.addWidget(self.offers, 1)
        layout.addWidget(self.order)
        self.member.joining.button.clicked.connect(self.joining_wanted)
        self.offers.picked.connect(self.picked)
        self.offers.removed.connect(self.removed)
        self.order.amount_typed.connect(self.amount_typed)
        self.order.confirmed.connect(self.entered)
        self.order.removed.connect(self.removed)
        self.order.cancelled.connect(self.cancelled)
        self.order.totals_shown.connect(self.totals_shown)
        self.order.amount_taken.connect(super().place_focus)

    def draw(self, state: State) -> None:
        """Show the state in all three columns."""
        self.member.draw(state)
        self.offers.draw(state)
        self.order.draw(state)

    def place_focus(self) -> None:
        """Without an order the amount comes first; with one, digits pick offers."""
        if not self.order.begin():
            super().place_focus()

    def controls(self) -> list[QWidget]:
        """The offers, then the order, and what leads away from both."""
        order, join = self.order, self.member.joining.button
        return [*self.offers.controls(), order.field, order.amount_button, order.primary, order.cancel, join]

    def enter(self) -> None:
        """Take the amount that is being typed, or redeem."""
        self.order.enter()

    def turn(self, direction: int) -> None:
        """Move through the offers."""
        self.offers.page(direction)

    def escape(self) -> bool:
        """Leave the amount field, if there is an order to go back to."""
        return self.order.escape()

"""What the order comes to: total, discount, points, gift cards that pay, and the amount to pay as the largest."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from app.core.money import Currency
from ui import texts
from ui.i18n import _
from ui.models.state import OrderView
from ui.theme import current
from ui.tokens import GAP_M
from ui.widgets.beside import Beside
from ui.widgets.card import column, rule
from ui.widgets.card_lines import CardLines
from ui.widgets.label import RIGHT, Figure, Label, number


class Place(Beside):
    """A figure under what it is; with larger text beside it, where both fit into the line."""

    def __init__(self, title: Label, figure: Label) -> None:
        """Place both."""
        super().__init__(title, figure, fits=self._has_room)
        self._title, self._figure = title, figure

    def say(self, word: str, shown: str) -> None:
        """Show what it is and how much."""
        self._title.say(word)
        self._figure.say(shown)
        self.look()

    def _has_room(self, width: int) -> bool:
        if current().zoom == 1 or isinstance(self._figure, Figure):  # that one takes the whole line
            return False
        needed = sum(
            QFontMetrics(label.font()).horizontalAdvance(label.whole) for label in (self._title, self._figure)
        )
        return needed + current().px(GAP_M) <= width


class Totals(QWidget):
    """Four figures, the amount to pay as the largest of them, and above it what gift cards pay."""

    removed = Signal(str)  # a gift card, by its reference

    def __init__(self) -> None:
        """Make the places."""
        super().__init__()
        self._layout = column(self, gap=0)
        self._total, self._discount, self._points = (
            Place(Label("body", ink="muted"), number("amount")) for _place in range(3)
        )
        self._pay = Place(Label("strong"), Figure("pay"))
        self._from = Label("small", ink="muted", align=RIGHT)
        for place in (self._total, self._discount, self._points):
            self._layout.addWidget(place)
        self.cards = CardLines()
        self.cards.removed.connect(self.removed)
        self._layout.addWidget(self.cards)
        self._layout.addSpacing(6)
        self._layout.addWidget(rule())
        self._layout.addSpacing(6)
        self._layout.addWidget(self._pay)
        self._layout.addWidget(self._from)

    def draw(self, order: OrderView, currency: Currency) -> None:
        """Show an order."""
        for place, word, shown in (
            (self._total, _("Order total"), texts.money(order.total, currency)),
            (self._discount, _("Discount"), texts.discount(order.discount, currency)),
            (self._points, _("Points"), texts.points_gained(order.points)),
            (
                self._pay,
                _("Left to pay") if order.cards else _("To pay"),
                texts.money(order.to_pay, currency),
            ),
        ):
            place.say(word, shown)
        self.cards.draw(order.cards, currency)
        self._from.say(texts.lines_from_till(order.lines) if order.is_from_till else "")
        self._from.setVisible(order.is_from_till)

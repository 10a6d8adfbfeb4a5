"""What the order comes to: total, discount, points, and the amount to pay as the largest of them."""

from PySide6.QtWidgets import QWidget

from app.core.money import Currency
from ui import texts
from ui.i18n import _
from ui.models.state import OrderView
from ui.widgets.card import column, rule
from ui.widgets.label import RIGHT, Figure, Label, number


class Totals(QWidget):
    """Four figures, each under what it is."""

    def __init__(self) -> None:
        """Make the places."""
        super().__init__()
        self._layout = column(self, gap=0)
        self._total = self._place(Label("body", ink="muted"), number("amount"))
        self._discount = self._place(Label("body", ink="muted"), number("amount"))
        self._points = self._place(Label("body", ink="muted"), number("amount"))
        self._layout.addSpacing(6)
        self._layout.addWidget(rule())
        self._layout.addSpacing(6)
        self._pay = self._place(Label("strong"), Figure("pay"))
        self._from = Label("small", ink="muted", align=RIGHT)
        self._layout.addWidget(self._from)

    def _place(self, title: Label, figure: Label) -> tuple[Label, Label]:
        self._layout.addWidget(title)
        self._layout.addWidget(figure)
        return title, figure

    def draw(self, order: OrderView, currency: Currency) -> None:
        """Show an order."""
        for (title, figure), word, shown in (
            (self._total, _("Order total"), texts.money(order.total, currency)),
            (self._discount, _("Discount"), texts.discount(order.discount, currency)),
            (self._points, _("Points"), texts.points_gained(order.points)),
            (self._pay, _("To pay"), texts.money(order.payable, currency)),
        ):
            title.say(word)
            figure.say(shown)
        self._from.say(texts.lines_from_till(order.lines) if order.is_from_till else "")
        self._from.setVisible(order.is_from_till)

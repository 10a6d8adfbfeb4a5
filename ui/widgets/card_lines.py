"""The gift cards that pay for an order: how much each pays, and what stays on it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.money import Currency
from ui import texts_card
from ui.models.cards import CardRow
from ui.widgets.card import clear, column, row
from ui.widgets.label import Label, number
from ui.widgets.offer import Remove
from ui.widgets.room import Scroll


class CardLines(Scroll):
    """A few lines for each card. They scroll where there are more than fit."""

    removed = Signal(str)

    def __init__(self) -> None:
        """Begin with none."""
        inside = QWidget()
        self._list = column(inside, gap=4)
        super().__init__(inside)
        self._shown: object = None
        self.hide()

    def draw(self, cards: tuple[CardRow, ...], currency: Currency) -> None:
        """Show these cards."""
        shown = (cards, currency)
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._list)
        for card in reversed(cards):  # what came last is to be seen without scrolling
            self._list.addWidget(self._line(card, currency))
        self.setVisible(bool(cards))
        self._list.activate()
        self.fit()

    def _line(self, card: CardRow, currency: Currency) -> QWidget:
        line = QWidget()
        words, top = column(line, gap=0), row(gap=4)
        name, amount, stays = Label("body", ink="muted"), number("amount"), Label("small", ink="muted")
        name.say(texts_card.ending_in(card.ends_with))
        cross = Remove(texts_card.take_out(card), card.ref, "muted", self.removed)
        top.addWidget(name, 1)
        top.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(top)
        if card.amount:
            amount.say(texts_card.paid_by(card, currency))
            words.addWidget(amount)
        stays.say(texts_card.stays(card, currency))
        words.addWidget(stays)
        return line

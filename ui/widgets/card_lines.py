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
        sides, words = row(line, gap=4), column(gap=0)
        for label, said in (
            (Label("body", ink="muted"), texts_card.ending_in(card.ends_with)),
            (number("amount", ink="text"), texts_card.paid_by(card, currency)),
            (Label("small", ink="muted"), texts_card.stays(card, currency)),
        ):
            if said:
                label.say(said)
                words.addWidget(label)
        sides.addWidget(
            Remove(texts_card.take_out(card), card.ref, "muted", self.removed), 0, Qt.AlignmentFlag.AlignTop
        )
        sides.addLayout(words, 1)
        return line

"""A strip of figures: the number large, what it counts below."""

from ui.widgets.card import Card, column, row
from ui.widgets.label import LEFT, Figure, Label


class Figures(Card):
    """Four figures side by side."""

    COUNT = 4

    def __init__(self) -> None:
        """Make the places."""
        super().__init__(margin=12)
        strip = row(gap=24)
        strip.setContentsMargins(8, 0, 8, 0)
        self.body.addLayout(strip)
        self._places = []
        for _place in range(self.COUNT):
            figure, word = Figure(align=LEFT), Label("body", ink="muted")
            cell = column(gap=0)
            cell.addWidget(figure)
            cell.addWidget(word)
            cell.addStretch(1)
            strip.addLayout(cell, 1)
            self._places.append((figure, word))

    def draw(self, *shown: tuple[str, str]) -> None:
        """Show pairs of figure and word."""
        for (figure, word), (number, says) in zip(self._places, shown, strict=True):
            figure.say(number)
            word.say(says)

"""The store of this station can't be used: why, and what to do."""

from PySide6.QtCore import Qt

from ui.i18n import _
from ui.models.state import AnswerWord, State
from ui.station.page import Page
from ui.theme import current, mark
from ui.widgets.card import Card, centred, column
from ui.widgets.label import CENTER, Label
from ui.widgets.shapes import AnswerShape

WIDTH = 720


class StoppedPage(Page):
    """One sentence, in the colour of a stop."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        shape = AnswerShape(112)
        shape.show_answer(AnswerWord.NOT_POSSIBLE, "on_stop_soft")
        self._title = Label("h1", align=CENTER, ink="on_stop_soft")
        self._sentence = Label("h2", align=CENTER, ink="on_stop_soft")
        card = Card(gap=16, margin=40)
        mark(card, tone="stop")
        card.setFixedWidth(current().px(WIDTH))
        card.body.addWidget(shape, 0, Qt.AlignmentFlag.AlignHCenter)
        card.body.addWidget(self._title)
        card.body.addWidget(self._sentence)
        layout = column(self)
        layout.addStretch(1)
        layout.addLayout(centred(card))
        layout.addStretch(1)

    def draw(self, state: State) -> None:
        """Show why."""
        self._title.say(_("This station can't be used now"))
        self._sentence.say(state.stopped_sentence)

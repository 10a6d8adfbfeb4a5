"""The stripe that says on every screen that this is training, with the way out of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import texts_tour
from ui.i18n import _
from ui.models.state import State
from ui.theme import current, mark
from ui.tokens import GAP_L, TARGET_MIN
from ui.widgets.button import Button
from ui.widgets.card import row
from ui.widgets.label import Label

MARGIN, SLIM, EDGE = 12, 32, 4


class TrainingBar(QWidget):
    """A stripe over the whole width."""

    ended = Signal()

    def __init__(self) -> None:
        """Make the stripe."""
        super().__init__()
        mark(self, ground="warn")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, on=True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._word, self._more = Label("h2", ink="on_warn", wraps=False), Label("body", ink="on_warn")
        self.end = Button(edge=GAP_L)
        self.end.clicked.connect(self.ended)
        layout = row(self)
        above = current().px(EDGE) if current().zoom == 1 else 0  # larger text has no room for it
        layout.setContentsMargins(current().px(MARGIN), above, current().px(MARGIN), above)
        layout.addWidget(self._word)
        layout.addWidget(self._more, 1)
        layout.addWidget(self.end)

    def draw(self, state: State, *, is_slim: bool) -> None:
        """Show it in training, and nothing otherwise; `is_slim` above an answer, which needs the room."""
        self.setMinimumHeight(current().px(SLIM if is_slim else TARGET_MIN))
        self._more.setVisible(not is_slim)
        self.end.setVisible(not is_slim)
        self._word.say(_("TRAINING"))
        self._more.say(texts_tour.said(state.tour, state.tour_code))
        self.end.say(_("End training"))
        self.setVisible(state.shop.is_training)

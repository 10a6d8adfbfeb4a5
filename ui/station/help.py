"""What the keys do, for whoever presses F1."""

from PySide6.QtWidgets import QGridLayout, QWidget

from ui.i18n import _
from ui.keys import BRIEFINGS_KEY, key_map, label
from ui.models.help import HelpView, ToBriefings, ToSettings
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.tokens import PRIMARY_HEIGHT
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, clear, column, row
from ui.widgets.label import Label
from ui.widgets.offer import KeyCap
from ui.widgets.room import Scroll

COLUMNS = 2
KEY_WIDTH = 104


class HelpPage(Page):
    """A table of keys in two columns, read downwards."""

    def __init__(self) -> None:
        """Build the page in the language of now."""
        super().__init__()
        self._title = Label("h1")
        inside = QWidget()
        self._table = QGridLayout(inside)
        self._table.setContentsMargins(0, 0, 0, 0)
        self._table.setSpacing(current().px(8))
        self._table.setColumnStretch(1, 1)
        self._table.setColumnStretch(3, 1)
        self._shown: object = None
        self._back = primary("Enter")
        self._back.clicked.connect(self.enter)
        card = Card(margin=24)
        card.body.addWidget(self._title)
        card.body.addSpacing(4)
        self._rows = Scroll(inside)
        card.body.addWidget(self._rows)
        self._settings = Button(key="F1", height=PRIMARY_HEIGHT)
        self._settings.clicked.connect(lambda: self.asked.emit(ToSettings()))
        self._briefings = Button(key=label(BRIEFINGS_KEY), height=PRIMARY_HEIGHT)
        self._briefings.clicked.connect(lambda: self.asked.emit(ToBriefings()))
        card.body.addStretch(1)
        buttons = row(gap=12)
        buttons.addWidget(self._back, 2)
        buttons.addWidget(self._briefings, 1)
        buttons.addWidget(self._settings, 1)
        card.body.addLayout(buttons)
        column(self).addWidget(card)

    def draw(self, state: State) -> None:
        """Say what the keys do; they are the same as long as the page is up."""
        self._title.say(_("What the keys do"))
        self._back.say(_("Back"))
        self._briefings.say(_("What is on"))
        self._settings.say(_("Settings"))
        self._settings.setVisible(isinstance(state.flow, HelpView) and state.flow.can_set)
        rows = key_map()
        if rows == self._shown:
            return
        self._shown = rows
        clear(self._table)
        half = -(-len(rows) // COLUMNS)
        for place, (key, does) in enumerate(rows):
            across, down = divmod(place, half)
            words = Label("body")
            words.say(does)
            self._table.addWidget(KeyCap(key, role="strong", width=KEY_WIDTH), down, 2 * across)
            self._table.addWidget(words, down, 2 * across + 1)
        self._rows.fit()

    def turn(self, direction: int) -> None:
        """Scroll the keys, where the text is large."""
        self._rows.turn(direction)

    def controls(self) -> list[QWidget]:
        """The way back, and on."""
        return [self._back, self._briefings, self._settings]

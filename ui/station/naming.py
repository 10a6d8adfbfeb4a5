"""First run: what the station is called at head office."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.i18n import _
from ui.models.opening import Named
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.tokens import PRIMARY_HEIGHT
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, centred, column, row
from ui.widgets.field import Field
from ui.widgets.label import Label

WIDTH = 640
NAME_MAX = 40


class NamingPage(Page):
    """One field, filled with what the computer calls itself."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        card = Card(gap=12, margin=24)
        card.setFixedWidth(current().px(WIDTH))
        self._title, self._how = Label("h1"), Label("body", ink="muted")
        self.field = Field()
        self.field.setMaxLength(NAME_MAX)
        self.field.entered.connect(self.enter)
        self._on, self._back = primary("Enter"), Button(key="Esc", height=PRIMARY_HEIGHT)
        self._on.clicked.connect(self.enter)
        self._back.clicked.connect(self.left)
        for part in (self._title, self._how, self.field):
            card.body.addWidget(part)
        buttons = row(gap=12)
        buttons.addWidget(self._on, 2)
        buttons.addWidget(self._back, 1)
        card.body.addLayout(buttons)
        outer = column(self)
        outer.addStretch(1)
        outer.addLayout(centred(card))
        outer.addStretch(1)
        self._proposed = ""

    def draw(self, state: State) -> None:
        """Propose a name, and show whether the pairing is under way."""
        self._title.say(_("What is this station called?"))
        self._how.say(_("Head office sees it under this name, for example “Till 2”."))
        self.field.setAccessibleName(_("Name of this station"))
        if state.name != self._proposed:
            self._proposed = state.name
            self.field.setText(state.name[:NAME_MAX])
        self._on.say(_("One moment …") if state.is_busy else _("Pair this station"))
        self._back.say(_("Back"))
        was_busy = not self.field.isEnabled()
        for part in (self._on, self._back, self.field):
            part.setEnabled(not state.is_busy)
        if was_busy and not state.is_busy:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)  # which it lost by being switched off

    def place_focus(self) -> None:
        """Type over the name at once."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def controls(self) -> list[QWidget]:
        """The field, then the buttons."""
        return [self.field, self._on, self._back]

    def enter(self) -> None:
        """Take the name."""
        if self._on.isEnabled():
            self.asked.emit(Named(self.field.text()))

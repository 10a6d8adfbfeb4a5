"""What is set on this station: a row of tiles for each setting. What is chosen holds at once."""

from PySide6.QtWidgets import QGridLayout, QWidget

from ui import texts_settings
from ui.i18n import _
from ui.models.settings import GUARDS, SHOWN, Go, Put, SettingsView
from ui.models.state import Screen, State
from ui.station.page import Page
from ui.theme import current
from ui.tokens import PRIMARY_HEIGHT
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, column, row
from ui.widgets.choices import Choices
from ui.widgets.label import Elided, Label
from ui.widgets.room import Scroll

TITLE_WIDTH = 220
COLUMNS = {"language": 5, "theme": 3, "text_size": 3, "sound": 3, "display": 3, "lock_after_s": 4, "names": 2}


class SettingsPage(Page):
    """Titles on the left, what can be chosen on the right; below, the pages of scanner and printer."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._title, self._device = Label("h1"), Elided("body", ink="muted")
        self._hint = Label("body", ink="muted")
        inside = QWidget()
        self._table = QGridLayout(inside)
        self._table.setContentsMargins(0, 0, 0, 0)
        self._table.setSpacing(current().px(8))
        self._table.setColumnMinimumWidth(0, current().px(TITLE_WIDTH))
        self._table.setColumnStretch(1, 1)
        self._titles = {name: Label("strong") for name in SHOWN}
        self.choices = {name: Choices(COLUMNS[name]) for name in SHOWN}
        for down, name in enumerate(SHOWN):
            self._table.addWidget(self._titles[name], down, 0)
            self._table.addWidget(self.choices[name], down, 1)
            self.choices[name].chosen.connect(lambda value, name=name: self.asked.emit(Put(name, value)))
        self._rows = Scroll(inside)
        self._back = primary("Enter")
        self._scanner, self._printer = Button(height=PRIMARY_HEIGHT), Button(height=PRIMARY_HEIGHT)
        self._back.clicked.connect(self.enter)
        self._scanner.clicked.connect(lambda: self.asked.emit(Go(Screen.SCANNER)))
        self._printer.clicked.connect(lambda: self.asked.emit(Go(Screen.PRINTER)))
        card = Card(gap=8, margin=16)
        for part in (self._title, self._device, self._rows, self._hint):
            card.body.addWidget(part)
        card.body.addStretch(1)
        buttons = row(gap=12)
        for button in (self._back, self._scanner, self._printer):
            buttons.addWidget(button, 1)
        card.body.addLayout(buttons)
        column(self).addWidget(card)

    def draw(self, state: State) -> None:
        """Show what is set."""
        view = state.flow
        if not isinstance(view, SettingsView):
            return  # it is being left
        self._title.say(_("Settings"))
        self._device.say(texts_settings.device(state.shop.name, view.device))
        self._back.say(_("Back"))
        self._scanner.say(_("Scanner and camera"))
        self._printer.say(_("Receipt printer"))
        self._hint.say(texts_settings.guarded(view.may_guard))
        self._hint.setVisible(bool(self._hint.whole))
        is_new = False
        for name in SHOWN:
            title, value = texts_settings.title(name), view.value(name)
            self._titles[name].say(title)
            can_choose = name not in GUARDS or view.may_guard is True
            choices = texts_settings.choices(name, value)
            is_new |= self.choices[name].draw(title, choices, value, can_choose=can_choose)
        if is_new:
            self._table.invalidate()
            self._rows.fit()

    def turn(self, direction: int) -> None:
        """Scroll the rows, where the text is large."""
        self._rows.turn(direction)

    def controls(self) -> list[QWidget]:
        """The settings, then the buttons."""
        tiles = [tile for choices in self.choices.values() for tile in choices.controls()]
        return [*tiles, self._back, self._scanner, self._printer]

"""The rail: a button for each section of the manager's pages, with the digit that does the same."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import texts_sections
from ui.i18n import _
from ui.widgets.button import Button
from ui.widgets.card import Card, column
from ui.widgets.room import Scroll
from ui.widgets.tile import PLAIN, PRIMARY

MARGIN = 8


class Rail(Card):
    """Made anew only when there are other sections."""

    chosen = Signal(str)

    def __init__(self) -> None:
        """Begin with no section."""
        super().__init__(gap=MARGIN, margin=MARGIN)
        self.buttons: dict[str, Button] = {}
        self.back = Button(key="Esc")
        inside = QWidget()
        self._list = column(inside, gap=MARGIN)
        self._scroll = Scroll(inside)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(self.back)

    def draw(self, names: tuple[str, ...], name: str) -> None:
        """Show the sections, and which of them is up."""
        if names != tuple(self.buttons):
            self._fill(names)
        for each, button in self.buttons.items():
            button.set_look(PRIMARY if each == name else PLAIN)
            word = texts_sections.title(each)
            button.say(word)
            if each == name:
                button.setAccessibleName(_("{name}, chosen").format(name=word))
        self.back.say(_("Back"))

    def set_open(self, *, is_open: bool) -> None:
        """Let nothing be chosen while the pages are shut."""
        for button in self.buttons.values():
            button.setEnabled(is_open)

    def _fill(self, names: tuple[str, ...]) -> None:
        for button in self.buttons.values():
            self._list.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for place, name in enumerate(names, start=1):
            button = Button(key=str(place), role="body")
            button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._list.addWidget(button)
            self.buttons[name] = button
        self._scroll.fit()

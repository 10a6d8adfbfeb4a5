"""Buttons with a word and the key that does the same."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QSizePolicy

from ui.theme import current
from ui.tokens import PRIMARY_HEIGHT, TARGET_MIN
from ui.widgets.card import row
from ui.widgets.label import CENTER, Label
from ui.widgets.tile import PLAIN, PRIMARY, Look, Tile


class Button(Tile):
    """A word, and the key beside it in smaller letters."""

    def __init__(
        self, *, key: str = "", look: Look = PLAIN, role: str = "button", height: int = TARGET_MIN
    ) -> None:
        """Make a button of at least `height` pixels."""
        super().__init__(look)
        self._word = Label(role, align=CENTER)
        self._key = Label("key", align=CENTER, wraps=False)
        self._key.say(key)
        self._key.setVisible(bool(key))
        self.setMinimumHeight(current().px(height))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = row(self, gap=12, margin=8)
        layout.addStretch(1)
        layout.addWidget(self._word, 100)
        layout.addWidget(self._key)
        layout.addStretch(1)
        for label in (self._word, self._key):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ink()

    def say(self, word: str) -> None:
        """Show a word; the accessible name tells the key too."""
        self._word.say(word)
        self.setText("")
        self.setAccessibleName(f"{word} ({self._key.text()})" if self._key.text() else word)

    def set_look(self, look: Look) -> None:
        """Paint it otherwise from now on."""
        super().set_look(look)
        self._ink()

    def changeEvent(self, event: QEvent) -> None:
        """Dim the word of a button that can't be pressed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._ink()

    def _ink(self) -> None:
        for label in (self._word, self._key):
            label.set_ink(self.look.ink)


def primary(key: str) -> Button:
    """Return the one button that Enter presses."""
    button = Button(key=key, look=PRIMARY, role="primary", height=PRIMARY_HEIGHT)
    button.setObjectName("primary")
    return button

"""A sentence that a cashier may say: below what was asked for, behind a sign, and perhaps a button that leads on."""

from PySide6.QtWidgets import QWidget

from ui.widgets.button import Button
from ui.widgets.card import column, row
from ui.widgets.label import Label
from ui.widgets.shapes import Sign, SignKind


class Prompt(QWidget):
    """One sentence; without one it isn't there. `button` has a key where there is one to be pressed."""

    def __init__(self, key: str = "") -> None:
        """Make an empty one."""
        super().__init__()
        self.button = Button(key=key)
        parts = column(self, gap=8)
        line = row(gap=10)
        line.addWidget(Sign(18, SignKind.ARROW, "muted"))
        self._sentence = Label("body")
        line.addWidget(self._sentence, 1)
        parts.addLayout(line)
        parts.addWidget(self.button)
        self.button.setVisible(bool(key))
        self.hide()

    def say(self, sentence: str, *, word: str = "") -> None:
        """Show a sentence, or go away for an empty one; `word` stands on the button."""
        self._sentence.say(sentence)
        self.button.say(word)
        self.setVisible(bool(sentence))

"""A sentence that a cashier may say: below what was asked for, in small type, with the key that leads on."""

from PySide6.QtWidgets import QWidget

from ui.widgets.card import row
from ui.widgets.label import Label
from ui.widgets.offer import KeyCap
from ui.widgets.shapes import Sign, SignKind

KEY_WIDTH = 44


class Prompt(QWidget):
    """One sentence behind a sign or a key; without a sentence it isn't there."""

    def __init__(self, key: str = "") -> None:
        """Make an empty one."""
        super().__init__()
        line = row(self, gap=10)
        line.addWidget(
            KeyCap(key, role="body", width=KEY_WIDTH) if key else Sign(18, SignKind.ARROW, "muted")
        )
        self._sentence = Label("body")
        line.addWidget(self._sentence, 1)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence, or go away for an empty one."""
        self._sentence.say(sentence)
        self.setVisible(bool(sentence))

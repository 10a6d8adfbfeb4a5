"""A pad for PINs: dots for what was typed, and keys for a finger. It never shows the digits, and forgets on request."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ui import texts
from ui.i18n import _, ngettext
from ui.theme import current
from ui.tokens import GAP_S
from ui.widgets.button import Button
from ui.widgets.card import column
from ui.widgets.label import CENTER, Figure

KEY_WIDTH, KEY_HEIGHT = 88, 72
DIGITS_MAX = 12
DOT = "●"


class PinPad(QWidget):
    """Holds what is typed until it is taken."""

    changed = Signal()

    ROWS = ("123", "456", "789", " 0<")

    def __init__(self) -> None:
        """Make an empty pad. Its keys never take the focus: the page has it, and types into the pad."""
        super().__init__()
        self._typed = ""
        self._dots = Figure("pay", align=CENTER)
        layout = column(self, gap=GAP_S)
        layout.addWidget(self._dots)
        grid = QGridLayout()
        grid.setSpacing(current().px(GAP_S))
        self.buttons = []
        for place, key in enumerate("".join(self.ROWS)):
            if key != " ":
                button = self._button(key)
                self.buttons.append(button)
                grid.addWidget(button, *divmod(place, len(self.ROWS[0])))
        layout.addLayout(grid)
        self._tell()

    @property
    def typed(self) -> str:
        """What was typed."""
        return self._typed

    def type(self, digit: str) -> None:
        """Type a digit."""
        if len(self._typed) < DIGITS_MAX:
            self._typed += digit
            self._tell()

    def backspace(self) -> None:
        """Take the last digit away."""
        self._typed = self._typed[:-1]
        self._tell()

    def forget(self) -> None:
        """Take all digits away."""
        self._typed = ""
        self._tell()

    def _tell(self) -> None:
        count = len(self._typed)
        self._dots.say(DOT * count or _("PIN"))
        self._dots.set_ink("text" if count else "muted")
        self._dots.setAccessibleName(ngettext("{count} digit", "{count} digits", count).format(count=count))
        self.changed.emit()

    def _button(self, key: str) -> Button:
        button = Button(role="h1", height=KEY_HEIGHT)
        button.setFixedSize(current().px(KEY_WIDTH), current().px(KEY_HEIGHT))
        button.setFocusPolicy(button.focusPolicy().NoFocus)
        button.say("⌫" if key == "<" else key)
        if key == "<":
            button.setAccessibleName(texts.delete_last())
            button.clicked.connect(self.backspace)
        else:
            button.clicked.connect(lambda: self.type(key))
        return button

"""Where people type: a field for codes, and one for an amount of money with its on-screen keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from ui import texts
from ui.theme import current
from ui.tokens import GAP_S, TARGET_MIN
from ui.widgets.button import Button

TEXT_LENGTH_MAX = 512  # the longest code, SCAN §4
FIELD_HEIGHT = 56


class Field(QLineEdit):
    """A line of text. Enter gives it away; a pasted picture is left to the window."""

    entered = Signal(str)

    def __init__(self, role: str = "body") -> None:
        """Make an empty field."""
        super().__init__()
        self.setMaxLength(TEXT_LENGTH_MAX)
        self.setFont(current().font(role))
        self.setFixedHeight(current().px(FIELD_HEIGHT))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give away what was typed on Enter; keep every other key of typing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.entered.emit(self.text().strip())
        elif (
            event.matches(QKeySequence.StandardKey.Paste)
            and QGuiApplication.clipboard().mimeData().hasImage()
        ):
            event.ignore()
        else:
            super().keyPressEvent(event)


class AmountField(Field):
    """An amount of money. It keeps whatever is typed: what isn't an amount is told, never cut off or left out."""

    def __init__(self) -> None:
        """Make an empty field."""
        super().__init__("number")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFixedHeight(current().px(64))
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the key Delete to the window where there is nothing to delete."""
        if event.key() == Qt.Key.Key_Delete and not self.text():
            event.ignore()
        else:
            super().keyPressEvent(event)


class Keypad(QWidget):
    """Keys for a finger. They never take the focus, so that the field they type into keeps it."""

    ROWS = (("7", "8", "9"), ("4", "5", "6"), ("1", "2", "3"), (".", "0", "<"))
    MONEY = (*ROWS[:3], ("0", "00", "."), ("<",))  # with a key for round amounts

    def __init__(
        self, field: AmountField, rows: tuple[tuple[str, ...], ...] = ROWS, *, height: int = TARGET_MIN
    ) -> None:
        """Make the keys of `field`; a row of one key is as wide as the others."""
        super().__init__()
        self._field = field
        self._height = height
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(current().px(GAP_S))
        self.buttons: list[Button] = []
        for down, keys in enumerate(rows):
            for across, key in enumerate(keys):
                self.buttons.append(self._button(key))
                grid.addWidget(self.buttons[-1], down, across, 1, len(rows[0]) if len(keys) == 1 else 1)

    def _button(self, key: str) -> Button:
        button = Button(role="h2", height=self._height)
        button.say("⌫" if key == "<" else key)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if key == "<":
            button.setAccessibleName(texts.delete_last())
            button.clicked.connect(self._field.backspace)
        else:
            button.clicked.connect(lambda: self._type(key))
        return button

    def _type(self, key: str) -> None:
        """Type as if by keyboard."""
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._field.insert(key)

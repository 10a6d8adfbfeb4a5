"""The action bar: what can be done without a scan, two or three buttons a row, each with its key."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.keys import action, bar_keys, label
from ui.theme import current
from ui.tokens import ACTION_HEIGHT, GAP_S
from ui.widgets.button import Button

EVEN = (2, 4)  # buttons that fill two columns


class ActionBar(QWidget):
    """A button for each key that does something; `pressed` tells which."""

    pressed = Signal(Qt.Key)

    def __init__(self) -> None:
        """Make the buttons."""
        super().__init__()
        self._keys = bar_keys()
        self.buttons = [self._button(key) for key in self._keys]
        across = 2 if len(self.buttons) in EVEN else 3
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(current().px(GAP_S))
        for place, button in enumerate(self.buttons):
            grid.addWidget(button, *divmod(place, across))
        for place in range(across):
            grid.setColumnStretch(place, 1)

    def draw(self) -> None:
        """Name the buttons in the language of now."""
        for key, button in zip(self._keys, self.buttons, strict=True):
            button.say(action(key))

    def _button(self, key: Qt.Key) -> Button:
        button = Button(key=label(key), height=ACTION_HEIGHT)
        button.clicked.connect(lambda: self.pressed.emit(key))
        return button

"""The action bar: what can be done without a scan, two or three buttons a row, each with its key.

The manager's button stands beside them, as high as both rows. It counts the exceptions that nobody has looked at.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ui import texts
from ui.keys import action, bar_keys, label
from ui.theme import current
from ui.tokens import ACTION_HEIGHT, GAP_S, PRIMARY_HEIGHT
from ui.widgets.button import Button
from ui.widgets.tile import PLAIN, Look

EVEN = (2, 4)  # buttons that fill two columns
BESIDE = Qt.Key.Key_F10
BESIDE_WIDTH = 168
WAITS = Look("warn_soft", "on_warn_soft", "warn_edge")  # something is to be looked at


class ActionBar(QWidget):
    """A button for each key that does something; `pressed` tells which."""

    pressed = Signal(Qt.Key)

    def __init__(self) -> None:
        """Make the buttons."""
        super().__init__()
        self._keys = bar_keys()
        self.buttons = [self._button(key) for key in self._keys]
        within = [button for key, button in zip(self._keys, self.buttons, strict=True) if key is not BESIDE]
        across = 2 if len(within) in EVEN else 3
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(current().px(GAP_S))
        for place, button in enumerate(within):
            grid.addWidget(button, *divmod(place, across))
        if BESIDE in self._keys:
            beside = self.buttons[self._keys.index(BESIDE)]
            beside.setFixedWidth(current().px(BESIDE_WIDTH))
            grid.addWidget(beside, 0, across, -1, 1)
        for place in range(across):
            grid.setColumnStretch(place, 1)

    def draw(self, unseen: int = 0) -> None:
        """Name the buttons in the language of now; so many exceptions are `unseen`."""
        for key, button in zip(self._keys, self.buttons, strict=True):
            is_waiting = key is BESIDE and unseen > 0
            button.set_look(WAITS if is_waiting else PLAIN)
            button.say(texts.with_unseen(action(key), unseen) if is_waiting else action(key))

    def _button(self, key: Qt.Key) -> Button:
        button = Button(key=label(key), height=PRIMARY_HEIGHT if key is BESIDE else ACTION_HEIGHT)
        button.clicked.connect(lambda: self.pressed.emit(key))
        return button

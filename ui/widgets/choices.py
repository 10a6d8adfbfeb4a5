"""A few things of which one is chosen: a tile for each, beside or below each other."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ui.i18n import _
from ui.models.setup import Choice
from ui.theme import current
from ui.tokens import GAP_S
from ui.widgets.button import Button
from ui.widgets.tile import PLAIN, PRIMARY


class Choices(QWidget):
    """Made anew only when there is something else to choose from."""

    chosen = Signal(str)

    def __init__(self, columns: int) -> None:
        """Begin with nothing, in so many columns."""
        super().__init__()
        self._columns = columns
        self._choices: tuple[Choice, ...] = ()
        self._value = ""
        self._buttons: list[Button] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(current().px(GAP_S))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        for place in range(columns):
            self._grid.setColumnStretch(place, 1)

    def draw(self, title: str, choices: tuple[Choice, ...], value: str, *, can_choose: bool = True) -> bool:
        """Show what there is and what is chosen; `title` is read out before each. True when it was made anew.

        Where nobody `can_choose`, what is chosen can still be seen.
        """
        is_new = choices != self._choices
        if is_new:
            self._choices = choices
            self._fill()
        self._value = value
        for choice, button in zip(choices, self._buttons, strict=True):
            is_chosen = choice.value == value
            button.set_look(PRIMARY if is_chosen else PLAIN)
            button.setEnabled(can_choose or is_chosen)
            button.say(choice.words)
            name = f"{title}: {choice.words}"
            button.setAccessibleName(_("{name}, chosen").format(name=name) if is_chosen else name)
        return is_new

    def step(self, direction: int) -> None:
        """Choose the next one, or the one before."""
        values = [choice.value for choice in self._choices]
        if values:
            place = values.index(self._value) + direction if self._value in values else 0
            self.chosen.emit(values[place % len(values)])

    def controls(self) -> list[QWidget]:
        """Return the tiles in reading order."""
        return list(self._buttons)

    def _fill(self) -> None:
        for button in self._buttons:
            button.hide()
            button.setParent(None)
            button.deleteLater()
        self._buttons = []
        for place, choice in enumerate(self._choices):
            button = Button(role="body")
            button.clicked.connect(lambda _=False, value=choice.value: self.chosen.emit(value))
            self._grid.addWidget(button, *divmod(place, self._columns))
            button.show()  # at once: a layout counts nothing that is hidden
            self._buttons.append(button)
        self._grid.invalidate()
        self.updateGeometry()

"""Two pieces in one line, or the second below the first where the line is too short for both."""

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from ui.widgets.card import column


class Beside(QWidget):
    """The first piece takes the room that there is."""

    def __init__(self, first: QWidget, second: QWidget, *, fits: Callable[[int], bool]) -> None:
        """`fits` says whether both fit into a line of so many pixels."""
        super().__init__()
        self._fits = fits
        self._layout = column(self, gap=0)
        self._layout.addWidget(first, 1)
        self._layout.addWidget(second)

    def look(self) -> None:
        """Look again whether both fit; called when one of them says something else."""
        directions = QBoxLayout.Direction
        direction = directions.LeftToRight if self._fits(self.width()) else directions.TopToBottom
        if direction != self._layout.direction():
            self._layout.setDirection(direction)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look again: the line is longer or shorter."""
        super().resizeEvent(event)
        self.look()

"""What every slide of the customer display is: it draws a state, and is painted on a ground of its own."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.models.display import DisplayState
from ui.theme import current

MARGIN = 24


class SlidePage(QWidget):
    """A slide. `ground` is the token behind it."""

    ground = "bg"

    def draw(self, shown: DisplayState) -> None:
        """Show the state. Called at every change while this is the slide to be seen."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        QPainter(self).fillRect(self.rect(), current().color(self.ground))


class Band(SlidePage):
    """The head of a slide, in the brand's colour."""

    ground = "primary"

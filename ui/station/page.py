"""What every page is: it draws a state, asks the model through signals, and can say where the focus belongs."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from ui.models.state import State


class Page(QWidget):
    """A page. `entered` is the primary action, `left` goes back; pages with more to ask have further signals."""

    entered = Signal()
    left = Signal()  # what Esc does, by a button
    asked = Signal(object)  # by the page of a flow: one of that flow's intents

    def draw(self, state: State) -> None:
        """Show the state. Called at every change while this is the page to be seen."""
        raise NotImplementedError

    def set_frame(self, frame: QImage) -> None:
        """Take what the camera sees; most pages show none of it."""

    def place_focus(self) -> None:
        """Put the focus where typing should go; called when the page comes up.

        Here: to the page itself, whose keys come up to the window. With no focus at all Qt would give it to the first
        control as soon as the window is activated.
        """
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def controls(self) -> list[QWidget]:
        """Return what Tab goes through, in reading order."""
        return []

    def enter(self) -> None:
        """Do the primary action."""
        self.entered.emit()

    def turn(self, direction: int) -> None:
        """Turn a page down (1) or up (-1) where there is more than is to be seen."""

    def escape(self) -> bool:
        """Step back inside the page; False when there's nothing to step back from."""
        return False

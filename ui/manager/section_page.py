"""What the page of a section is: it draws the section's view, and asks by the section's intents."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ui.models.state import State


class SectionPage(QWidget):
    """A page inside the frame, which has the title, the rail and the way back."""

    asked = Signal(object)  # one of the section's own intents
    entered = Signal()  # the one primary thing, by a button

    def draw(self, view: object, state: State) -> None:
        """Show the section's view. Called at every change while this page is to be seen, and something was read."""
        raise NotImplementedError

    def place_focus(self) -> None:
        """Put the focus where keys should go when the page comes up; here to the page itself."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def controls(self) -> list[QWidget]:
        """Return what Tab goes through behind the rail, in reading order."""
        return []

    def turn(self, direction: int) -> None:
        """Turn a page down (1) or up (-1) where there is more than is to be seen."""

    def enter(self) -> bool:
        """Do what Enter means here and nowhere else; False leaves it to the section."""
        return False

    def escape(self) -> bool:
        """Step back inside the page; False when there's nothing to step back from."""
        return False

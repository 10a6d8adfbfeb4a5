"""The page of help: nothing to keep, nothing to ask."""

from ui.models.flow import Flow
from ui.models.state import Screen


class Help(Flow):
    """Shows what the keys do, and goes back to where it came up by Enter or Esc."""

    screen = Screen.HELP

    @property
    def view(self) -> object:
        """Nothing: what the keys do is the same at all times."""
        return None

    def enter(self) -> None:
        """Go back."""
        self.escape()

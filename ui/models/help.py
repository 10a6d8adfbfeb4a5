"""The page of help: what the keys do, and the way to the settings and to what is told of campaigns."""

from dataclasses import dataclass

from ui.models.flow import Flow
from ui.models.state import Screen


@dataclass(frozen=True, slots=True)
class HelpView:
    """What the page needs to know: whether anything can be set here."""

    can_set: bool = False


class ToSettings:
    """The settings are wanted."""


class ToBriefings:
    """What head office tells of campaigns is wanted."""


class Help(Flow):
    """Shows what the keys do, and goes back to where it came up by Enter or Esc."""

    screen = Screen.HELP

    @property
    def view(self) -> object:
        """See `HelpView`; what the keys do is the same at all times."""
        return HelpView(self.desk.equipment is not None)

    def take(self, intent: object) -> None:
        """Go on to the settings, or to what is told of campaigns."""
        if isinstance(intent, ToSettings):
            self.desk.open(Screen.SETTINGS)
        elif isinstance(intent, ToBriefings):
            self.desk.open(Screen.BRIEFINGS)

    def enter(self) -> None:
        """Go back."""
        self.escape()

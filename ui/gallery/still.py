"""A model that shows what it is given, does nothing, and keeps what it was asked."""

from collections.abc import Callable
from inspect import signature

from PySide6.QtCore import QObject, Signal

from ui.models.display import DisplayState
from ui.models.state import State
from ui.till.state import TillState
from ui.window import Model

NOT_KEPT = {"painted", "totals_shown"}  # every state is painted, and whoever asked for totals is the page


class StillModel(QObject):
    """It has every intent that the window knows, so that a new one needs no line here."""

    changed = Signal()

    def __init__(self, state: State) -> None:
        """Start with a state."""
        super().__init__()
        self.state = state
        self.asked: list[tuple[object, ...]] = []

    def show(self, state: State) -> None:
        """Show another state."""
        self.state = state
        self.changed.emit()

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Return an intent: it keeps its name and what it was given in order."""
        intent = getattr(Model, name, None)
        if name.startswith("_") or intent is None:
            raise AttributeError(name)

        def keep(*given: object, **named: object) -> None:
            bound = signature(intent).bind(self, *given, **named)
            bound.apply_defaults()
            if name not in NOT_KEPT:
                self.asked.append((name, *bound.args[1:]))

        return keep


class StillDisplay(QObject):
    """The same for the customer display."""

    changed = Signal()

    def __init__(self, state: DisplayState) -> None:
        """Start with a state."""
        super().__init__()
        self.state = state
        self.asked: list[tuple[object, ...]] = []

    def show(self, state: DisplayState) -> None:
        """Show another state."""
        self.state = state
        self.changed.emit()

    def pick(self, key: int) -> None:
        """Keep it."""
        self.asked.append(("pick", key))

    def say(self, key: str, *, is_yes: bool) -> None:
        """Keep it."""
        self.asked.append(("say", key, is_yes))


class StillTill(QObject):
    """The same for the till to try with."""

    changed = Signal()

    def __init__(self, state: TillState) -> None:
        """Start with a state."""
        super().__init__()
        self.state = state
        self.asked: list[tuple[object, ...]] = []

    def show(self, state: TillState) -> None:
        """Show another state."""
        self.state = state
        self.changed.emit()

    def add(self, key: int) -> None:
        """Keep it."""
        self.asked.append(("add", key))

    def more(self, units: int) -> None:
        """Keep it."""
        self.asked.append(("more", units))

    def enter(self) -> None:
        """Keep it."""
        self.asked.append(("enter",))

    def escape(self) -> None:
        """Keep it."""
        self.asked.append(("escape",))

    def undo_last(self) -> None:
        """Keep it."""
        self.asked.append(("undo_last",))

"""What the page of staff shows, and what it asks for."""

from dataclasses import dataclass
from enum import Enum

from app.core.pins import Role
from app.station.staff_changes import Colleague


class Panel(Enum):
    """What stands beside the list."""

    ABOUT = "about"
    PIN = "pin"  # a new PIN is typed
    AGAIN = "again"  # and once more
    BADGE = "badge"


@dataclass(frozen=True, slots=True)
class StaffView:
    """What the page shows. `by` is the manager who looks. `tries` counts: when it changes, what was typed is forgotten.

    `differs`: the two PINs that were typed were not the same.
    """

    people: tuple[Colleague, ...] = ()
    chosen: str = ""
    panel: Panel = Panel.ABOUT
    by: str = ""
    tries: int = 0
    differs: bool = False
    is_busy: bool = False

    @property
    def person(self) -> Colleague | None:
        """Who is chosen."""
        return next((each for each in self.people if each.staff_id == self.chosen), None)

    @property
    def place(self) -> int:
        """Where they stand in the list."""
        return next((place for place, each in enumerate(self.people) if each.staff_id == self.chosen), 0)

    @property
    def may_get_pin(self) -> bool:
        """Whether an emergency PIN could be given to who is chosen."""
        person = self.person
        return person is not None and person.role is Role.CASHIER and not person.is_suspended

    @property
    def may_be_suspended(self) -> bool:
        """Whether who is chosen could be suspended: nobody does that to themselves."""
        person = self.person
        return person is not None and not person.is_suspended and person.staff_id != self.by


@dataclass(frozen=True, slots=True)
class Choose:
    """Somebody of the list."""

    staff_id: str


@dataclass(frozen=True, slots=True)
class Open:
    """Something about who is chosen."""

    panel: Panel


class Suspend:
    """Who is chosen shall sign in no more."""


class PrintBadge:
    """The badge of who is chosen is wanted on paper."""

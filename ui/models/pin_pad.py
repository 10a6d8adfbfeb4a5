"""What the pages with a PIN have in common: who is chosen, the try that is under way, and what came of the last one.

The PIN itself stays on the page until it is handed over, and is kept nowhere.
"""

from dataclasses import dataclass, replace

from app.core.reasons import Reason, Refusal
from ui.models.people import Person, Staff

SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class PinView:
    """The people to choose from, who is chosen, and how the last try went.

    `staff` is None until it was read. `tries` counts: when it changes, what was typed is forgotten.
    """

    staff: Staff | None = None
    chosen: str = ""
    is_busy: bool = False
    tries: int = 0
    refusal: Refusal | None = None

    @property
    def people(self) -> tuple[Person, ...]:
        """Who can be chosen."""
        return self.staff.people if self.staff is not None else ()

    @property
    def waits_until_ms(self) -> int:
        """From when on a PIN of the one who is chosen is looked at again; 0 where none keeps them waiting."""
        person = self.staff.find(self.chosen) if self.staff is not None else None
        return person.waits_until_ms if person else 0

    def refused(self, refusal: Refusal, now_ms: int) -> "PinView":
        """Return what is shown after a try that came to nothing."""
        after = replace(self, is_busy=False, tries=self.tries + 1, refusal=refusal)
        if refusal.reason is not Reason.PIN_LOCKED or self.staff is None:
            return after
        until_ms = now_ms + int(refusal.numbers["seconds"]) * SECOND_MS
        people = tuple(
            replace(person, waits_until_ms=until_ms) if person.staff_id == self.chosen else person
            for person in self.staff.people
        )
        return replace(after, staff=replace(self.staff, people=people))


NO_TRY = PinView()


@dataclass(frozen=True, slots=True)
class Choose:
    """Somebody is chosen to type their PIN."""

    staff_id: str


@dataclass(frozen=True, slots=True)
class GivePin:
    """A PIN was typed, for whoever is chosen."""

    pin: str

    def __repr__(self) -> str:
        """Say nothing of the PIN."""
        return "GivePin(…)"

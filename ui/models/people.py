"""The people who can sign in or approve, as the pages show them; read on the store's thread."""

from dataclasses import dataclass

from app.core.pins import Role
from app.store.store import StationStore


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the store's staff. No PIN of theirs is looked at before `waits_until_ms` (UTC ms): the lockout."""

    staff_id: str
    name: str
    is_manager: bool = False
    waits_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works in the store, and whether it asks that somebody signs in before anything is redeemed."""

    people: tuple[Person, ...] = ()
    is_needed: bool = False

    def find(self, staff_id: str) -> Person | None:
        """Find somebody."""
        return next((person for person in self.people if person.staff_id == staff_id), None)


def read_staff(store: StationStore, now_ms: int) -> Staff:
    """Read everybody, by name. `now_ms` is what the window takes for now."""
    reading = store.time.reading()
    people = []
    for row in store.people.all():
        wait_ms = store.pin_tries.of(row).resumed(reading).remaining_ms(reading)
        is_manager = row.role == Role.MANAGER
        people.append(Person(row.staff_id, row.name, is_manager, now_ms + wait_ms if wait_ms else 0))
    return Staff(tuple(people), store.people.is_sign_in_needed())


def neighbour(people: tuple[Person, ...], chosen: str, step: int) -> str:
    """Return who is so many places further; from nobody on the first or the last."""
    if not people:
        return ""
    ids = [person.staff_id for person in people]
    place = ids.index(chosen) + step if chosen in ids else (0 if step > 0 else -1)
    return ids[place % len(ids)]

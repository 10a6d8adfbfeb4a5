"""Who works here: who is locked out or suspended, a new PIN typed twice, and a badge."""

from dataclasses import replace

from app.core.codes import badge
from app.core.pins import Role
from app.station.staff_changes import Colleague, NotChanged
from ui.gallery.samples import BASE, COUNTS, LONG_NAME, LONG_WORD, NOW_MS
from ui.gallery.today import SHOP, opened
from ui.i18n import _
from ui.models.manager.staff_view import Panel, StaffView
from ui.models.state import State

ID = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
HOUR_MS = 3_600_000


def person(place: int, name: str, role: Role = Role.CASHIER, **more: object) -> Colleague:
    """Return somebody of the list."""
    staff_id = f"{place:02}{ID[2:]}"
    found = Colleague(staff_id, name, role, badge(staff_id), seen_ms=NOW_MS - place * HOUR_MS)
    return replace(found, **more)  # type: ignore[arg-type]  # fields of Colleague


AYSE, BEN = person(1, "Ayşe Yılmaz"), person(2, "Ben Okoro", Role.MANAGER)
OUT = person(3, "김서연", is_suspended=True, seen_ms=0)
WAITS = person(4, "Олег Петров", waits_ms=240_000)
GIVEN = person(5, "Dewi", pin_given_ms=NOW_MS)
ALL = (AYSE, BEN, OUT, WAITS, GIVEN)


def staff(chosen: Colleague, people: tuple[Colleague, ...] = ALL, **more: object) -> State:
    """Return a state of the page with somebody chosen."""
    view = StaffView(people, chosen.staff_id, by=BEN.staff_id)
    return opened("staff", replace(view, **more))  # type: ignore[arg-type]  # fields of StaffView


def states() -> dict[str, State]:
    """Return every state of the page."""
    many = tuple(person(place, f"Cashier {place}") for place in range(COUNTS[-1]))
    long = tuple(person(place, f"{LONG_NAME} {LONG_WORD}", waits_ms=999_000_000) for place in range(9))
    training = replace(BASE, shop=replace(SHOP, is_training=True)).shop
    return {
        "staff": staff(AYSE),
        "staff-none": opened("staff", StaffView()),
        "staff-manager": staff(BEN),
        "staff-suspended": staff(OUT),
        "staff-locked-out": staff(WAITS),
        "staff-given": staff(GIVEN),
        "staff-refused": replace(staff(AYSE), notice=_(NotChanged.OBVIOUS.sentence)),
        "staff-busy": staff(AYSE, is_busy=True),
        "staff-pin": staff(AYSE, panel=Panel.PIN),
        "staff-pin-again": staff(AYSE, panel=Panel.AGAIN),
        "staff-pin-differs": staff(AYSE, panel=Panel.PIN, differs=True),
        "staff-badge": staff(AYSE, panel=Panel.BADGE),
        "staff-many": staff(many[3], many),
        "staff-long": staff(long[0], long),
        "staff-long-pin": staff(long[0], long, panel=Panel.AGAIN),
        "staff-long-badge": staff(long[0], long, panel=Panel.BADGE),
        "staff-training": replace(staff(AYSE), shop=training),
    }

"""Signing in and the lock: nobody yet, one, many, locked, and all that can be wrong with a PIN."""

from dataclasses import replace

from app.core.lockout import SECOND_MS
from app.core.reasons import Reason, Refusal
from ui.gallery.samples import BASE, LONG_NAME, NOW_MS, OFFLINE, STALE
from ui.i18n import _
from ui.models.people import Person, Staff
from ui.models.pin_pad import PinView
from ui.models.signing_in import SignInView
from ui.models.state import Screen, State

BEN, MIA = Person("1", "Ben"), Person("2", "Mia Sørensen", is_manager=True)
FEW = Staff((BEN, MIA, Person("3", "김서연"), Person("4", "Олександра")))
MANY = Staff(tuple(Person(str(place), f"{LONG_NAME[:30]} {place}") for place in range(1, 31)), is_needed=True)


def sign_in(pin: PinView, *, locked: str = "", can_train: bool = True, **more: object) -> State:
    """Return a state of the page."""
    state = replace(BASE, screen=Screen.SIGN_IN, flow=SignInView(pin, locked, can_train), cashier=locked)
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state of the page."""
    few = PinView(FEW, chosen="1")
    waits = replace(FEW, people=(replace(BEN, waits_until_ms=NOW_MS + 47 * SECOND_MS), *FEW.people[1:]))
    wrong = replace(few, tries=1, refusal=Refusal(Reason.PIN_WRONG, {"left": 3}))
    return {
        "sign-in": sign_in(few),
        "sign-in-needed": sign_in(PinView(replace(FEW, is_needed=True))),
        "sign-in-nobody": sign_in(PinView(Staff()), can_train=True),
        "sign-in-reading": sign_in(PinView()),
        "sign-in-one": sign_in(PinView(Staff((BEN,)), chosen="1"), can_train=False),
        "sign-in-many": sign_in(PinView(MANY, chosen="7"), pill=STALE),
        "sign-in-busy": sign_in(replace(few, is_busy=True)),
        "sign-in-wrong": sign_in(wrong),
        "sign-in-wait": sign_in(PinView(waits, chosen="1")),
        "sign-in-unchecked": sign_in(replace(few, refusal=Refusal(Reason.PIN_UNCHECKED)), pill=OFFLINE),
        "locked": sign_in(few, locked="Ben"),
        "locked-scan-kept": sign_in(
            few, locked="Ben", notice=_("Sign in first. This scan is kept for half a minute.")
        ),
        "locked-long": sign_in(PinView(MANY, chosen="3"), locked=LONG_NAME, pill=OFFLINE),
    }

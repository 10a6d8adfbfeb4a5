"""What is said while a station is set up."""

from typing import TYPE_CHECKING

from ui.i18n import _
from ui.models.state import Screen, State

if TYPE_CHECKING:
    from ui.models.setup import SetUp

STEPS = (Screen.WELCOME, Screen.PAIRING, Screen.NAMING, Screen.SCANNER, Screen.PRINTER)


def step(state: State) -> str:
    """Return how far the first set-up is; nothing where these pages come up later."""
    is_first_run = state.flow is None or getattr(state.flow, "is_first_run", False)
    if state.screen not in STEPS or not is_first_run:
        return ""
    return _("Step {step} of {steps}").format(step=STEPS.index(state.screen) + 1, steps=len(STEPS))


def percent(share: int) -> str:
    """Return how much of something is there."""
    return _("{share} %").format(share=share)


def camera(set_up: "SetUp", word: str) -> str:
    """Return what a camera sees, or why it sees nothing."""
    if set_up.seen:
        return _("It reads {text}").format(text=set_up.seen)
    return {
        "on": _("Hold a code in front of the camera."),
        "missing": _("No camera was found. It may be unplugged."),
        "busy": _("Another program uses this camera."),
        "forbidden": _("This computer does not let us use its camera."),
    }.get(word, "")


def tries(set_up: "SetUp") -> str:
    """Return how many of the scans have come."""
    if set_up.is_well:
        return _("Done")
    return _("{count} of {needed}").format(count=set_up.tries, needed=set_up.tries_needed)


def speed(set_up: "SetUp") -> str:
    """Return how fast a scanner types."""
    if set_up.ms_a_key is None:
        return ""
    return _("{ms} ms from key to key").format(ms=round(set_up.ms_a_key))

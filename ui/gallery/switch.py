"""The question whether another member takes over."""

from dataclasses import replace

from ui.gallery.member import TEN_PERCENT, member, order
from ui.gallery.samples import AYSE, LONG_NAME, NEWCOMER, OFFLINE, STALE
from ui.i18n import _
from ui.models.state import Screen, State


def states() -> dict[str, State]:
    """Return every state of the page."""
    begun = member(
        TEN_PERCENT, screen=Screen.SWITCH, newcomer=replace(AYSE, name="B. Ng"), at_till=order(2_360)
    )
    long = replace(AYSE, name=LONG_NAME)
    return {
        "switch": begun,
        "switch-no-order": replace(begun, order=order(0)),
        "switch-first-visits": replace(begun, member=NEWCOMER, newcomer=NEWCOMER, pill=OFFLINE),
        "switch-long": replace(
            begun, member=long, newcomer=long, order=order(999_999_999), pill=STALE,
            notice=_("Switch or stay first, then scan the voucher again."),
        ),
    }  # fmt: skip

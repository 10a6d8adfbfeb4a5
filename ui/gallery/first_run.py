"""The first run: pairing, and the first download."""

from dataclasses import replace

from ui.gallery.samples import BASE, NOW_MS
from ui.models.pairing import instead_of_pairing
from ui.models.state import Pill, Screen, State


def states() -> dict[str, State]:
    """Return every state of the page."""
    start = State(screen=Screen.PAIRING, now_ms=NOW_MS)
    return {
        "pairing": start,
        "pairing-camera": replace(start, camera="on"),
        "pairing-busy": replace(start, is_busy=True),
        "pairing-refused": replace(start, notice=instead_of_pairing("L2:A2F")),
        "preparing": replace(BASE, screen=Screen.PREPARING, pill=Pill()),
        "preparing-percent": replace(BASE, screen=Screen.PREPARING, percent_loaded=42),
        "preparing-rows": replace(BASE, screen=Screen.PREPARING, rows_loaded=142_000),
    }

"""The receipt printers that are plugged into this computer, by the name of their device.

Limit: only Linux gives a printer on USB a device of its own; elsewhere, and in the network, its place has to be typed.
"""

import contextlib
import re
from pathlib import Path
from typing import Final

KNOWN: Final = Path("/dev/usb")
DEVICE: Final = re.compile(r"lp\d+", re.ASCII)


def printers(folder: Path = KNOWN) -> tuple[str, ...]:
    """Return the printers' devices, sorted."""
    found: list[str] = []
    with contextlib.suppress(OSError):  # no such folder: none was ever plugged in, or another system
        found = [str(place) for place in folder.iterdir() if DEVICE.fullmatch(place.name)]
    return tuple(sorted(found))

"""The cameras of this computer, by number and by what their makers call them.

Limit: only Linux tells them without opening each, which would light its lamp; elsewhere the list is empty and a number
has to be tried. A camera often shows itself as two devices, of which the second gives no picture: it is left out.
"""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KNOWN: Final = Path("/sys/class/video4linux")
DEVICE: Final = re.compile(r"video(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class CameraName:
    """A camera: what to set, and what its maker says of it."""

    number: int
    words: str


def cameras(folder: Path = KNOWN) -> tuple[CameraName, ...]:
    """Return the cameras that this computer has now, by number."""
    found = []
    with contextlib.suppress(OSError):  # no such folder: no camera was ever plugged in, or another system
        for place in folder.iterdir():
            device = DEVICE.fullmatch(place.name)
            if device is not None and _line(place / "index") in ("", "0"):
                found.append(CameraName(int(device[1]), _line(place / "name")))
    return tuple(sorted(found, key=lambda camera: camera.number))


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # pulled out in between
        return ""

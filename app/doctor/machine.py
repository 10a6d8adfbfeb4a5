"""The computer: decoders, camera, scanner, window, fonts, clock and disk.

Whether a window can be opened only a program that opens one can tell, and where it can't Qt ends the whole program:
so that is asked of a process of its own, which also knows the fonts.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.clock import Clock
from app.doctor.finding import Finding, Level

YEAR_MIN, YEAR_MAX = (
    2026,
    2060,
)  # before the first release, or after any certificate: the clock's battery is dead
DISK_LOW = 1 << 30  # a year of a busy shop is about 200 MB, with its replica and a new snapshot beside it
DISK_FULL = 200 << 20
PROBE_WAIT_S = 30  # Qt's first start on a cold disk
CAMERA_OFF = "off"
DEVICES = "/dev/"  # a camera may be named by its device
PLUG_IN = (
    "To scan by camera plug one in; TILLSIDE_CAMERA names another number, or off. "
    "A hand scanner, a picture or the typed number do without."
)
NUMBER = "Set TILLSIDE_CAMERA to the number of a camera, or to off."
ALLOW = "Ask whoever looks after the computer to add this user to the group video, then log in again."
SET_FREE = (
    "Close what else uses the camera, such as a video call or a second station. If nothing does, plug it in "
    "again or try another number with TILLSIDE_CAMERA."
)
SCRIPTS = {"latin": "English, Indonesian and Turkish", "cyrillic": "Russian", "korean": "Korean"}


@dataclass(frozen=True, slots=True)
class Window:
    """What the process that opened a window told: Qt's platform, empty when none opened, and scripts with a font."""

    platform: str
    scripts: frozenset[str]


def look_for_window(environment: Mapping[str, str] = os.environ) -> Window:
    """Try to open a window; the fonts are asked for off screen where none opens."""
    found = _probe(environment)
    if found is not None:
        return found
    unseen = _probe({**environment, "QT_QPA_PLATFORM": "offscreen"})
    return Window("", unseen.scripts if unseen else frozenset())


def _probe(environment: Mapping[str, str]) -> Window | None:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ui.display_probe"],
            env=dict(environment), capture_output=True, text=True, check=True, timeout=PROBE_WAIT_S,
        )  # fmt: skip
        told = json.loads(done.stdout)
        return Window(told["platform"], frozenset(told["scripts"]))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return None


def check_window(window: Window) -> Finding:
    """Say whether a window can be opened."""
    if window.platform:
        return Finding("window", Level.OK, f"A window can be opened ({window.platform}).")
    return Finding(
        "window",
        Level.WARN,
        "No window can be opened here: there is no screen, or a system library is missing.",
        "Run this where the screen is. `./tillside station` as an administrator installs missing libraries.",
    )


def check_fonts(window: Window) -> Finding:
    """Say which of the station's languages can be written."""
    missing = [languages for script, languages in SCRIPTS.items() if script not in window.scripts]
    if not missing:
        return Finding("fonts", Level.OK, "All five languages can be written.")
    return Finding(
        "fonts",
        Level.WARN,
        f"There is no font for {' and '.join(missing)}.",
        "Install fonts: on Debian and Ubuntu the packages fonts-noto-core and fonts-nanum.",
    )


def check_decoders() -> Finding:
    """Look at what reads codes."""
    from scanner.decode import has_zbar  # noqa: PLC0415 loads numpy: only when asked for

    reader = f"zxing-cpp {version('zxing-cpp')}"
    if has_zbar():
        return Finding("decoders", Level.OK, f"{reader} and zbar.")
    return Finding(
        "decoders",
        Level.NOTE,
        f"{reader}. zbar is missing: some blurred retail codes are not read.",
        "On Debian and Ubuntu install the package libzbar0.",
    )


def check_camera(setting: str) -> Finding:
    """Look whether the camera gives a picture."""
    if setting == CAMERA_OFF:
        return Finding("camera", Level.NOTE, "Switched off in the settings.")
    from scanner.camera import Sight, device_of, look  # noqa: PLC0415 loads OpenCV: only when asked for

    match look(device_of(setting)):
        case Sight.SEES:
            return Finding("camera", Level.OK, f"Camera {setting} gives a picture.")
        case Sight.MISSING if not setting.isdecimal() and not setting.startswith(DEVICES):
            text = f"There is no file {setting} to stand in for a camera."
            return Finding("camera", Level.WARN, text, NUMBER)
        case Sight.MISSING:
            return Finding("camera", Level.NOTE, f"There is no camera {setting} on this computer.", PLUG_IN)
        case Sight.FORBIDDEN:
            text = f"Camera {setting} is there, but this user may not use it."
            return Finding("camera", Level.WARN, text, ALLOW)
        case Sight.SILENT if not setting.isdecimal():
            text = f"The file {setting}, which stands in for a camera, can't be read as a video."
            return Finding("camera", Level.WARN, text, NUMBER)
        case Sight.SILENT:
            text = (
                f"Camera {setting} is there, but gives no picture: most likely another program is using it."
            )
            return Finding("camera", Level.WARN, text, SET_FREE)


def check_scanner(port: str, baud: int) -> Finding:
    """Look whether a hand scanner on a serial line could be heard."""
    if not port:
        return Finding(
            "scanner", Level.NOTE, "None on a serial line. One that writes like a keyboard needs no setting."
        )
    from scanner.serial import look  # noqa: PLC0415 only when there is one

    match look(port, baud):
        case "on":
            return Finding("scanner", Level.OK, f"The port {port} can be opened at {baud} baud.")
        case "missing":
            text = f"There is no port {port} on this computer, or it can't do {baud} baud."
            remedy = "Plug the scanner in; TILLSIDE_SCANNER_PORT names another port, TILLSIDE_SCANNER_BAUD the speed."
            return Finding("scanner", Level.WARN, text, remedy)
        case "forbidden":
            text = f"The port {port} is there, but this user may not use it."
            return Finding(
                "scanner",
                Level.WARN,
                text,
                "On Linux put the user into the group dialout, then sign in anew.",
            )
        case "busy":
            text = f"Another program has the port {port}: most likely a station that runs."
            return Finding(
                "scanner", Level.NOTE, text, "If no station runs, close whatever else uses the scanner."
            )


def check_clock(clock: Clock, *, shop_zone: str | None) -> Finding:
    """Look at date and time zone."""
    now = datetime.fromtimestamp(clock.now_ms() / 1000, tz=UTC)
    if not YEAR_MIN <= now.year <= YEAR_MAX:
        return Finding(
            "clock",
            Level.BAD,
            f"This computer believes it is {now:%d %B %Y}.",
            "Set the clock. If it is wrong after every start, the computer's battery is empty.",
        )
    try:
        zone = ZoneInfo(shop_zone) if shop_zone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return Finding(
            "clock",
            Level.BAD,
            f"The shop's time zone {shop_zone} is not known here.",
            "Install Tillside anew: the time zones come with it.",
        )
    name = shop_zone or "UTC"
    return Finding("clock", Level.OK, f"{now.astimezone(zone):%d %B %Y, %H:%M} in {name}.")


def check_disk(folder: Path) -> Finding:
    """Look how much room is left where the records are, or will be."""
    standing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(standing).free
    room = f"{free / 1e9:,.1f} GB are free."
    if free >= DISK_LOW:
        return Finding("disk", Level.OK, room)
    level = Level.BAD if free < DISK_FULL else Level.WARN
    return Finding("disk", level, room, "Free some space: with a full disk nothing can be recorded.")

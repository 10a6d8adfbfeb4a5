"""Where the printer is, as a setting says it: `192.168.1.50`, `printer:9100`, `/dev/usb/lp0`, `LPT1`, or nothing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from app.printing.device import DevicePrinter
from app.printing.faults import PrinterAbsent
from app.printing.patience import USUAL, Patience
from app.printing.tcp import TcpPrinter

PORT: Final = 9100  # where printers listen
PORT_MAX: Final = 65_535
_AT_NET = re.compile(
    r"(?:tcp:/{0,2})?(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[\w.-]+))(?::(?P<port>\d{1,5}))?"
)
_ON_CABLE = re.compile(r"(?:LPT|COM)\d+", re.IGNORECASE)


class Printer(Protocol):
    """Whatever prints bytes."""

    def print(self, job: bytes, *, is_ending: Callable[[], bool]) -> None:
        """Print a job, and give up when `is_ending` says so. Raises a `PrinterFault`."""


class PlaceUnclear(ValueError):
    """A text that says no place of a printer."""


class Nowhere:
    """What stands in for a printer whose place is unclear: the station works, and says so when it is to print."""

    def print(self, job: bytes, *, is_ending: Callable[[], bool]) -> None:
        """Find no printer."""
        raise PrinterAbsent("the setting names no printer")


def read_place(place: str, *, patience: Patience = USUAL) -> Printer:
    """Return the printer at a place; nothing is opened yet. Raises `PlaceUnclear`."""
    if "/" in place.removeprefix("tcp://") or "\\" in place or _ON_CABLE.fullmatch(place):
        return DevicePrinter(Path(place), patience=patience)
    found = _AT_NET.fullmatch(place)
    port = int(found["port"] or PORT) if found else 0
    if not found or not 1 <= port <= PORT_MAX:
        raise PlaceUnclear(f"{place!r} is no printer: write 192.168.1.50, printer:9100 or /dev/usb/lp0")
    return TcpPrinter(found["six"] or found["host"], port, patience=patience)


def printer_at(place: str, *, patience: Patience = USUAL) -> Printer | None:
    """Return the printer that a setting names, None where it names none."""
    if not place:
        return None
    try:
        return read_place(place, patience=patience)
    except PlaceUnclear:
        return Nowhere()

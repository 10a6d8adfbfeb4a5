"""What every source of codes tells, whichever it is: a camera, a scanner on a cable, a picture."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Point: TypeAlias = tuple[int, int]
Corners: TypeAlias = tuple[Point, Point, Point, Point]


class Source(StrEnum):
    """Where a text came from."""

    CAMERA = "camera"
    WEDGE = "wedge"  # a scanner that writes like a keyboard
    SERIAL = "serial"
    PICTURE = "picture"  # a file, dropped or pasted


@dataclass(frozen=True, slots=True)
class Scanned:
    """One code that was read.

    `aim` is the symbology identifier (ISO/IEC 15424, "]Q1"), empty where the source said none; `corners` its place in
    the picture, in pixels, None where there is none; `time_ms` the monotonic clock's milliseconds when it was read;
    `format` the kind of symbol ("qr", "ean13"), empty where the source doesn't tell.
    """

    text: str
    source: Source
    aim: str = ""
    corners: Corners | None = None
    time_ms: int = 0
    format: str = ""

"""ESC/POS, as far as a receipt needs it: one picture in black dots, a cut, and questions about paper.

A receipt goes as a raster, since printers' own letters know neither Korean nor most of the others' accents. By Epson's
reference: `ESC @` (begin), `GS v 0` (raster), `ESC d` (feed), `GS V 66` (cut), `DLE EOT` (status at once), `GS r`
(status when all before it is printed). Nothing here opens a drawer: that is the till's business.
"""

from dataclasses import dataclass
from typing import Final

BEGIN: Final = b"\x1b@"
FEED: Final = b"\x1bd\x04"  # lines: past the tear bar of printers that don't cut
CUT: Final = b"\x1dVB\x00"
RASTER: Final = b"\x1dv0\x00"
BAND_ROWS: Final = 128  # a raster at once: what the smallest printers have room for
ASK_OFFLINE: Final = b"\x10\x04\x02"
ASK_PAPER: Final = b"\x10\x04\x04"
ASK_DONE: Final = b"\x1dr\x01"

_AT_ONCE_MASK, _AT_ONCE = 0x93, 0x12  # the bits by which an answer to `DLE EOT` is known
_IN_TURN_MASK, _IN_TURN = 0x90, 0x00  # to `GS r`
_COVER_OPEN, _STOPPED_BY_PAPER, _PAPER_ENDED = 0x04, 0x20, 0x60


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture in dots, a bit each, 1 is black; rows of whole bytes, the first row first."""

    width: int
    rows: bytes

    def __post_init__(self) -> None:
        """Hold what a printer would take as something else."""
        assert self.width % 8 == 0 and self.width > 0 and len(self.rows) % (self.width // 8) == 0

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.rows) * 8 // self.width


def job(picture: Raster) -> bytes:
    """Return the bytes that print a picture and cut it off."""
    width = picture.width // 8
    parts = [BEGIN]
    for start in range(0, len(picture.rows), width * BAND_ROWS):
        band = picture.rows[start : start + width * BAND_ROWS]
        size = width.to_bytes(2, "little") + (len(band) // width).to_bytes(2, "little")
        parts += [RASTER, size, band]
    return b"".join([*parts, FEED, CUT])


def is_answer(byte: int) -> bool:
    """Tell whether a byte answers a question asked at once."""
    return byte & _AT_ONCE_MASK == _AT_ONCE


def is_done(byte: int) -> bool:
    """Tell whether a byte says that all before the question was printed."""
    return byte & _IN_TURN_MASK == _IN_TURN


def is_cover_open(offline: int) -> bool:
    """Read the answer to `ASK_OFFLINE`."""
    return bool(offline & _COVER_OPEN)


def is_stopped_by_paper(offline: int) -> bool:
    """Read the answer to `ASK_OFFLINE`."""
    return bool(offline & _STOPPED_BY_PAPER)


def is_paper_out(paper: int) -> bool:
    """Read the answer to `ASK_PAPER`; a roll that is nearly at its end still prints."""
    return bool(paper & _PAPER_ENDED)

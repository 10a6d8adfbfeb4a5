"""Texts in the bytes of a serial line: where one ends and the next begins, and what is none.

A line has no records: bytes come in pieces cut anywhere. A text ends with what the scanner is set to send behind it;
where that is nothing, or isn't known, with a pause. Once an end was seen on this line a longer pause is needed,
so that a computer that stumbles does not cut a code in two.

Bytes are UTF-8, else Latin-1 where that gives nothing but signs that can be printed; the separators of GS1 and
ISO/IEC 15434 belong to the text. All else is noise, most likely a line at another speed, and told as that.
Limits: without an end, two codes with no pause between them are one; equal codes are the debounce's business.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from scanner.habits import Ending, Habits

PAUSE_S: Final = 0.1
"""Between two bytes of a code pass 8 ms at the slowest speed in use, and up to 16 ms in a USB adapter."""
PAUSES_WITHIN: Final = 10
"""Pauses that the rest of a text may be late where its end is known."""
BYTES_MAX: Final = 8_192
"""Kept of one text: the longest QR code holds 7,089 digits."""

ENDS: Final = {
    Ending.ANY: re.compile(rb"[\r\n\t]"),
    Ending.CR: re.compile(rb"\r"),
    Ending.LF: re.compile(rb"\n"),
    Ending.CRLF: re.compile(rb"\r\n"),
    Ending.TAB: re.compile(rb"\t"),
    Ending.NONE: None,
}
AROUND: Final = (
    b"\0\r\n\t"  # a line that is plugged in gives a zero byte; an end may be longer than it was set
)
KEPT: Final = frozenset("\x04\x1c\x1d\x1e\x1f\r\n\t")


@dataclass(frozen=True, slots=True)
class Frame:
    """One text, and the symbology that the scanner said in front of it ("]Q1"), empty when it said none."""

    text: str
    aim: str = ""


class Trouble(Enum):
    """Why bytes were thrown away."""

    NOISE = "noise"  # no text: the line's speed is another than was set, or a code of plain bytes
    TOO_LONG = "too_long"
    CUT_OFF = "cut_off"  # the end that was set did not come


Found: TypeAlias = Frame | Trouble


class Framer:
    """The bytes of one line from its opening on."""

    def __init__(self, habits: Habits) -> None:
        """Start with nothing read."""
        self._habits = habits
        self._end = ENDS[habits.ending]
        self._held = b""
        self._is_over = False  # more came than is kept of one text
        self._pauses = 0
        self._is_end_known = habits.ending not in (Ending.ANY, Ending.NONE)

    def feed(self, data: bytes) -> list[Found]:
        """Take the next bytes; return the texts that they end, in order."""
        self._pauses = 0
        *ended, rest = self._end.split(self._held + data) if self._end else [self._held + data]
        self._is_end_known |= any(piece.strip(AROUND) for piece in ended)
        found = [one for piece in ended if (one := self._settled(piece)) is not None]
        self._is_over |= len(rest) > BYTES_MAX
        self._held = rest[:BYTES_MAX]
        return found

    def pause(self) -> Found | None:
        """Nothing came for PAUSE_S: end what is held, if nothing more can be meant to come."""
        if not self._held:
            return None
        self._pauses += 1
        if self._pauses < (PAUSES_WITHIN if self._is_end_known else 1):
            return None
        held, self._held = self._held, b""
        if self._habits.ending in (Ending.ANY, Ending.NONE):
            self._is_end_known = False  # what looked like an end may have been a line within a code
            return self._settled(held)
        self._is_over = False
        return Trouble.CUT_OFF if held.strip(AROUND) else None

    def _settled(self, raw: bytes) -> Found | None:
        is_over, self._is_over = self._is_over or len(raw) > BYTES_MAX, False
        if is_over:
            return Trouble.TOO_LONG
        raw = raw.strip(AROUND)
        if not raw:
            return None
        text = _text(raw)
        aim, inner = self._habits.code_of(text)
        return Frame(inner, aim) if _is_text(inner) else Trouble.NOISE


def _text(raw: bytes) -> str:
    """UTF-8 is almost never valid by accident."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _is_text(text: str) -> bool:
    return all(char.isprintable() or char in KEPT for char in text)

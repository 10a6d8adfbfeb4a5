"""Symbols in the frames of a camera, told once each: which formats are looked for when, and what is believed.

QR codes are looked for in every frame (1 ms at 720p), retail codes in every third (5 ms). Every sixth frame that
shows nothing is looked at once more, each time prepared in another way (`scanner.still`), and every fifteenth by
zbar, but of these only a part: where something was read last, else the middle, where a code is held. A bar code is
believed after two equal reads, since about one in a hundred is misread with a valid check digit; no QR code was ever
seen misread. Where several different codes are in view the one in the middle of the picture is meant, and none if
nothing is there: a guess could serve the wrong member.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from scanner.debounce import Debounce
from scanner.decode import (
    ALL_FORMATS,
    Format,
    Grey,
    Symbol,
    corners_of,
    decode,
    middle_of,
    moved,
    read_by_zbar,
    read_by_zxing,
)
from scanner.still import LOOKS

QR_ONLY: Final = frozenset({Format.QR})
ALL_FORMATS_EVERY: Final = 3
PREPARED_EVERY: Final = 6
PREPARED_AT: Final = 1
"""Which of six frames is prepared: none of those that are looked at for all formats."""
ZBAR_EVERY: Final = 15
"""Twice a second at 30 frames, so that two reads come close enough: an empty 720p frame costs zbar some 20 ms."""
EQUAL_READS_WITHIN: Final = 30
"""Frames between two equal reads of a bar code, one second: later it is another look, which may be misread anew."""
REACH: Final = 0.15
"""How much a symbol's box is widened on each side before it has to hold the middle: about its quiet zone."""


class LiveReader:
    """What one camera has seen."""

    def __init__(self, debounce: Debounce) -> None:
        """Start with nothing seen; `debounce` may be shared with other readers."""
        self._debounce = debounce
        self._frames = 0
        self._prepared = 0
        self._read_at: dict[tuple[Format, str], int] = {}
        self._last_middle: tuple[float, float] | None = None

    def read(self, grey: Grey) -> tuple[Symbol, ...]:
        """Return the symbols of the next frame that are believed and were not told in the last two seconds."""
        self._frames += 1
        is_full = self._frames % ALL_FORMATS_EVERY == 0
        found = decode(grey, formats=ALL_FORMATS if is_full else QR_ONLY, with_zbar=False)
        if not found and self._frames % ZBAR_EVERY == 0:
            found = self._read_part(grey, 2, lambda part: read_by_zbar(part, ALL_FORMATS))
        elif not found and self._frames % PREPARED_EVERY == PREPARED_AT:
            found = self._read_prepared(grey)
        if found:
            self._last_middle = middle_of(found[0])
        height, width = grey.shape
        meant = aimed_at(found, middle=(width / 2, height / 2))
        return tuple(
            symbol for symbol in meant if self._is_believed(symbol) and self._debounce.is_new(symbol.text)
        )

    def _read_prepared(self, grey: Grey) -> tuple[Symbol, ...]:
        """Look at a part of the frame in the way whose turn it is, at a smaller one if it is enlarged."""
        look = LOOKS[self._prepared % len(LOOKS)]
        self._prepared += 1
        return self._read_part(
            grey,
            2 if look.scale >= 1 else 4,
            lambda part: moved(read_by_zxing(look.prepare(part), ALL_FORMATS), look.scale),
        )

    def _read_part(
        self, grey: Grey, share: int, read: Callable[[Grey], tuple[Symbol, ...]]
    ) -> tuple[Symbol, ...]:
        """Read a part of the frame, this share of its width and height, around what was read last."""
        height, width = grey.shape
        wide, high = width // share, height // share
        if not wide or not high:
            return ()
        x, y = self._last_middle or (width / 2, height / 2)
        left = round(min(max(x - wide / 2, 0), width - wide))
        top = round(min(max(y - high / 2, 0), height - high))
        return tuple(
            replace(symbol, corners=corners_of((x + left, y + top) for x, y in symbol.corners))
            for symbol in read(grey[top : top + high, left : left + wide])
        )

    def _is_believed(self, symbol: Symbol) -> bool:
        if symbol.format is Format.QR:
            return True
        key = (symbol.format, symbol.text)
        self._read_at = {
            other: frame
            for other, frame in self._read_at.items()
            if self._frames - frame <= EQUAL_READS_WITHIN
        }
        is_second = key in self._read_at
        self._read_at[key] = self._frames
        return is_second


def aimed_at(found: Sequence[Symbol], *, middle: tuple[float, float]) -> tuple[Symbol, ...]:
    """Return what is meant: all when they say the same, else the one that holds the middle of the picture."""
    if len({symbol.text for symbol in found}) <= 1:
        return tuple(found[:1])
    held = [symbol for symbol in found if _holds(symbol, middle)]
    return tuple(held[:1]) if len({symbol.text for symbol in held}) == 1 else ()


def _holds(symbol: Symbol, point: tuple[float, float]) -> bool:
    for place, at in enumerate(point):
        values = [corner[place] for corner in symbol.corners]
        reach = (max(values) - min(values)) * REACH
        if not min(values) - reach <= at <= max(values) + reach:
            return False
    return True

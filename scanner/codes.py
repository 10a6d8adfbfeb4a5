"""QR codes read by their grid, where a decoder finds none: from the finder patterns to a clean picture of the modules.

Three finders that belong together, or two and the place where the third would be, give a grid (`scanner.grid`); its
modules, with errors corrected (`scanner.repair`), are drawn anew and read. What is drawn is only read if the code's own
check words hold, so a grid that lies wrong gives nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scanner import grid
from scanner.decode import Format, Grey, Symbol, read_by_zxing
from scanner.finders import Finder, Three, dark_parts, finders, threes, twos
from scanner.opencv import cv2
from scanner.source import Corners

QR_ONLY: Final = frozenset({Format.QR})
FIT_MIN: Final = 0.45
FIT_SURE: Final = 0.75
READ_MAX: Final = 3
"""Grids that are read of those that fit, the best first; each costs up to a hundred milliseconds."""
THREES_MAX: Final = 8
"""Tried of one picture's; each costs some ten milliseconds."""
DOUBT_MAX: Final = 1.0
"""Of three finders that are worth a second look where something was read already."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A symbol and how it was read."""

    how: str
    symbol: Symbol


def read(grey: Grey, *, beside: Sequence[Corners] = ()) -> Iterator[Reading]:
    """Read the codes that lie outside of what is known."""
    known = list(beside)
    tried: set[tuple[int, ...]] = set()
    for dark in dark_parts(grey):
        found = [each for each in finders(dark) if not _is_known(each, known)]
        likely = _likely(grey, [each for each in threes(found)[:THREES_MAX] if _is_new(each, tried)])
        sure = [three for three, _, laid in likely if laid.fit > FIT_SURE]
        guessed = [each for each in twos(found) if _is_new(each, tried) and not _is_part(each, sure)]
        for three, flat, laid in (*likely[:READ_MAX], *_likely(grey, guessed)[:READ_MAX]):
            if any(_is_known(each, known) for each in three.members):
                continue
            for how, picture in grid.pictures(flat, laid):
                symbols = read_by_zxing(picture, QR_ONLY)
                if symbols:
                    known.append(laid.corners())
                    yield Reading(how, replace(symbols[0], corners=laid.corners()))
                    break


def _likely(grey: Grey, found: Iterable[Three]) -> list[tuple[Three, grid.Floats, grid.Laid]]:
    """Return what a grid fits, the best first, each with the picture that it was laid on."""
    likely = []
    for three in found:
        flat = grid.flattened(grey, three.module_px)
        laid = grid.lay(flat, three)
        if laid is not None and laid.fit >= FIT_MIN:
            likely.append((three, flat, laid))
    return sorted(likely, key=lambda each: -each[2].fit)


def _is_new(three: Three, tried: set[tuple[int, ...]]) -> bool:
    """Whether these three were not looked at before, within a few pixels."""
    key = tuple(round(place / 8) for each in three.members for place in (each.x, each.y))
    is_new = key not in tried
    tried.add(key)
    return is_new


def are_more(grey: Grey, known: Sequence[Corners]) -> bool:
    """Whether finders that may belong together lie outside of what is known."""
    found = [each for each in finders(next(dark_parts(grey))) if not _is_known(each, known)]
    return any(three.doubt < DOUBT_MAX for three in threes(found)[:1]) or any(True for _ in twos(found))


def _is_known(finder: Finder, known: Iterable[Corners]) -> bool:
    return any(
        cv2.pointPolygonTest(np.array(corners, dtype=np.float32), (finder.x, finder.y), measureDist=True)
        > -2 * finder.module_px
        for corners in known
    )


def _is_part(three: Three, sure: Iterable[Three]) -> bool:
    """Whether two of the three are finders of a code whose grid is known."""
    return any(len(set(three.members) & set(each.members)) >= 2 for each in sure)

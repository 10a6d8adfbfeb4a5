"""Symbols in a still picture: one step after the other until something is read and believed, the cheapest first.

The picture as it is, what is prepared of it (docs/scanning.md tells what each step adds), QR codes by their grid
(`scanner.codes`), bars by their likeness (`scanner.bars`). A QR code checks itself, and is believed at once.
Bars are misread with valid check digits, so what they say is believed when two readers agree (`scanner.votes`). Where a
QR code was read and more of them lie in the picture, the steps go on.

Limits: as `scanner.decode`; all steps but one look at three megapixels at most.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from scanner import codes
from scanner.bars import numbers
from scanner.decode import ALL_FORMATS, Format, Grey, Symbol, by_position, moved, read_by_zbar, read_by_zxing
from scanner.opencv import cv2
from scanner.regions import region_of, regions
from scanner.votes import Votes

PIXELS_MAX: Final = 3_000_000
"""What most steps look at. The first try of a larger picture is on a smaller copy, too, so that it comes soon."""
STRIP_MAX: Final = 16_000
"""The longest side of what most steps look at; OpenCV turns no picture that is longer than twice that."""
ZXING_SIDE_MAX: Final = 65_535
ENLARGED_PIXELS_MAX: Final = 1_500_000
SIDE_MIN: Final = 16
"""Smaller than the smallest code: 21 modules with a pixel each, of which a little may be cut off."""
QR_ONLY: Final = frozenset({Format.QR})


@dataclass(frozen=True, slots=True)
class Try:
    """What one step found that none before it had."""

    name: str
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A way to prepare a picture; one of its pixels stands for so many of the picture's."""

    name: str
    prepare: Callable[[Grey], Grey]
    scale: float = 1.0


def _even_contrast(grey: Grey) -> Grey:
    return np.asarray(cv2.createCLAHE(3, (8, 8)).apply(grey), dtype=np.uint8)


def _even_light(grey: Grey) -> Grey:
    """Every part as light and as rich in contrast as the others."""
    size = (41, 41)
    exact = grey.astype(np.float32)
    mean = cv2.blur(exact, size)
    spread = np.sqrt(np.maximum(cv2.blur(exact * exact, size) - mean * mean, 4))
    return np.clip(128 + 50 * (exact - mean) / spread, 0, 255).astype(np.uint8)


def _twice(grey: Grey) -> Grey:
    return np.asarray(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _twice_and_sharp(grey: Grey) -> Grey:
    return sharpened(_twice(grey))


def _half(grey: Grey) -> Grey:
    return np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def sharpened(grey: Grey) -> Grey:
    """What blur took from a picture whose modules are some five pixels wide, as far as it is still there."""
    soft = cv2.GaussianBlur(grey, (0, 0), 2.5)
    return np.asarray(cv2.addWeighted(grey, 3.5, soft, -2.5, 0), dtype=np.uint8)


LOOKS: Final = (
    Look("even contrast", _even_contrast),
    Look("twice as large", _twice, 0.5),
    Look("twice as large, sharpened", _twice_and_sharp, 0.5),
    Look("even light", _even_light),
    Look("half as large", _half, 2.0),
)


def tries(grey: Grey, *, formats: frozenset[Format] = ALL_FORMATS) -> Iterator[Try]:
    """Take the steps one by one, so that who waits can show the first and stop any time."""
    votes = Votes()
    for name, symbols, reader, is_sure in _steps(grey, formats, votes):
        votes.add(symbols, reader=reader, is_sure=is_sure)
        yield Try(name, by_position(votes.newly_believed()))


def read_still(grey: Grey, *, formats: frozenset[Format] = ALL_FORMATS) -> tuple[Symbol, ...]:
    """Return all that the steps find, sorted top to bottom, left to right."""
    return by_position(tuple(symbol for step in tries(grey, formats=formats) for symbol in step.symbols))


Step = tuple[str, Iterable[Symbol], str, bool]
"""What was seen in which step, by which reader, and whether that is sure by itself."""
ZXING, ZBAR, WEIGHING = "zxing", "zbar", "weighing"


def _steps(grey: Grey, formats: frozenset[Format], votes: Votes) -> Iterator[Step]:
    """Take step after step, going by what is believed meanwhile."""
    small, factor = _limited(grey)
    if factor > 1:
        yield "made smaller", moved(read_by_zxing(small, formats), factor), ZXING, False
    if max(grey.shape) <= ZXING_SIDE_MAX:
        yield "as it is", read_by_zxing(grey, formats), ZXING, False
    if votes.doubtful:
        yield "confirmed by zbar", moved(read_by_zbar(small, formats), factor), ZBAR, False
        yield from _weighed_again(small, factor, votes)
    if min(small.shape) < SIDE_MIN or (votes.believed and not _is_qr(votes.believed)):
        return
    if votes.believed:
        yield from _more(small, factor, votes)
        return
    if not votes.doubtful:
        yield "by zbar", moved(read_by_zbar(small, formats), factor), ZBAR, False
    for name, symbols, reader, is_sure in _closer(small, formats):
        known = len(votes.doubtful)
        yield name, moved(symbols, factor), reader, is_sure
        if reader == ZXING and len(votes.doubtful) > known:
            yield from _weighed_again(small, factor, votes)
        if votes.believed:
            break
    if votes.believed and _is_qr(votes.believed):
        yield from _more(small, factor, votes)


def _is_qr(symbols: Iterable[Symbol]) -> bool:
    return any(symbol.format is Format.QR for symbol in symbols)


def _limited(grey: Grey) -> tuple[Grey, float]:
    """Return the picture with at most PIXELS_MAX, and how many of the pixels that were one of its pixels is wide."""
    factor = max((grey.size / PIXELS_MAX) ** 0.5, max(grey.shape) / STRIP_MAX)
    if factor <= 1:
        return grey, 1.0
    down, across = (max(1 / factor, 1 / side) for side in grey.shape)  # of a thin strip a row remains
    small = cv2.resize(grey, None, fx=across, fy=down, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), factor


def _closer(grey: Grey, formats: frozenset[Format]) -> Iterator[Step]:
    for look in LOOKS:
        if look.scale >= 1 or grey.size <= ENLARGED_PIXELS_MAX:
            found = read_by_zxing(look.prepare(grey), formats)
            yield look.name, moved(found, look.scale), ZXING, False
    if Format.QR in formats:
        for reading in codes.read(grey):
            yield reading.how, (reading.symbol,), ZXING, False
    if formats - QR_ONLY:
        yield from _by_bars(grey, formats - QR_ONLY)


def _more(grey: Grey, factor: float, votes: Votes) -> Iterator[Step]:
    """Look for QR codes beside those that were read."""
    known = [symbol.corners for symbol in moved(votes.believed, 1 / factor)]
    if not codes.are_more(grey, known):
        return
    for look in LOOKS:
        if look.scale >= 1:
            found = read_by_zxing(look.prepare(grey), QR_ONLY)
            yield look.name, moved(found, look.scale * factor), ZXING, False
    known = [symbol.corners for symbol in moved(votes.believed, 1 / factor)]
    for reading in codes.read(grey, beside=known):
        yield reading.how, moved((reading.symbol,), factor), ZXING, False


def _weighed_again(grey: Grey, factor: float, votes: Votes) -> Iterator[Step]:
    """Weigh the digits where one reader alone read a number."""
    for symbol in moved(votes.doubtful, 1 / factor):
        if symbol.format in (Format.EAN13, Format.EAN8):
            region = region_of(symbol)
            for number in numbers(grey, region):
                found = moved((number.symbol(region),), factor)
                yield "confirmed by weighing", found, WEIGHING, number.is_sure


def _by_bars(grey: Grey, formats: frozenset[Format]) -> Iterator[Step]:
    found = regions(grey)
    for region in found:
        strip = region.picture(grey)
        for picture in (strip, sharpened(strip)):
            read = read_by_zxing(picture, formats)
            yield "bars, straightened", tuple(region.placed(symbol) for symbol in read), ZXING, False
    for region in found:
        for number in numbers(grey, region):
            if number.format in formats:
                yield "bars, weighed", (number.symbol(region),), WEIGHING, number.is_sure

"""Symbols in the frames of a camera, told once each: what is looked for when, and what is believed.

While something moves each frame gets a quick look: for QR codes (1 ms at 720p, in half size by turns) and bar codes
(0.6 ms: of their bars every third row is enough, or column, by turns). Where nothing has moved for a second, only every
fifth frame does. What reads harder codes costs up to 8 ms for a quarter of the frame: zbar, and zxing-cpp with what is
prepared in one of the ways of `scanner.still`. Each is tried once where the picture has just come to rest and is a new
one, else one now and then. A code that was told is followed where it is, and the rest of the picture looked at in every
fourth frame.

What is believed of bar codes, which are misread at times, is the business of `scanner.belief`. Where several different
codes are in view the one in the middle of the picture is meant, and none if nothing is there: a guess could serve the
wrong member.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from scanner import still
from scanner.attention import Attention
from scanner.belief import ZBAR, ZXING, Belief
from scanner.debounce import Debounce
from scanner.decode import ALL_FORMATS, Format, Grey, Symbol, glance, middle_of, read_by_zbar
from scanner.opencv import MatLike, cv2
from scanner.source import Corners

QR_ONLY: Final = frozenset({Format.QR})
BARS: Final = ALL_FORMATS - QR_ONLY
LINES: Final = 3
REST: Final = 30
"""Frames without a change after which the counter is taken to be at rest, a second."""
REST_EVERY: Final = 5
HARDER_EVERY: Final = 20
SETTLED_EVERY: Final = 3
"""The same for a picture that has just come to rest, until each of the harder looks had its turn."""
WHOLE_EVERY: Final = 4
REACH: Final = 0.15
"""How much a symbol's box is widened on each side before it has to hold the middle: about its quiet zone."""
FOLLOWED: Final = 0.5
"""The same for where a code is looked for that was there a frame ago."""

Look = Callable[[Grey], tuple[Symbol, ...]]
Place = tuple[float, float]


class LiveReader:
    """What one camera has seen."""

    def __init__(self, debounce: Debounce) -> None:
        """Start with nothing seen; `debounce` may be shared with other readers."""
        self._debounce = debounce
        self._attention = Attention()
        self._frames = 0
        self._quick = 0  # looks so far, of the quick and of the harder kind
        self._harder = 0
        self._harder_at = 0
        self._again: Look | None = None  # what read a bar code that wants a second read
        self._belief = Belief()
        self._followed: Symbol | None = None
        self._seen_at: Place | None = None  # where something was read last

    def read(self, frame: MatLike) -> tuple[Symbol, ...]:
        """Return the symbols of the next frame that are believed and were not told in the last two seconds.

        A frame is grey, or blue-green-red as OpenCV has it.
        """
        self._frames += 1
        at_rest = self._attention.still_for(frame)
        if at_rest > REST and self._frames % REST_EVERY:
            return ()
        if self._frames % WHOLE_EVERY and self._is_where_it_was(frame):
            return ()
        grey = grey_of(frame)
        self._followed = None
        for look in self._looks(at_rest):
            if found := look(grey):
                self._seen_at = middle_of(found[0])
                return self._told(found, look, grey, is_moving=not at_rest)
        return ()

    def _looks(self, at_rest: int) -> Iterator[Look]:
        """Yield what to try on this frame, one after the other, until something is found."""
        again, self._again = self._again, None
        if again is not None:
            yield again
        self._quick += 1
        yield QUICK[self._quick % len(QUICK)]
        if self._is_time_for_harder(at_rest):
            self._harder_at = self._frames
            self._harder += 1
            yield partial(HARDER[self._harder % len(HARDER)], middle=self._seen_at)

    def _is_time_for_harder(self, at_rest: int) -> bool:
        if self._frames - self._harder_at >= HARDER_EVERY:
            return True
        if (
            at_rest % SETTLED_EVERY
            or not 0 < at_rest <= SETTLED_EVERY * len(HARDER)
            or self._attention.is_known
        ):
            return False
        if at_rest == SETTLED_EVERY * len(HARDER):
            self._attention.know()
        return True

    def _told(
        self, found: Sequence[Symbol], look: Look, grey: Grey, *, is_moving: bool
    ) -> tuple[Symbol, ...]:
        for symbol in aimed_at(found, middle=(grey.shape[1] / 2, grey.shape[0] / 2)):
            reader = ZBAR if getattr(look, "func", None) is _by_zbar else ZXING
            if not self._belief.add(symbol, grey, frame=self._frames, is_moving=is_moving, reader=reader):
                self._again = look
            else:
                self._followed = symbol
                return (symbol,) if self._debounce.is_new(symbol.text) else ()
        return ()

    def _is_where_it_was(self, frame: MatLike) -> bool:
        """Whether the code that was told is still about where it was; counts as a sight of it."""
        if self._followed is None:
            return False
        left, top, right, bottom = (max(0, round(edge)) for edge in _box(self._followed, reach=FOLLOWED))
        part = grey_of(frame[top:bottom, left:right])
        for symbol in glance(part, frozenset({self._followed.format}), is_thorough=True):
            if symbol.text == self._followed.text:
                self._followed = _placed(symbol, left=left, top=top)
                self._debounce.is_new(symbol.text)
                return True
        return False


def grey_of(frame: MatLike) -> Grey:
    """Return a frame's brightness; of a grey one the frame itself."""
    return np.asarray(frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


# --- looks ------------------------------------------------------------------------------------------------------------


def _at_first_sight(grey: Grey) -> tuple[Symbol, ...]:
    return (*glance(grey, QR_ONLY), *_along_rows(grey))


def _in_half_size(grey: Grey) -> tuple[Symbol, ...]:
    """Look for QR codes at a third of the cost, which misses small ones but reads smeared ones; and along columns."""
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found = glance(half, QR_ONLY, is_thorough=True)
    return (*(_placed(symbol, across=2, down=2) for symbol in found), *_along_columns(grey))


def _thoroughly(grey: Grey) -> tuple[Symbol, ...]:
    return (*glance(grey, QR_ONLY, is_thorough=True), *_along_rows(grey))


def _along_rows(grey: Grey) -> tuple[Symbol, ...]:
    return tuple(_placed(symbol, down=LINES) for symbol in glance(grey[::LINES], BARS))


def _along_columns(grey: Grey) -> tuple[Symbol, ...]:
    found = glance(cv2.transpose(grey[:, ::LINES]), BARS)
    return tuple(_placed(_mirrored(symbol), across=LINES) for symbol in found)


def _by_zbar(grey: Grey, *, middle: Place | None) -> tuple[Symbol, ...]:
    part, left, top = _quarter(grey, middle)
    return tuple(_placed(symbol, left=left, top=top) for symbol in read_by_zbar(part, BARS))


def _prepared(look: still.Look, grey: Grey, *, middle: Place | None) -> tuple[Symbol, ...]:
    part, left, top = _quarter(grey, middle)
    found = glance(look.prepare(part), ALL_FORMATS, is_thorough=True)
    return tuple(_placed(symbol, across=look.scale, down=look.scale, left=left, top=top) for symbol in found)


def _quarter(grey: Grey, middle: Place | None) -> tuple[Grey, int, int]:
    """Return a quarter of the frame around `middle`, else in the frame's own, where a code is held; and where it is."""
    height, width = grey.shape
    x, y = middle or (width / 2, height / 2)
    left = round(min(max(x - width / 4, 0), width / 2))
    top = round(min(max(y - height / 4, 0), height / 2))
    return grey[top : top + (height + 1) // 2, left : left + (width + 1) // 2], left, top


QUICK: Final[tuple[Look, ...]] = (_at_first_sight, _in_half_size, _thoroughly, _in_half_size)
HARDER: Final[tuple[Callable[..., tuple[Symbol, ...]], ...]] = (
    *(partial(_prepared, look) for look in still.LOOKS),
    _by_zbar,
)


def _placed(symbol: Symbol, *, across: float = 1, down: float = 1, left: float = 0, top: float = 0) -> Symbol:
    """Return a symbol of a part of the frame, stretched, where it lies in the frame."""
    at = [(round(x * across + left), round(y * down + top)) for x, y in symbol.corners]
    return replace(symbol, corners=(at[0], at[1], at[2], at[3]))


def _mirrored(symbol: Symbol) -> Symbol:
    """Return a symbol of a picture whose rows were made columns."""
    (a, b), (c, d), (e, f), (g, h) = symbol.corners
    corners: Corners = (b, a), (d, c), (f, e), (h, g)
    return replace(symbol, corners=corners)


# --- aiming -----------------------------------------------------------------------------------------------------------


def aimed_at(found: Sequence[Symbol], *, middle: tuple[float, float]) -> tuple[Symbol, ...]:
    """Return what is meant: all when they say the same, else the one that holds the middle of the picture."""
    if len({symbol.text for symbol in found}) <= 1:
        return tuple(found[:1])
    held = [symbol for symbol in found if _holds(symbol, middle)]
    return tuple(held[:1]) if len({symbol.text for symbol in held}) == 1 else ()


def _holds(symbol: Symbol, point: tuple[float, float]) -> bool:
    left, top, right, bottom = _box(symbol, reach=REACH)
    return left <= point[0] <= right and top <= point[1] <= bottom


def _box(symbol: Symbol, *, reach: float) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a symbol's box, widened on each side by a part of its width and height."""
    xs, ys = zip(*symbol.corners, strict=True)
    across, down = (max(xs) - min(xs)) * reach, (max(ys) - min(ys)) * reach
    return min(xs) - across, min(ys) - down, max(xs) + across, max(ys) + down

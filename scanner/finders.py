"""Where QR codes lie: their finder patterns, and which three of them belong together.

A line through a finder pattern crosses dark, light, dark, light, dark as 1:1:3:1:1, however it is turned (ISO/IEC
18004, 7.3.2). Lines in both directions must agree on a middle. Three middles belong together where they could be the
corners of a tilted square whose modules are about as large as the patterns say. Of a code under glare or in a crease
often only two can be seen; the third is then put where it would be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scanner.decode import Grey
from scanner.opencv import cv2

FINDERS_MAX: Final = 24
MODULE_PX_MIN: Final = 0.9
LINES_A_MODULE: Final = 2.4
"""Lines that must see a pattern, for each pixel of its modules. Of a whole one three modules' rows and columns do."""
STRONG_LINES: Final = 3.6
"""So many for two finders to be taken for a code's without the third."""
PAIRS_MAX: Final = 3
LENGTHS: Final = (1.0, 0.8, 1.25)
"""Sides of a tilted code against each other, where they have to be guessed."""
SURROUNDINGS: Final = (6, 20)
"""Parts of the picture's side within which dark is told from light."""
SIDES_RATIO_MAX: Final = 3.0
COSINE_MAX: Final = 0.75
MODULES_APART: Final = (9, 190)
OPEN_GROUPS_MAX: Final = 40

RAYS_MIN: Final = 5
_ANGLES = np.arange(8) * np.pi / 4
RAYS: Final = (
    np.linspace(0, 5.6, 43)[None, :, None] * np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)[:, None]
)
"""Eight directions, along which a pattern ends after 3.5 to 5 modules."""

Dark = NDArray[np.uint8]
DARK, LIGHT, EDGE = 1, 0, 2


@dataclass(frozen=True, slots=True)
class Finder:
    """The middle of a pattern and how large its modules are, in pixels; `lines` is how many lines saw it."""

    x: float
    y: float
    module_px: float
    lines: int


@dataclass(frozen=True, slots=True)
class Three:
    """The finders of one code: at its corner, then along its upper side, then along its left side."""

    corner: Finder
    right: Finder
    below: Finder
    doubt: float

    @property
    def members(self) -> tuple[Finder, Finder, Finder]:
        """All three."""
        return self.corner, self.right, self.below

    @property
    def module_px(self) -> float:
        """How large their modules are, in pixels."""
        return sum(each.module_px for each in self.members) / 3


def dark_parts(grey: Grey) -> Iterator[Dark]:
    """Return what is dark beside its surroundings (1, else 0), for surroundings of two sizes."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    for part in SURROUNDINGS:
        side = max(15, min(grey.shape) // part) | 1
        yield (smooth < cv2.blur(smooth, (side, side)).astype(np.int16) - 3).astype(np.uint8)


def finders(dark: Dark) -> list[Finder]:
    """Return the finder patterns, those first that most lines see."""
    down = _crossings(np.ascontiguousarray(dark.T))[:, [1, 0, 2]]
    found = []
    for x, y, px, count in _groups(_crossings(dark)):
        reach = 1.5 * px + 1
        near = down[
            (np.abs(down[:, 0] - x) < reach)
            & (np.abs(down[:, 1] - y) < reach)
            & (down[:, 2] > 0.4 * px)
            & (down[:, 2] < 2.5 * px)
        ]
        lines = count + len(near)
        if len(near) and lines >= LINES_A_MODULE * px and _is_ringed(dark, x, y, px):
            middle = (near.mean(axis=0) + np.array([x, y, px])) / 2
            found.append(Finder(float(middle[0]), float(middle[1]), float(middle[2]), lines))
    return sorted(found, key=lambda each: -each.lines / (each.module_px + 1))[:FINDERS_MAX]


def _is_ringed(dark: Dark, x: float, y: float, px: float) -> bool:
    """Whether dark, light and dark are about as 3:2:2 from the middle, in most directions: print and bars fail."""
    columns = np.clip((x + RAYS[:, :, 0] * px).astype(int), 0, dark.shape[1] - 1)
    rows = np.clip((y + RAYS[:, :, 1] * px).astype(int), 0, dark.shape[0] - 1)
    is_dark = dark[rows, columns] == DARK
    ends = []
    since = np.zeros((len(RAYS), 1), dtype=int)
    steps = np.arange(is_dark.shape[1])
    for colour in (False, True, False):
        there = (is_dark == colour) & (steps > since)
        since = there.argmax(axis=1)[:, None]
        ends.append(np.where(there.any(axis=1), since[:, 0], 0))
    light, ring, beyond = ends
    is_right = is_dark[:, 0] & (light > 0) & (ring > 1.2 * light) & (ring < 2.4 * light)
    is_right &= (beyond > 1.7 * light) & (beyond < 3.5 * light)
    return int(is_right.sum()) >= RAYS_MIN


def _crossings(dark: Dark) -> NDArray[np.float64]:
    """Return x, y and pixels a module of each 1:1:3:1:1 along a row, (n, 3)."""
    width = dark.shape[1] + 1
    flat = np.pad(dark, ((0, 0), (0, 1)), constant_values=EDGE).ravel()
    starts = np.flatnonzero(np.diff(flat, prepend=np.uint8(9)))
    if starts.size < 5:
        return np.zeros((0, 3))
    lengths = np.diff(starts, append=flat.size).astype(np.float32)
    colours = flat[starts]
    last = lengths.size - 4
    runs = [lengths[i : last + i] for i in range(5)]
    px = np.sum(runs, axis=0) / np.float32(7)
    slack = px * 0.6 + 0.5
    is_finder = px >= MODULE_PX_MIN
    for place, (run, modules) in enumerate(zip(runs, (1, 1, 3, 1, 1), strict=True)):
        is_finder &= colours[place : last + place] == (LIGHT if place % 2 else DARK)
        is_finder &= np.abs(run - modules * px) < slack * (2 if modules == 3 else 1)
    at = np.flatnonzero(is_finder)
    middle = starts[at + 2] + lengths[at + 2] / 2
    return np.stack([middle % width, middle // width, px[at]], axis=1)


def _groups(points: NDArray[np.float64]) -> Iterator[tuple[float, float, float, int]]:
    """Return the middle, pixels a module and count of crossings that lie in rows one under the other."""
    growing: list[list[tuple[float, float, float]]] = []
    done: list[list[tuple[float, float, float]]] = []
    for x, y, px in points.tolist():
        for group in growing:
            last_x, last_y, last_px = group[-1]
            if 0 < y - last_y <= 2 and abs(x - last_x) <= max(2.0, 0.6 * px) and 0.6 < px / last_px < 1.6:
                group.append((x, y, px))
                break
        else:
            growing.append([(x, y, px)])
        if len(growing) > OPEN_GROUPS_MAX:
            done += [group for group in growing if y - group[-1][1] > 2]
            growing = [group for group in growing if y - group[-1][1] <= 2]
    for group in (*done, *growing):
        x, y, _ = np.mean(group, axis=0)
        px = float(np.median([each[2] for each in group]))
        if len(group) >= max(2, 0.8 * px):
            yield float(x), float(y), px, len(group)


def threes(found: list[Finder]) -> list[Three]:
    """Return finders that may belong together, the least doubtful first."""
    possible = [three for trio in combinations(found, 3) if (three := _three(*trio)) is not None]
    return sorted(possible, key=lambda three: three.doubt)


def _three(*trio: Finder) -> Three | None:
    sizes = [each.module_px for each in trio]
    if max(sizes) > 2.2 * min(sizes):
        return None
    points = np.array([[each.x, each.y] for each in trio])
    sides = [float(np.hypot(*(points[(at + 1) % 3] - points[(at + 2) % 3]))) for at in range(3)]
    at = int(np.argmax(sides))  # the corner lies opposite the longest side
    corner, one, other = (trio[(at + step) % 3] for step in range(3))
    u, v = points[(at + 1) % 3] - points[at], points[(at + 2) % 3] - points[at]
    short, long = sorted((sides[(at + 1) % 3], sides[(at + 2) % 3]))
    if short < 1:
        return None
    cosine, ratio = abs(float(u @ v)) / (short * long), long / short
    modules = (short + long) / 2 / (sum(sizes) / 3)
    if cosine > COSINE_MAX or ratio > SIDES_RATIO_MAX or not MODULES_APART[0] < modules < MODULES_APART[1]:
        return None
    unseen = sum(max(0.0, 1 - each.lines / (5 * each.module_px)) for each in trio)
    doubt = cosine + (ratio - 1) / 2 + (max(sizes) / min(sizes) - 1) + unseen
    return _ordered(corner, one, other, doubt)


def _ordered(corner: Finder, one: Finder, other: Finder, doubt: float) -> Three:
    """Tell the finder on the upper side from that on the left, seen from the corner; no code is taken for mirrored."""
    turn = (one.x - corner.x) * (other.y - corner.y) - (one.y - corner.y) * (other.x - corner.x)
    return Three(corner, one, other, doubt) if turn > 0 else Three(corner, other, one, doubt)


def twos(found: list[Finder]) -> Iterator[Three]:
    """Return what could be codes of which one finder can't be seen, with that finder where it would be."""
    strong = [each for each in found if each.lines >= STRONG_LINES * each.module_px][:8]
    pairs = []
    for one, other in combinations(strong, 2):
        small, large = sorted((one.module_px, other.module_px))
        far = float(np.hypot(one.x - other.x, one.y - other.y))
        if large < 1.6 * small and MODULES_APART[0] < far / large and far / small < MODULES_APART[1]:
            seen = min(one.lines / one.module_px, other.lines / other.module_px)
            pairs.append((seen - large / small, one, other))
    pairs.sort(key=lambda pair: -pair[0])
    for _, one, other in pairs[:PAIRS_MAX]:
        for side in (1, -1):
            for length in LENGTHS:
                yield from _squares(one, other, side * length)


def _squares(one: Finder, other: Finder, length: float) -> Iterator[Three]:
    """Return the codes of which these two lie on one side, or across; `length` tells where the others lie."""
    along = np.array([other.x - one.x, other.y - one.y])
    aside = np.array([-along[1], along[0]]) * length
    px = (one.module_px + other.module_px) / 2

    def beside(finder: Finder, move: NDArray[np.float64]) -> Finder:
        return Finder(float(finder.x + move[0]), float(finder.y + move[1]), px, 0)

    yield _ordered(one, other, beside(one, aside), doubt=1.0)
    yield _ordered(other, one, beside(other, aside), doubt=1.0)
    if abs(length) == 1:
        yield _ordered(beside(one, (along + aside) / 2), one, other, doubt=1.0)

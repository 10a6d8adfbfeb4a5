"""The modules of a QR code whose finder patterns are known: a grid laid over it so that it fits what every code has.

Finder, timing and alignment patterns are the same in every code of a version (ISO/IEC 18004, 6.3), so how well a grid
lies can be told without reading. It is laid through the three finders, its fourth corner is searched, then all corners
are moved little by little. Paper isn't flat: the parts of the grid may then each move to where modules show clearest.
Modules are sampled, sharpened against their neighbours, told apart by what is around them, and drawn anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from qrcode.util import BCH_type_number, pattern_position

from scanner.decode import Grey, corners_of
from scanner.finders import Finder, Three
from scanner.opencv import cv2
from scanner.repair import repaired
from scanner.source import Corners

Floats = NDArray[np.float32]
Points = NDArray[np.floating]
Bools = NDArray[np.bool_]

VERSION_MAX: Final = 40
VERSION_TOLD: Final = 7
"""From here on a code says its version itself."""
VERSIONS_TRIED: Final = 7
FIT_SURE: Final = 0.75
"""No grid of a wrong version lies as well as that."""
FIT_MOVED: Final = 0.35
"""A worse grid is not worth moving its corners."""
FOURTH: Final = 0.09 * np.arange(-3, 4)
"""Where the corner without a finder is looked for, in lengths of the sides: where tilt moves it to."""
QUIET_MODULES: Final = 4
DRAWN_PX: Final = 4
SHARPER: Final = 0.8
FINDER: Final = np.pad(np.pad(np.ones((3, 3)), 1, constant_values=-1), 1, constant_values=1)
NEIGHBOURS: Final = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=np.float32) / 4
AROUND: Final = np.array([(0, 0), (0.2, 0.2), (-0.2, 0.2), (0.2, -0.2), (-0.2, -0.2)], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Laid:
    """A grid: the homography that takes modules to pixels, and how well it fits, up to about 1."""

    version: int
    to_pixels: NDArray[np.float64]
    fit: float

    @property
    def size(self) -> int:
        """Modules of a side."""
        return 17 + 4 * self.version

    def corners(self) -> Corners:
        """Return the code's corners in pixels."""
        far = self.size
        points = np.array([[0, 0], [far, 0], [far, far], [0, far]], dtype=np.float32)
        return corners_of((float(x), float(y)) for x, y in _projected(self.to_pixels, points))


def flattened(grey: Grey, module_px: float) -> Floats:
    """Return a picture in which light is about 1 and dark about -1 everywhere, however unevenly lit."""
    exact = grey.astype(np.float32)
    side = int(module_px * 7) | 1
    mean = cv2.blur(exact, (side, side))
    spread = np.sqrt(np.maximum(cv2.blur(exact * exact, (side, side)) - mean * mean, 9))
    return np.clip((exact - mean) / spread, -1.5, 1.5).astype(np.float32)


def lay(flat: Floats, three: Three) -> Laid | None:
    """Return the grid of the version that fits best, None if none could be."""
    best: Laid | None = None
    for version in _versions(three):
        laid = _laid(flat, three, version)
        if best is None or laid.fit > best.fit:
            best = laid
        if best.fit > FIT_SURE:
            break
    return best


def pictures(flat: Floats, laid: Laid) -> Iterator[tuple[str, Grey]]:
    """Return clean pictures of the code and how they were made, the likeliest first."""
    for bend in (lambda: None, lambda: _bent(flat, laid)):
        light, sure = _told_apart(_sharpened(_sampled(flat, laid, bend())))
        yield "grid", _drawn(light)
        for doubts in (sure, np.where(_blank(light), 0, sure).astype(np.float32)):
            corrected = repaired(light, doubts)
            if corrected is not None:
                yield "grid, corrected", _drawn(corrected)
                break


# --- where the grid lies ---------------------------------------------------------------------------------------------


def _versions(three: Three) -> list[int]:
    """Versions that sides and modules speak for, the likeliest first."""
    modules = (_modules(three.corner, three.right) + _modules(three.corner, three.below)) / 2
    rough = (modules + 7 - 17) / 4
    near = {round(rough) + step for step in range(-2, 3)}
    near |= set(range(round(rough * 0.85) - 1, round(rough * 1.15) + 2))
    return sorted((each for each in near if 1 <= each <= VERSION_MAX), key=lambda each: abs(each - rough))[
        :VERSIONS_TRIED
    ]


def _modules(one: Finder, other: Finder) -> float:
    """How far two finders lie apart. Modules were measured along rows and columns, where a turned one is longer."""
    across, down = abs(one.x - other.x), abs(one.y - other.y)
    length = float(np.hypot(across, down))
    cosine = max(across, down) / max(length, 1e-6)
    return length / ((one.module_px + other.module_px) / 2 * cosine)


class _Fit:
    """Tells how well a grid of one version lies on a picture."""

    def __init__(self, flat: Floats, version: int) -> None:
        self._flat = flat
        self._points, self._values = _known(version)
        far = 17 + 4 * version - 3.5
        self._at = np.array([[3.5, 3.5], [far, 3.5], [3.5, far], [far, far]], dtype=np.float32)

    def of(self, corners: Points) -> tuple[float, NDArray[np.float64]]:
        """Return the fit and the homography of a grid by its three finders' middles and the fourth corner's."""
        matrix = np.asarray(
            cv2.getPerspectiveTransform(self._at, corners.astype(np.float32)), dtype=np.float64
        )
        seen = _values(self._flat, _projected(matrix, self._points))
        return float((seen * self._values).mean()), matrix


def _laid(flat: Floats, three: Three, version: int) -> Laid:
    fit = _Fit(flat, version)
    corner, right, below = (np.array([each.x, each.y]) for each in (three.corner, three.right, three.below))
    across, down = right - corner, below - corner
    tried = [
        np.array([corner, right, below, right + down + far * across + low * down])
        for far in FOURTH
        for low in FOURTH
    ]
    fits = [fit.of(corners) for corners in tried]
    at = max(range(len(fits)), key=lambda place: fits[place][0])
    value, matrix = fits[at]
    if value >= FIT_MOVED:
        module_px = float(np.hypot(*across) + np.hypot(*down)) / 2 / (10 + 4 * version)
        value, matrix = _moved(fit, tried[at], fits[at], module_px)
    return Laid(version, matrix, value)


def _moved(
    fit: _Fit, corners: Points, best: tuple[float, NDArray[np.float64]], module_px: float
) -> tuple[float, NDArray[np.float64]]:
    """Move corner by corner as long as it fits better."""
    for step in (1.0, 0.5, 0.25):
        for _ in range(4):
            before = best[0]
            for corner in (3, 0, 1, 2):
                for move in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                    tried = corners.copy()
                    tried[corner] += np.array(move) * step * module_px
                    found = fit.of(tried)
                    if found[0] > best[0] + 1e-4:
                        best, corners = found, tried
            if best[0] == before:
                break
    return best


@cache
def _known(version: int) -> tuple[Floats, Floats]:
    """Return middles (n, 2), as x, y in modules, of what every code of a version has, and 1 for light, -1 for dark."""
    size = 17 + 4 * version
    expected = np.zeros((size, size))
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        expected[max(0, top - 1) : top + 8, max(0, left - 1) : left + 8] = 1
        expected[top : top + 7, left : left + 7] = -FINDER
    for at in range(8, size - 8):
        expected[6, at] = expected[at, 6] = -1 if at % 2 == 0 else 1
    middles = pattern_position(version)
    for y in middles:
        for x in middles:
            if (x, y) not in ((6, 6), (6, size - 7), (size - 7, 6)):
                expected[y - 2 : y + 3, x - 2 : x + 3] = -1
                expected[y - 1 : y + 2, x - 1 : x + 2] = 1
                expected[y, x] = -1
    rows, columns = np.nonzero(expected)
    points = (np.stack([columns, rows], axis=1) + 0.5).astype(np.float32)
    return points, expected[rows, columns].astype(np.float32)


def _projected(matrix: NDArray[np.float64], points: Floats) -> Floats:
    found = points @ matrix[:, :2].T + matrix[:, 2]
    return (found[:, :2] / found[:, 2:3]).astype(np.float32)


def _values(flat: Floats, points: Floats) -> Floats:
    seen = cv2.remap(flat, points[None, :, 0] - 0.5, points[None, :, 1] - 0.5, cv2.INTER_LINEAR)
    return np.asarray(seen[0], dtype=np.float32)


# --- what its modules are --------------------------------------------------------------------------------------------


@cache
def _middles(size: int) -> Floats:
    ys, xs = np.mgrid[:size, :size].astype(np.float32) + 0.5
    return np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float32)


def _sampled(flat: Floats, laid: Laid, bend: Floats | None) -> Floats:
    """Return how light each module is, (size, size), from about -1 to 1."""
    points = _middles(laid.size)
    if bend is not None:
        points = points + _moves(bend, laid.size)
    seen = [_values(flat, _projected(laid.to_pixels, points + step)) for step in AROUND]
    return np.mean(seen, axis=0, dtype=np.float32).reshape(laid.size, laid.size)


def _moves(bend: Floats, size: int) -> Floats:
    return np.asarray(cv2.resize(bend, (size, size), interpolation=cv2.INTER_CUBIC), np.float32).reshape(
        -1, 2
    )


def _bent(flat: Floats, laid: Laid) -> Floats:
    """Return how far the parts of a code lie off its grid, (n, n, 2) in modules: where they show the clearest."""
    size = laid.size
    count = 4 if size < 37 else 6
    bend = np.zeros((count, count, 2), dtype=np.float32)
    points = _middles(size)
    known, values = _known(laid.version)
    columns, rows = known.astype(int).T
    places = rows * size + columns

    def clearness(tried: Floats) -> float:
        seen = _values(flat, _projected(laid.to_pixels, points + _moves(tried, size)))
        return float(
            np.abs(seen).mean() + 1.5 * (seen[places] * values).mean() - 0.01 * (tried * tried).mean()
        )

    best = clearness(bend)
    for step in (0.6, 0.6, 0.3, 0.3, 0.15):
        for place in np.ndindex(bend.shape):
            for way in (step, -step):
                tried = bend.copy()
                tried[place] += way
                found = clearness(tried)
                if found > best:
                    best, bend = found, tried
    return bend


def _sharpened(modules: Floats) -> Floats:
    """Take off what blur brought over from the neighbours."""
    around = cv2.filter2D(modules, -1, NEIGHBOURS, borderType=cv2.BORDER_REPLICATE)
    return (modules + SHARPER * (modules - around)).astype(np.float32)


def _told_apart(modules: Floats) -> tuple[Bools, Floats]:
    """Return which modules are light, and how sure that is, from 0 to about 1."""
    near = np.ones((5, 5), dtype=np.uint8)
    low = cv2.blur(cv2.erode(modules, near), (5, 5))
    high = cv2.blur(cv2.dilate(modules, near), (5, 5))
    middle = (low + high) / 2
    usual = max(float(np.median(high - low)) / 2, 1e-3)
    return modules > middle, (np.abs(modules - middle) / usual).astype(np.float32)


def _blank(light: Bools) -> Bools:
    """Return what lies in a spot of one colour: codes are masked so that data hardly makes one by itself."""
    near = np.ones((3, 3), dtype=np.uint8)
    each = light.astype(np.uint8)
    inside = cv2.bitwise_or(cv2.erode(each, near), cv2.erode(1 - each, near))
    return cv2.dilate(inside, near).astype(np.bool_)


def _drawn(light: Bools) -> Grey:
    """Return a clean picture of the code, with all that every code of its version has, whatever was seen of it."""
    size = len(light)
    version = (size - 17) // 4
    whole = light.copy()
    known, values = _known(version)
    columns, rows = known.astype(int).T
    whole[rows, columns] = values > 0
    whole[size - 8, 8] = False
    if version >= VERSION_TOLD:
        word = BCH_type_number(version)
        for bit in range(18):
            at = bit % 3 + size - 11
            whole[bit // 3, at] = whole[at, bit // 3] = not word >> bit & 1
    picture = np.where(np.pad(whole, QUIET_MODULES, constant_values=True), 255, 0).astype(np.uint8)
    return picture.repeat(DRAWN_PX, axis=0).repeat(DRAWN_PX, axis=1)

"""Where bars lie: parts of a picture whose brightness changes strongly, and all in one direction.

The structure tensor of the gradient, gathered in cells, tells how strongly and in which direction; neighbouring cells
of one direction make a region. Print changes in all directions, a photographed face in few places.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scanner.decode import Grey, Symbol, corners_of
from scanner.opencv import cv2
from scanner.source import Corners

Floats = NDArray[np.float32]

REGIONS_MAX: Final = 4
CELLS: Final = 110
"""Cells along a picture's longer side."""
CELL_PX: Final = (3, 12)
COHERENT: Final = 0.6
"""How much of the change goes in one direction, 0 to 1."""
STRONG: Final = 0.04
"""Of the strongest change in the picture."""
WEAKEST: Final = 400.0
"""A change that is nothing but grain."""
DIRECTIONS: Final = 12
SPREAD: Final = np.radians(14)
CELLS_MIN: Final = 12
LENGTH_MIN_PX: Final = 48
"""The 67 modules of an EAN-8, each with fewer pixels than anybody reads."""
MARGIN: Final = 0.15
"""Taken in on both sides of a region, in its lengths: its ends are not exact, and quiet zones help to find a code's."""


@dataclass(frozen=True, slots=True)
class Region:
    """A turned box: its middle, the direction across its bars in radians, and its length along that; in pixels."""

    x: float
    y: float
    angle: float
    length: float
    height: float
    strength: float

    def corners(self) -> Corners:
        """Return the box's corners."""
        across = np.array([np.cos(self.angle), np.sin(self.angle)]) * self.length / 2
        down = np.array([-np.sin(self.angle), np.cos(self.angle)]) * self.height / 2
        middle = np.array([self.x, self.y])
        return corners_of(
            (float(x), float(y))
            for x, y in (
                middle - across - down,
                middle + across - down,
                middle + across + down,
                middle - across + down,
            )
        )

    def placed(self, symbol: Symbol) -> Symbol:
        """Return a symbol that was read of this region where it lies in the picture."""
        return replace(symbol, corners=self.corners())

    def picture(self, grey: Grey) -> Grey:
        """Return the region straightened and enlarged, so that a module of 1 pixel has 3."""
        zoom = 3 if self.length < 500 else 2 if self.length < 900 else 1
        width, height = int(self.length * (1 + 2 * MARGIN) * zoom), max(1, int(self.height * 0.9 * zoom))
        across = np.array([np.cos(self.angle), np.sin(self.angle)]) / zoom
        down = np.array([-across[1], across[0]])
        origin = np.array([self.x, self.y]) - across * width / 2 - down * height / 2
        from_region = np.column_stack([across, down, origin])
        how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        straight = cv2.warpAffine(
            grey, from_region, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(straight, dtype=np.uint8)

    def lines(self, grey: Grey, count: int) -> Floats:
        """Return brightness along lines across the bars, (count, pixels), each of a band a few pixels high."""
        across = np.array([np.cos(self.angle), np.sin(self.angle)])
        pixels = int(self.length * (1 + 2 * MARGIN))
        band = min(self.height * 0.9 / count, 6.0)
        along = np.arange(pixels) + 0.5 - pixels / 2
        middles = np.linspace(-0.42, 0.42, count) * self.height
        aside = (middles[:, None] + np.array([-0.5, 0, 0.5]) * band).reshape(-1, 1)
        xs = (self.x + along * across[0] - aside * across[1] - 0.5).astype(np.float32)
        ys = (self.y + along * across[1] + aside * across[0] - 0.5).astype(np.float32)
        seen = cv2.remap(grey, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen.reshape(count, 3, pixels).mean(axis=1), dtype=np.float32)


def region_of(symbol: Symbol) -> Region:
    """Return the region of bars that were read, at least a few lines high: some readers tell one line alone."""
    corners = np.array(symbol.corners, dtype=np.float64)
    across = (corners[1] + corners[2] - corners[0] - corners[3]) / 2
    x, y = corners.mean(axis=0)
    height = float(np.hypot(*(corners[3] - corners[0])) + np.hypot(*(corners[2] - corners[1]))) / 2
    angle = float(np.arctan2(across[1], across[0]))
    return Region(float(x), float(y), angle, max(1.0, float(np.hypot(*across))), max(8.0, height), 0.0)


def regions(grey: Grey) -> list[Region]:
    """Return the regions that may hold bars, the strongest first."""
    height, width = grey.shape
    cell = int(np.clip(round(max(height, width) / CELLS), *CELL_PX))
    size = (max(1, width // cell), max(1, height // cell))
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.8).astype(np.float32)
    by_x, by_y = cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)
    xx, yy, xy = (_gathered(product, size) for product in (by_x * by_x, by_y * by_y, by_x * by_y))
    strength = xx + yy
    coherence = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (strength + 1e-3)
    angle = np.arctan2(2 * xy, xx - yy) / 2
    could_be = (coherence > COHERENT) & (strength > max(STRONG * float(np.percentile(strength, 98)), WEAKEST))
    found = []
    for direction in range(DIRECTIONS):
        off = np.abs((angle - np.pi * direction / DIRECTIONS + np.pi / 2) % np.pi - np.pi / 2)
        mask = (could_be & (off < SPREAD)).astype(np.uint8)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), dtype=np.uint8))
        count, labels, sizes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        for label in range(1, count):
            if sizes[label, cv2.CC_STAT_AREA] >= CELLS_MIN:
                rows, columns = np.nonzero(labels == label)
                turned = np.arctan2(2 * xy[rows, columns].sum(), (xx - yy)[rows, columns].sum()) / 2
                places = np.stack([(columns + 0.5) * width / size[0], (rows + 0.5) * height / size[1]])
                weight = float(np.sqrt(strength[rows, columns]).sum())
                found.append(_region(places, float(turned), cell, weight))
    return _apart([region for region in found if region.length >= LENGTH_MIN_PX])


def _gathered(product: NDArray[np.floating], size: tuple[int, int]) -> Floats:
    cells = cv2.resize(product, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.blur(cells, (3, 3)), dtype=np.float32)


def _region(places: NDArray[np.float64], angle: float, cell: int, strength: float) -> Region:
    """Return the box around cells' middles, (2, n)."""
    across = np.array([np.cos(angle), np.sin(angle)])
    down = np.array([-across[1], across[0]])
    left, right = np.percentile(across @ places, [1, 99])
    top, bottom = np.percentile(down @ places, [5, 95])
    x, y = across * (left + right) / 2 + down * (top + bottom) / 2
    return Region(float(x), float(y), angle, float(right - left) + cell, float(bottom - top) + cell, strength)


def _apart(found: list[Region]) -> list[Region]:
    """Return the strongest, without those that are a stronger one again: directions overlap."""
    kept: list[Region] = []
    for region in sorted(found, key=lambda each: -each.strength):
        if not any(_is_same(region, other) for other in kept):
            kept.append(region)
    return kept[:REGIONS_MAX]


def _is_same(one: Region, other: Region) -> bool:
    far = np.hypot(one.x - other.x, one.y - other.y)
    turn = abs((one.angle - other.angle + np.pi / 2) % np.pi - np.pi / 2)
    return bool(far <= 0.25 * max(one.length, other.length) and turn <= 0.3)

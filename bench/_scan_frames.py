"""Frames of 1280 × 720 with one code each, drawn from a seed: nine conditions of a camera at a till, 24 frames each.

A code is drawn large, bent or tilted, put on a counter that is itself drawn (paper, print, edges, uneven light), made
smaller as a lens and its pixels do, and then spoiled: by blur, motion, a phone's own pixels, glare, noise. Half the
frames are QR codes, of which each second holds as much as a signed code; the others are EAN-13 and Code 128.
How bad a frame is runs evenly through each condition's 24, from what anybody reads to what hardly anybody does.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from bench._scan_corpus import Picture, as_ean
from scanner.decode import Grey
from scanner.draw import qr_modules
from scanner.opencv import cv2

WIDTH: Final = 1280
HEIGHT: Final = 720
FINER: Final = 2
"""Everything is drawn this much larger and then averaged, as a pixel averages what falls on it."""
DRAWN_PX: Final = 8  # a module on the flat drawing
BASE45: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

Floats = NDArray[np.float32]
Chance = np.random.Generator


@dataclass(frozen=True)
class Look:
    """How a code is seen. Lengths of blur and motion are in modules, `degrees` turn it in the picture."""

    module_px: float = 3.0
    degrees: float = 0.0
    tilt: float = 0.0
    tilt_axis: float = 0.0
    bend: float = 0.0  # half the angle of a cylinder that the code covers
    blur: float = 0.0
    motion: float = 0.0
    contrast: float = 0.7
    noise: float = 3.0
    screen: float = 0.0  # depth of a phone's pixels
    glare: float = 0.0  # part of the code's width
    shadow: float = 0.0  # part of the light that something with an edge takes away
    waves: float = 0.0  # how far crumpled paper moves a part of the code, in its widths
    is_inverted: bool = False


@dataclass(frozen=True)
class Code:
    """A flat code with its quiet zone, True is dark, and what it says."""

    payload: bytes
    dark: NDArray[np.bool_]
    is_bars: bool
    drawn_px: int = DRAWN_PX


def frames(seed: int) -> Iterator[Picture]:
    """Draw the 216 frames of a seed."""
    for order, (condition, worse) in enumerate(CONDITIONS.items()):
        for place in range(PER_CONDITION):
            chance = np.random.default_rng([seed, order, place])
            code = _code(chance, place, is_qr=condition == "inverted")
            badness = (place + chance.random()) / PER_CONDITION
            look = worse(_usual(chance, code), badness, chance)
            yield Picture(
                f"{condition} {place}", condition, Counter([code.payload]), draw(code, look, chance)
            )


# --- conditions ------------------------------------------------------------------------------------------------------

PER_CONDITION: Final = 24


def _usual(chance: Chance, code: Code) -> Look:
    degrees = float(chance.normal(0, 8) if code.is_bars else chance.uniform(-180, 180))
    px = float(chance.uniform(2, 3) if code.is_bars else chance.uniform(2.6, 4.5))
    return Look(
        module_px=px,
        degrees=degrees,
        blur=float(chance.uniform(0.1, 0.3)),
        contrast=float(chance.uniform(0.4, 0.8)),
    )


def _small(look: Look, badness: float, chance: Chance) -> Look:
    return replace(look, module_px=8 * (1.5 / 8) ** badness)


def _blurred(look: Look, badness: float, chance: Chance) -> Look:
    return replace(look, blur=0.15 + 0.55 * badness)


def _moved(look: Look, badness: float, chance: Chance) -> Look:
    return replace(look, motion=0.3 + 1.3 * badness)


def _tilted(look: Look, badness: float, chance: Chance) -> Look:
    return replace(
        look, tilt=10 + 55 * badness, tilt_axis=float(chance.uniform(0, 180)), module_px=look.module_px * 1.3
    )


def _pale(look: Look, badness: float, chance: Chance) -> Look:
    return replace(look, contrast=0.5 * (0.12 / 0.5) ** badness)


def _on_screen(look: Look, badness: float, chance: Chance) -> Look:
    return replace(look, screen=0.1 + 0.75 * badness, noise=5)


def _glaring(look: Look, badness: float, chance: Chance) -> Look:
    return replace(look, glare=0.05 + 0.4 * badness)


def _inverted(look: Look, badness: float, chance: Chance) -> Look:
    return replace(look, is_inverted=True, blur=0.1 + 0.38 * badness)


def _bent(look: Look, badness: float, chance: Chance) -> Look:
    return replace(look, bend=20 + 60 * badness, degrees=float(chance.normal(0, 20)))


CONDITIONS: Final[Mapping[str, Callable[[Look, float, Chance], Look]]] = {
    "small": _small,
    "blurred": _blurred,
    "moved": _moved,
    "tilted": _tilted,
    "pale": _pale,
    "on a screen": _on_screen,
    "glaring": _glaring,
    "inverted": _inverted,
    "bent": _bent,
}


# --- codes -----------------------------------------------------------------------------------------------------------


def _code(chance: Chance, place: int, *, is_qr: bool) -> Code:
    """Return one of four kinds by turns; light on dark, as phones show them at night, are QR codes alone."""
    if is_qr or place % 2 == 0:
        return qr_code(chance, length=161 if place % 4 == 0 else 11)
    return ean_13(chance) if place % 4 == 1 else code_128(chance)


def qr_code(chance: Chance, *, length: int) -> Code:
    """Return a QR code of so many characters, as our signed codes have them."""
    text = "L2:" + "".join(BASE45[at] for at in chance.integers(0, len(BASE45), length))
    return Code(text.encode(), qr_modules(text), is_bars=False)


def ean_13(chance: Chance) -> Code:
    """Return the bars of a number within a shop's range."""
    digits = [int(digit) for digit in chance.integers(0, 10, 12)]
    weighed = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    text = "".join(map(str, [*digits, -weighed % 10]))
    return _bars(text, zxingcpp.BarcodeFormat.EAN13)


def code_128(chance: Chance) -> Code:
    """Return the bars of a member's number."""
    return _bars(
        "M" + "".join(BASE45[at] for at in chance.integers(0, 36, 10)), zxingcpp.BarcodeFormat.Code128
    )


def _bars(text: str, kind: zxingcpp.BarcodeFormat) -> Code:
    drawn = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=1, add_quiet_zones=False))
    row = np.pad(drawn[0] < 128, 10)
    return Code(
        as_ean(text.encode()), np.pad(np.tile(row, (row.size // 2, 1)), ((4, 4), (0, 0))), is_bars=True
    )


# --- what a camera makes of one --------------------------------------------------------------------------------------


def draw(code: Code, look: Look, chance: Chance) -> Grey:
    """Return the frame."""
    flat = np.where(code.dark ^ look.is_inverted, 0.0, 1.0).astype(np.float32)
    flat = flat.repeat(code.drawn_px, axis=0).repeat(code.drawn_px, axis=1)
    seen, mask = _placed(_crumpled(_rolled(flat, look.bend), look.waves, chance), look, chance)
    dark = float(chance.uniform(0.05, 0.9 - look.contrast)) if look.contrast < 0.85 else 0.05
    frame = _counter(chance) * (1 - mask) + (dark + look.contrast * seen) * mask
    frame *= _light(chance)
    if look.shadow:
        frame *= 1 - look.shadow * _dark_side(mask, chance)
    if look.glare:
        frame = _with_glare(frame, mask, look.glare, chance)
    if look.screen:
        frame *= _phone_pixels(look.screen, chance)
    frame = _smeared(frame, look, chance)
    frame = cv2.resize(frame, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)
    frame = frame * 255 + chance.normal(0, look.noise, frame.shape).astype(np.float32)
    return np.clip(frame, 0, 255).astype(np.uint8)


def _rolled(flat: Floats, bend: float) -> Floats:
    """Lay a drawing around a cylinder that is seen from the front."""
    if not bend:
        return flat
    height, width = flat.shape
    half = np.radians(bend)
    across = np.linspace(-1, 1, max(8, round(width * np.sin(half) / half)), dtype=np.float32)
    columns = (np.arcsin(across * np.sin(half)) / half + 1) / 2 * (width - 1)
    xs, ys = np.meshgrid(columns.astype(np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(flat, xs, ys, cv2.INTER_AREA).astype(np.float32)


def _crumpled(flat: Floats, waves: float, chance: Chance) -> Floats:
    """Move parts of a drawing a little, as paper does that was crumpled."""
    if not waves:
        return flat
    height, width = flat.shape
    moves = chance.uniform(-waves, waves, (2, 4, 4)).astype(np.float32) * min(flat.shape) / 3
    by_x, by_y = (cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC) for each in moves)
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(flat, xs + by_x, ys + by_y, cv2.INTER_LINEAR, borderValue=1.0).astype(np.float32)


def _dark_side(mask: Floats, chance: Chance) -> Floats:
    """Return what lies in the shadow of something: 1 there, 0 elsewhere, an edge across the code between."""
    rows, columns = np.nonzero(mask > 0.5)
    at = int(chance.integers(0, rows.size))
    angle = chance.uniform(0, 2 * np.pi)
    ys, xs = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
    far = (xs - columns[at]) * np.cos(angle) + (ys - rows[at]) * np.sin(angle)
    return np.clip(far / chance.uniform(2, 30) + 0.5, 0, 1).astype(np.float32)


def _placed(flat: Floats, look: Look, chance: Chance) -> tuple[Floats, Floats]:
    """Put the drawing into the frame; the mask says where it is."""
    to_frame = _homography(flat.shape, look, chance)
    size = (WIDTH * FINER, HEIGHT * FINER)
    # A drawing that becomes much smaller must be averaged first, or modules would fall between the pixels.
    shrink = max(1.0, DRAWN_PX / (look.module_px * FINER))
    small = cv2.resize(flat, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    to_frame = to_frame @ np.diag([flat.shape[1] / small.shape[1], flat.shape[0] / small.shape[0], 1])
    seen = cv2.warpPerspective(small, to_frame, size, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.ones_like(small), to_frame, size, flags=cv2.INTER_LINEAR)
    return seen.astype(np.float32), mask.astype(np.float32)


def _homography(shape: tuple[int, ...], look: Look, chance: Chance) -> NDArray[np.float64]:
    """Turn, tilt and place, with the perspective of a lens four code widths away."""
    height, width = shape[0], shape[1]
    scale = look.module_px * FINER / DRAWN_PX
    turn, axis, tilt = np.radians([look.degrees, look.tilt_axis, look.tilt])
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2 * scale
    tilted = _turned(corners, -axis)
    depth = tilted[:, 1] * np.sin(tilt)
    tilted[:, 1] *= np.cos(tilt)
    away = 4 * max(width, height) * scale
    tilted *= (away / (away + depth))[:, None]
    tilted = _turned(tilted, axis + turn)
    reach = np.abs(tilted).max(axis=0)
    free = np.maximum(np.array([WIDTH, HEIGHT]) * FINER / 2 - reach - 20, 0)
    tilted += np.array([WIDTH, HEIGHT]) * FINER / 2 + chance.uniform(-1, 1, 2) * free
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(flat, tilted.astype(np.float32)), dtype=np.float64)


def _turned(points: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    cos, sin = np.cos(angle), np.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def _counter(chance: Chance) -> Floats:
    """Draw what a code lies on: a surface, papers, lines of print."""
    small = chance.uniform(60, 230, (9, 16)).astype(np.float32)
    large = cv2.resize(small, (WIDTH * FINER, HEIGHT * FINER), interpolation=cv2.INTER_CUBIC)
    ground = np.clip(large, 0, 255).astype(np.uint8)
    for _ in range(int(chance.integers(3, 9))):
        x, y = int(chance.integers(0, WIDTH * FINER)), int(chance.integers(0, HEIGHT * FINER))
        wide, high = (int(side) for side in chance.integers(60, 900, 2))
        box = cv2.boxPoints(((x, y), (wide, high), float(chance.uniform(0, 180)))).astype(np.int32)
        cv2.fillConvexPoly(ground, box, float(chance.uniform(10, 245)))
        ink, size = float(chance.uniform(0, 130)), float(chance.uniform(0.8, 3))
        for line in range(int(chance.integers(0, 4))):
            words = "".join(BASE45[at] for at in chance.integers(0, 37, 24))
            cv2.putText(ground, words, (x, y + int(line * 40 * size)), cv2.FONT_HERSHEY_SIMPLEX, size, ink, 3)
    return (ground / np.float32(255)).astype(np.float32)


def _light(chance: Chance) -> Floats:
    """Return light that falls off to some side."""
    corners = chance.uniform(0.6, 1.1, (2, 2)).astype(np.float32)
    return cv2.resize(corners, (WIDTH * FINER, HEIGHT * FINER), interpolation=cv2.INTER_LINEAR).astype(
        np.float32
    )


def _with_glare(frame: Floats, mask: Floats, part: float, chance: Chance) -> Floats:
    """Put the reflection of a lamp somewhere on the code: white in its middle, haze around."""
    rows, columns = np.nonzero(mask > 0.5)
    left, right, top, bottom = columns.min(), columns.max(), rows.min(), rows.max()
    size = part * np.sqrt((right - left) * (bottom - top)) / 2
    x, y = chance.uniform(left, right), chance.uniform(top, bottom)
    stretch, angle = chance.uniform(0.4, 1), chance.uniform(0, np.pi)
    ys, xs = np.mgrid[: frame.shape[0], : frame.shape[1]].astype(np.float32)
    along = (xs - x) * np.cos(angle) + (ys - y) * np.sin(angle)
    across = (ys - y) * np.cos(angle) - (xs - x) * np.sin(angle)
    far = np.sqrt(along**2 + (across / stretch) ** 2) / size
    return np.clip(frame + 1.6 * np.exp(-(far**2)), 0, 1).astype(np.float32)


def _phone_pixels(depth: float, chance: Chance) -> Floats:
    """Return the grid of a phone's display, a little finer or coarser than the camera's own: they beat against it."""
    pitch, angle = chance.uniform(1.6, 3.4) * FINER / 2, np.radians(chance.uniform(-12, 12))
    ys, xs = np.mgrid[: HEIGHT * FINER, : WIDTH * FINER].astype(np.float32)
    along, across = xs * np.cos(angle) + ys * np.sin(angle), ys * np.cos(angle) - xs * np.sin(angle)
    grid = np.cos(2 * np.pi * along / pitch) + np.cos(2 * np.pi * across / pitch)
    return (1 - depth / 4 * (2 - grid)).astype(np.float32)


def _smeared(frame: Floats, look: Look, chance: Chance) -> Floats:
    module = look.module_px * FINER
    if look.motion:
        length, angle = max(1.0, look.motion * module), chance.uniform(0, np.pi)
        side = int(length) // 2 * 2 + 3
        kernel = np.zeros((side, side), dtype=np.float32)
        for step in np.linspace(-0.5, 0.5, 4 * side):
            x, y = side / 2 + step * length * np.cos(angle), side / 2 + step * length * np.sin(angle)
            kernel[min(side - 1, int(y)), min(side - 1, int(x))] += 1
        frame = cv2.filter2D(frame, -1, kernel / kernel.sum())
    sigma = np.hypot(look.blur * module, 0.5 * FINER)  # and the lens itself
    return cv2.GaussianBlur(frame, (0, 0), sigma).astype(np.float32)

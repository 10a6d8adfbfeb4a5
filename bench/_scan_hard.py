"""Harder frames, with no floor to hold: what a photo of a code has several of at once. For trying ideas on.

Glare from a window, a shadow with an edge, stains and tears, a tilt with a bend, blur in a long exposure; QR codes of
all sizes, and bars. The same seed draws the same frames.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from bench._scan_corpus import Picture
from bench._scan_frames import Chance, Code, Look, code_128, draw, ean_13, qr_code
from scanner.decode import Grey
from scanner.opencv import cv2

PER_CONDITION: Final = 16


def hard_frames(seed: int) -> Iterator[Picture]:
    """Draw the frames of a seed."""
    for order, (condition, worse) in enumerate(CONDITIONS.items()):
        for place in range(PER_CONDITION):
            chance = np.random.default_rng([seed, 1000 + order, place])
            code = _code(chance, place)
            look = Look(
                module_px=float(chance.uniform(2, 3.5) if code.is_bars else chance.uniform(3, 7)),
                degrees=float(chance.uniform(-180, 180)),
                tilt=float(chance.uniform(0, 40)),
                tilt_axis=float(chance.uniform(0, 180)),
                blur=float(chance.uniform(0.1, 0.35)),
                contrast=float(chance.uniform(0.35, 0.8)),
            )
            yield Picture(
                f"{condition} {place}",
                condition,
                Counter([code.payload]),
                worse(code, look, (place + 0.5) / PER_CONDITION, chance),
            )


def _code(chance: Chance, place: int) -> Code:
    if place % 4 == 3:
        return ean_13(chance) if place % 8 == 3 else code_128(chance)
    return qr_code(chance, length=int(chance.choice([8, 20, 60, 161, 320])))


def _glare(code: Code, look: Look, badness: float, chance: Chance) -> Grey:
    return draw(code, replace(look, glare=0.15 + 0.5 * badness), chance)


def _shadow(code: Code, look: Look, badness: float, chance: Chance) -> Grey:
    return draw(code, replace(look, shadow=0.4 + 0.5 * badness), chance)


def _damage(code: Code, look: Look, badness: float, chance: Chance) -> Grey:
    dark = code.dark.copy()
    big = np.kron(dark, np.ones((8, 8), dtype=np.uint8)).astype(np.uint8)
    side = min(big.shape)
    for _ in range(int(1 + 5 * badness)):
        x, y = (int(chance.integers(0, n)) for n in big.shape[::-1])
        ink = int(chance.integers(0, 2))
        if chance.random() < 0.5:
            cv2.circle(big, (x, y), int(side * chance.uniform(0.02, 0.04 + 0.07 * badness)), ink, -1)
        else:
            x2, y2 = (int(chance.integers(0, n)) for n in big.shape[::-1])
            cv2.line(
                big, (x, y), (x2, y2), ink, int(max(2, side * chance.uniform(0.008, 0.015 + 0.02 * badness)))
            )
    return draw(replace(code, dark=big.astype(bool), drawn_px=1), look, chance)


def _steep(code: Code, look: Look, badness: float, chance: Chance) -> Grey:
    return draw(
        code, replace(look, tilt=35 + 38 * badness, module_px=look.module_px * 1.2, shadow=0.3), chance
    )


def _crumpled(code: Code, look: Look, badness: float, chance: Chance) -> Grey:
    return draw(code, replace(look, waves=0.02 + 0.12 * badness, tilt=look.tilt / 2), chance)


def _everything(code: Code, look: Look, badness: float, chance: Chance) -> Grey:
    return draw(
        code,
        replace(
            look,
            blur=0.25 + 0.35 * badness,
            motion=0.6 * badness,
            shadow=0.5 * badness,
            glare=0.25 * badness,
            contrast=0.5 - 0.25 * badness,
            noise=3 + 5 * badness,
        ),
        chance,
    )


CONDITIONS: Final[Mapping[str, Callable[[Code, Look, float, Chance], Grey]]] = {
    "glare": _glare,
    "shadow": _shadow,
    "damage": _damage,
    "steep": _steep,
    "crumpled": _crumpled,
    "everything": _everything,
}

"""A film of a counter as a till's camera sees it: codes are brought into view, one after the other, and taken away.

30 frames a second of 720p, MJPG in an .avi file. The counter lies still under the camera's noise. A code slides in from
a side, slower and slower within half a second, and is then held by an unsteady hand, carried on across the picture, or
held out of focus. The shutter is open for a third of each frame: what moves is smeared. A code is in view in the first
frame that shows all of it, smeared by less than a module; before that there is nothing to be read. Everything comes
from the seed.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from scanner.draw import qr_modules
from scanner.opencv import cv2

WIDTH, HEIGHT, FPS = 1280, 720, 30
EMPTY, SLIDE, SHOWN = 45, 15, 40  # frames
SHUTTER = 1 / 3  # of a frame
PACE = 7.0  # pixels a frame of what is carried: 20 cm/s
BLUR = 1.8  # pixels, standard deviation
NOISE, NOISES = 3.0, 7
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
SIGNED_LENGTH = 161
BAR_PX = 3
WAYS = ("held", "carried", "out of focus")
KINDS = ("signed QR", "QR", "EAN-13", "Code 128")

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Passage:
    """A code that passes by; `first` is the first frame in which it is in view."""

    text: str
    kind: str
    way: str
    first: int


def draw_counter_film(path: Path, *, passages: int, seed: int) -> list[Passage]:
    """Draw the film and return what is in it."""
    chance = random.Random(seed)
    noises = [
        np.random.default_rng(at).normal(0, NOISE, (HEIGHT, WIDTH)).astype(np.int8) for at in range(NOISES)
    ]
    counter = _counter(seed)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT), isColor=True)
    assert writer.isOpened(), f"{path} can't be written"
    found = []
    count = 0
    for at in range(passages):
        passage = _Passing(KINDS[at % len(KINDS)], WAYS[at % len(WAYS)], chance)
        found.append(Passage(passage.text, passage.kind, passage.way, count + EMPTY + passage.in_view))
        for frame in (*[counter] * EMPTY, *passage.frames(counter)):
            noisy = np.clip(frame.astype(np.int16) + noises[count % NOISES], 0, 255).astype(np.uint8)
            writer.write(cv2.cvtColor(noisy, cv2.COLOR_GRAY2BGR))
            count += 1
    writer.release()
    return found


def _counter(seed: int) -> Grey:
    chance = np.random.default_rng(seed)
    rough = chance.normal(150, 25, (9, 16)).clip(0, 255).astype(np.uint8)
    counter = cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    for _ in range(12):
        left, top = int(chance.integers(0, WIDTH)), int(chance.integers(0, HEIGHT))
        right, bottom = left + int(chance.integers(40, 300)), top + int(chance.integers(30, 200))
        cv2.rectangle(counter, (left, top), (right, bottom), int(chance.integers(30, 220)), -1)
        cv2.putText(counter, "2 for 1", (left, top + 20), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2)
    return np.asarray(counter, dtype=np.uint8)


class _Passing:
    """One code on its way."""

    def __init__(self, kind: str, way: str, chance: random.Random) -> None:
        self.kind, self.way = kind, way
        self.text, self._code, self._module_px = _code(kind, chance)
        self._turn = chance.uniform(-12, 12) + chance.choice((0, 0, 90, 180))
        self._side = chance.choice((-1, 1))  # where it comes from
        self._rest = (chance.uniform(0.42, 0.58) * WIDTH, chance.uniform(0.42, 0.58) * HEIGHT)
        self._shake = [(chance.gauss(0, 1), chance.gauss(0, 1)) for _ in range(SLIDE + SHOWN)]

    @property
    def in_view(self) -> int:
        """The first of its frames that shows all of it, smeared by less than a module."""
        reach = math.hypot(*self._code.shape) / 2
        return next(
            at
            for at in range(SLIDE + SHOWN)
            if reach < self._at(at)[0] < WIDTH - reach and self._smear(at) < self._module_px
        )

    def frames(self, counter: Grey) -> Iterator[Grey]:
        for at in range(SLIDE + SHOWN):
            yield self._placed(counter, *self._at(at), smear=self._smear(at))

    def _at(self, at: int) -> tuple[float, float]:
        outside = WIDTH / 2 + self._side * (WIDTH + max(self._code.shape)) / 2
        left = max(0.0, 1 - at / SLIDE) ** 3  # of the way
        x, y = outside * left + self._rest[0] * (1 - left), self._rest[1]
        if self.way == "carried":
            return x - self._side * PACE * (at - SHOWN / 2), y
        return x + self._shake[at][0], y + self._shake[at][1]

    def _smear(self, at: int) -> float:
        return abs(self._at(at)[0] - self._at(at - 1)[0]) * SHUTTER if at else 0.0

    def _placed(self, counter: Grey, x: float, y: float, *, smear: float) -> Grey:
        """Lay the code on the counter, smeared by its movement while the shutter was open."""
        height, width = self._code.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), self._turn, 1)
        matrix[:, 2] += (x - width / 2, y - height / 2)
        card = cv2.warpAffine(self._code, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        mask = cv2.warpAffine(np.full_like(self._code, 255), matrix, (WIDTH, HEIGHT))
        if self.way == "out of focus":
            card = cv2.GaussianBlur(card, (0, 0), BLUR)
        if smear >= 2:
            card = cv2.blur(card, (round(smear), 1))
        return np.where(mask > 127, card, counter).astype(np.uint8)


def _code(kind: str, chance: random.Random) -> tuple[str, Grey, int]:
    """Return a text, its code, and how many pixels wide a module of that is."""
    if kind in ("signed QR", "QR"):
        length, px = (SIGNED_LENGTH, 5) if kind == "signed QR" else (10, 7)
        text = ("L2:" if kind == "signed QR" else "M") + "".join(chance.choices(BASE45, k=length))
        modules = qr_modules(text)
        return text, _inked(modules.repeat(px, axis=0).repeat(px, axis=1)), px
    if kind == "EAN-13":
        text = _with_check_digit("".join(chance.choices("0123456789", k=12)))
        form = zxingcpp.BarcodeFormat.EAN13
    else:
        text, form = "".join(chance.choices(BASE45[:36], k=10)), zxingcpp.BarcodeFormat.Code128
    drawn = np.array(zxingcpp.create_barcode(text, form).to_image(scale=BAR_PX), dtype=np.uint8)
    return text, _inked(np.pad(drawn, 12, constant_values=255) < 128), BAR_PX


def _inked(is_dark: NDArray[np.bool_]) -> Grey:
    return np.where(is_dark, 40, 220).astype(np.uint8)


def _with_check_digit(digits: str) -> str:
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return digits + str(-total % 10)

"""Films of drawn codes, as a camera would see them: MJPG in an .avi file."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scanner.draw import qr_modules
from scanner.opencv import cv2

WIDTH, HEIGHT, FPS = 640, 480, 30
Grey = NDArray[np.uint8]


def empty(seed: int = 0) -> Grey:
    """A desk with noise on it."""
    return np.random.default_rng(seed).normal(150, 12, (HEIGHT, WIDTH)).clip(0, 255).astype(np.uint8)


def with_qr(
    text: str, *, at: tuple[int, int], module_px: int = 4, seed: int = 0, on: Grey | None = None
) -> Grey:
    """A code with its top left corner at (x, y), under noise."""
    frame = empty(seed) if on is None else on.copy()
    code = np.where(qr_modules(text), 40, 220).repeat(module_px, axis=0).repeat(module_px, axis=1)
    noise = np.random.default_rng(seed).normal(0, 12, code.shape)
    x, y = at
    frame[y : y + code.shape[0], x : x + code.shape[1]] = (code + noise).clip(0, 255).astype(np.uint8)
    return frame


def film(path: Path, frames: Iterable[Grey]) -> Path:
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), fourcc, FPS, (WIDTH, HEIGHT), isColor=True)
    assert writer.isOpened()
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path

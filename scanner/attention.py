"""Whether something in front of the camera has moved: a counter is empty most of the day, and need not be read anew.

One pixel in eight each way is compared with the frame before. Single pixels and no averages, since the black and white
of a code are on average as grey as the counter. What counts as a change stands well above the camera's own noise, which
is taken from the frames themselves; light that fades or a camera that adapts changes too little from frame to frame.
Limits: a code with hardly any contrast that appears without a hand is no change. Whoever asks must look now and then
all the same.
"""

from typing import Final

import numpy as np

from scanner.opencv import MatLike, cv2

GRID: Final = 8
DIFFERENCE: Final = 16
"""What a pixel must differ by where a camera has no noise at all, of 255."""
NOISES: Final = 4
"""How many times the usual difference between two frames comes on top: about three standard deviations."""
PIXELS_MIN: Final = 8
"""Pixels of the grid that must differ. The smallest code that can be read, 42 pixels wide, covers 25 of them."""
NOISE_GROWS: Final = 1.03
NOISE_STEP: Final = 0.05
"""A frame. Noise is the least seen lately, so that a hand that fills the picture for a second isn't taken for it."""
SAME_FRAME: Final = 0.05
"""Mean difference below which a camera has given the same frame again, as some do in the dark."""


class Attention:
    """What the frame before looked like."""

    def __init__(self) -> None:
        """Start with nothing seen; the first frame is a change."""
        self._before: MatLike | None = None
        self._noise: float | None = None
        self._still = 0
        self._known: MatLike | None = None

    def still_for(self, frame: MatLike) -> int:
        """Take the next frame, grey or in colours; return for how many frames nothing has changed."""
        now = np.ascontiguousarray(frame[::GRID, ::GRID] if frame.ndim == 2 else frame[::GRID, ::GRID, 1])
        self._still = 0 if self._is_change(now) else self._still + 1
        self._before = now
        return self._still

    def know(self) -> None:
        """Take the picture before us for known: all was done to read something in it."""
        self._known = self._before

    @property
    def is_known(self) -> bool:
        """Whether the picture is the one that is known, as a counter from which a card was taken away."""
        return (
            self._known is not None
            and self._before is not None
            and self._known.shape == self._before.shape
            and not self._differ(self._known, self._before)
        )

    def _is_change(self, now: MatLike) -> bool:
        if self._before is None or self._before.shape != now.shape:
            self._noise = None
            return True
        mean = cv2.mean(cv2.absdiff(now, self._before))[0]
        if mean < SAME_FRAME:
            return False
        self._noise = mean if self._noise is None else min(mean, self._noise * NOISE_GROWS + NOISE_STEP)
        return self._differ(now, self._before)

    def _differ(self, one: MatLike, other: MatLike) -> bool:
        bound = DIFFERENCE + NOISES * (self._noise or 0)
        _, marked = cv2.threshold(cv2.absdiff(one, other), bound, 255, cv2.THRESH_BINARY)
        return cv2.countNonZero(marked) >= PIXELS_MIN

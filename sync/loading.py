"""How far a snapshot is, in percent: for whoever looks at a station that is made ready.

One half is what has come of its files, the other what of them was put into the replica: a slow line and a slow disk are
both to be seen. What somebody else makes of the size (a manifest that lies, a file that is fetched twice) ends at 100.
"""

from collections.abc import Callable, Iterable
from typing import Final

ALL: Final = 100


class Loading:
    """Told on the thread that syncs; tells on it, only when the percent have changed."""

    def __init__(self, on_percent: Callable[[int], None] = lambda percent: None) -> None:
        """`on_percent` is told how many of a hundred parts are there."""
        self._on_percent = on_percent
        self._bytes = 0
        self._done = self._steps = 0
        self._percent: int | None = None

    def begin(self, sizes: Iterable[int]) -> None:
        """Know how large the files are that will be fetched."""
        self._bytes, self._done, self._steps, self._percent = sum(sizes), 0, 0, None
        self._tell()

    def end_file(self, size: int) -> None:
        """Know that a file is in, both halves of it."""
        self._done += 2 * size
        self._steps = 0
        self._tell()

    def received(self, count: int) -> None:
        """Know that so many more bytes of the file have come."""
        self._steps += count
        self._tell()

    def filled(self, size: int, place: int) -> None:
        """Know that a file of `size` bytes is here, and in the replica up to `place`."""
        self._steps = size + place
        self._tell()

    def _tell(self) -> None:
        percent = min(ALL, ALL * (self._done + self._steps) // (2 * self._bytes)) if self._bytes else 0
        if percent != self._percent:
            self._percent = percent
            self._on_percent(percent)

"""How long the window's own loop stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from PySide6.QtCore import QTimer


@contextmanager
def heartbeat() -> Iterator[list[float]]:
    """Yield the gaps between the turns of the window's own loop, in milliseconds, as they come."""
    gaps: list[float] = []
    last = [monotonic()]

    def beat() -> None:
        gaps.append((monotonic() - last[0]) * 1_000)
        last[0] = monotonic()

    timer = QTimer()
    timer.timeout.connect(beat)
    timer.start(5)
    yield gaps
    timer.stop()

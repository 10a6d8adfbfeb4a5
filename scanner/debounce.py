"""The same code twice within two seconds counts once, whichever reader brought it.

A camera sees a code in every frame and a scanner's trigger is pulled twice in doubt. Each sight begins the two seconds
anew, so that a code left lying in view counts once and not every two seconds. Several codes in view are remembered
each by its own. May be called from several threads.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

WINDOW_MS: Final = 2_000
TEXTS_MAX: Final = 64
"""Codes remembered at once: more than ever lie in a picture; the oldest are forgotten first."""


def monotonic_ms() -> int:
    """Milliseconds that only go on, since some moment."""
    return time.monotonic_ns() // 1_000_000


class Debounce:
    """Remembers what was seen a moment ago."""

    def __init__(self, *, now_ms: Callable[[], int] = monotonic_ms) -> None:
        """Start with nothing seen; `now_ms` only goes on."""
        self._now_ms = now_ms
        self._seen_at_ms: dict[str, int] = {}  # the oldest sight first
        self._lock = threading.Lock()

    def is_new(self, text: str) -> bool:
        """Whether `text` was not seen in the last two seconds. Counts as a sight of it."""
        with self._lock:
            now_ms = self._now_ms()
            seen_at_ms = self._seen_at_ms.pop(text, None)
            self._seen_at_ms[text] = now_ms
            if len(self._seen_at_ms) > TEXTS_MAX:
                self._seen_at_ms.pop(next(iter(self._seen_at_ms)))
            return seen_at_ms is None or now_ms - seen_at_ms >= WINDOW_MS

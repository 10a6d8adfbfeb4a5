"""Clocks for the demo.

HQ lives in the year that is being replayed. Off by default, and every answer says when one is on.
"""

import threading
from time import monotonic

from app.clock import Clock, SystemClock

DEMO_CLOCK_HEADER = "Tillside-Demo-Clock"


class FollowingClock:
    """Stands at the latest time of a signed request and never goes back."""

    window_ms = 8 * 24 * 3_600_000  # the parts of a replay are up to a week apart

    def __init__(self, start_ms: int = 0) -> None:
        """Start at `start_ms` (milliseconds since 1970, UTC)."""
        self._now_ms = start_ms
        self._lock = threading.Lock()

    def follow(self, time_ms: int) -> None:
        """Move to a time whose signature has been checked, unless we are beyond it."""
        with self._lock:
            self._now_ms = max(self._now_ms, time_ms)

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return self._now_ms

    def boot_ms(self) -> int:
        """The same as `now_ms`: such a machine started in 1970."""
        return self._now_ms

    def boot_id(self) -> bytes:
        """Always the same: such a machine never restarts."""
        return bytes(16)


class RunningClock(FollowingClock):
    """Goes on at the machine's pace from wherever it was moved to: people look at that HQ."""

    def __init__(self, start_ms: int = 0) -> None:
        """Start at `start_ms` (milliseconds since 1970, UTC)."""
        super().__init__(start_ms)
        self._ahead_ms = start_ms - _machine_ms()

    def follow(self, time_ms: int) -> None:
        """Move to a time whose signature has been checked, unless we are beyond it."""
        with self._lock:
            self._ahead_ms = max(self._ahead_ms, time_ms - _machine_ms())

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return _machine_ms() + self._ahead_ms


def clock_of_people(clock: Clock) -> Clock:
    """Return the clock by which people's own time goes: a year that flies past signs nobody out."""
    return SystemClock() if isinstance(clock, FollowingClock) else clock


def _machine_ms() -> int:
    return int(monotonic() * 1000)

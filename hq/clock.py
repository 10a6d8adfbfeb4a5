"""A clock for the demo.

HQ lives in the year that is being replayed. Off by default, and every answer says when it is on.
"""

import threading

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

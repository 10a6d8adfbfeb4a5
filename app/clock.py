"""The only place that asks the machine for the time. Everyone else is handed a `Clock`."""

import os
import time
from pathlib import Path
from typing import Protocol

from app.core.trusted_time import UNTOLD

BOOT_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)
BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Where time comes from; the demo and the tests bring their own."""

    def now_ms(self) -> int:
        """Milliseconds since 1970 in UTC, as the machine believes."""
        ...

    def boot_ms(self) -> int:
        """Milliseconds since the machine started, sleep included."""
        ...

    def boot_id(self) -> bytes:
        """Sixteen bytes that change whenever the machine starts anew."""
        ...


class SystemClock:
    """The machine's own clock."""

    def __init__(self) -> None:
        """Read the boot identity once: it can't change while we run."""
        self._boot_id = _read_boot_id()

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return time.time_ns() // 1_000_000

    def boot_ms(self) -> int:
        """See `Clock.boot_ms`; where the system counts no sleep, its monotonic clock stands in."""
        ns = time.monotonic_ns() if BOOT_CLOCK is None else time.clock_gettime_ns(BOOT_CLOCK)
        return ns // 1_000_000

    def boot_id(self) -> bytes:
        """See `Clock.boot_id`."""
        return self._boot_id


class ResumedClock:
    """Goes on from a moment of the past at the machine's pace; the demo's window lives in the year of its data."""

    def __init__(self, start_ms: int) -> None:
        """Start at `start_ms` (milliseconds since 1970, UTC)."""
        self._start_ms = start_ms
        self._machine = SystemClock()
        self._began_ms = self._machine.boot_ms()

    def move_on_to(self, now_ms: int) -> None:
        """Jump ahead to a moment; never back."""
        self._start_ms += max(now_ms - self.now_ms(), 0)

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return self._start_ms + self._machine.boot_ms() - self._began_ms

    def boot_ms(self) -> int:
        """See `Clock.boot_ms`."""
        return self.now_ms()

    def boot_id(self) -> bytes:
        """See `Clock.boot_id`."""
        return self._machine.boot_id()


class SetClock:
    """A clock that stands where it was set: the replay of past years and the tests move it by hand."""

    def __init__(self, now_ms: int = 0) -> None:
        """Start at `now_ms` (milliseconds since 1970, UTC)."""
        self._now_ms = now_ms

    def set_ms(self, now_ms: int) -> None:
        """Move to `now_ms`; moving back is allowed, since tests wind clocks back on purpose."""
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return self._now_ms

    def boot_ms(self) -> int:
        """The same as `now_ms`: such a machine started in 1970."""
        return self._now_ms

    def boot_id(self) -> bytes:
        """Always the same: such a machine never restarts."""
        return bytes(16)


def _read_boot_id() -> bytes:
    try:
        return bytes.fromhex(BOOT_ID_FILE.read_text(encoding="ascii").strip().replace("-", ""))
    except (OSError, ValueError):
        # Only Linux tells. Elsewhere each start of the program is taken for one of the machine, which is the careful
        # reading: time after it is of weaker quality. The mark keeps such starts from being counted as the machine's.
        return UNTOLD + os.urandom(16 - len(UNTOLD))

"""When to try again, as an immutable value. Nothing here sleeps.

After a cut a station that has something to send asks every 10 s, give or take 3, for ever: HQ must learn within half
a minute of the line's return. Only an HQ that says it is overloaded is asked more and more rarely, up to 5 minutes.
"""

from dataclasses import dataclass, replace

PROBE_S = 10.0
PROBE_JITTER_S = 3.0
BUSY_FIRST_S = 5.0
BUSY_MAX_S = 300.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """How many times in a row HQ was too busy."""

    busy_count: int = 0

    def delay_s(
        self, *, interval_s: float, waiting: int, is_online: bool, retry_after_s: int, luck: float
    ) -> float:
        """Return the seconds to the next try. `luck` (0…1, random) keeps stations from acting as one."""
        if self.busy_count:
            ceiling = min(BUSY_FIRST_S * (1 << (self.busy_count - 1)), BUSY_MAX_S)
            return max(float(retry_after_s), ceiling * luck)
        if waiting and not is_online:
            return PROBE_S + PROBE_JITTER_S * (2 * luck - 1)
        return interval_s

    def after_busy(self) -> "Backoff":
        """HQ was too busy."""
        return replace(self, busy_count=min(self.busy_count + 1, 16))

    def after_answer(self) -> "Backoff":
        """HQ answered, or could not be reached at all."""
        return Backoff()

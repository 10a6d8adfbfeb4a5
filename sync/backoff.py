"""When to try again, as an immutable value. Nothing here sleeps.

After a cut a station that has something to send asks every 10 s, give or take 3, for ever: HQ must learn within half
a minute of the line's return. An HQ that is overloaded and says when to come back gave this station a time of its own:
that is kept, since whoever comes much later leaves HQ idle and waits longest. Only where nobody says when, as with a
proxy in front of HQ, it is asked more and more rarely, up to 5 minutes. A first try that fails is followed by a second
one within seconds: people are told of a cut when both have failed.
"""

from dataclasses import dataclass, replace

PROBE_S = 10.0
PROBE_JITTER_S = 3.0
SECOND_S = 3.0  # to the second try, give or take half of it
BUSY_FIRST_S = 5.0
BUSY_MAX_S = 300.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """How many times in a row HQ was too busy, and could not be reached."""

    busy_count: int = 0
    failed_count: int = 0

    def delay_s(
        self, *, interval_s: float, waiting: int, is_online: bool, retry_after_s: int, luck: float
    ) -> float:
        """Return the seconds to the next try. `luck` (0…1, random) keeps stations from acting as one.

        `retry_after_s` is 0 where nobody said when."""
        if self.busy_count:
            ceiling = min(BUSY_FIRST_S * (1 << (self.busy_count - 1)), BUSY_MAX_S)
            if not retry_after_s:
                return ceiling * luck
            return min(retry_after_s + min(ceiling, retry_after_s / 2) * luck, BUSY_MAX_S)
        if self.failed_count == 1:
            return SECOND_S * (0.5 + luck)
        if waiting and not is_online:
            return PROBE_S + PROBE_JITTER_S * (2 * luck - 1)
        return interval_s

    def after_busy(self) -> "Backoff":
        """HQ was too busy."""
        return replace(self, busy_count=min(self.busy_count + 1, 16), failed_count=0)

    def after_failure(self) -> "Backoff":
        """HQ could not be reached, or whoever answered was not HQ."""
        return Backoff(failed_count=min(self.failed_count + 1, 16))

    def after_answer(self) -> "Backoff":
        """HQ answered."""
        return Backoff()

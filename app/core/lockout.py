"""How often a PIN may be tried: five times, then a wait of a minute, which doubles each time, up to a day.

A try counts before it is looked at, so that a program that ends in between has used it up. A wait is measured by the
boot clock, which nobody sets; when the machine has started anew nobody knows how long it was off, so the wait begins
again. A right PIN clears all of it. Pure: where it is kept, and what the clock says, is for others.
"""

from dataclasses import dataclass, replace

from app.core.reasons import Reason, Refusal
from app.core.trusted_time import Reading

TRIES = 5
SECOND_MS = 1000
FIRST_WAIT_MS, LONGEST_WAIT_MS = 60_000, 24 * 60 * 60_000


@dataclass(frozen=True, slots=True)
class Lockout:
    """What is kept of somebody's tries. `tries` since the last wait; `locks` waits since the last right PIN.

    With all tries used a wait runs, from `boot_ms` of the start of the machine that `boot` names. `is_told` says that
    the journal has the wait.
    """

    tries: int = 0
    locks: int = 0
    boot: bytes = b""
    boot_ms: int = 0
    is_told: bool = True

    @property
    def left(self) -> int:
        """How many tries are left before the next wait."""
        return TRIES - self.tries

    @property
    def wait_ms(self) -> int:
        """How long the wait is in all; 0 before the first."""
        return min(FIRST_WAIT_MS << (self.locks - 1), LONGEST_WAIT_MS) if self.locks else 0

    def remaining_ms(self, now: Reading) -> int:
        """Return how long to wait still. Of a wait in another start of the machine: all of it."""
        if self.tries < TRIES:
            return 0
        passed = now.boot_ms - self.boot_ms
        return max(self.wait_ms - passed, 0) if now.boot == self.boot and passed >= 0 else self.wait_ms

    def resumed(self, now: Reading) -> "Lockout":
        """Return the same with a running wait begun anew, if the machine has started since it began."""
        is_same = now.boot == self.boot and now.boot_ms >= self.boot_ms
        return self if self.tries < TRIES or is_same else replace(self, boot=now.boot, boot_ms=now.boot_ms)

    def tried(self, now: Reading) -> "Lockout":
        """Return what a try makes of it; none is possible while a wait runs. The last one begins the next wait."""
        assert not self.remaining_ms(now), "nobody tries while the wait runs"
        tries = self.tries + 1 if self.tries < TRIES else 1
        if tries < TRIES:
            return Lockout(tries, self.locks)
        return Lockout(tries, self.locks + 1, now.boot, now.boot_ms, is_told=False)

    def refusal(self, now: Reading) -> Refusal:
        """Say what a wrong PIN, or a try while the wait runs, comes to."""
        remaining_ms = self.remaining_ms(now)
        if remaining_ms:
            return Refusal(Reason.PIN_LOCKED, {"seconds": -(-remaining_ms // SECOND_MS)})
        return Refusal(Reason.PIN_WRONG, {"left": self.left})


def refused_untried(*, rests_on: str | None, held: str | None) -> Refusal | None:
    """Say why somebody's PIN can't even be tried, or None.

    `rests_on` is the name of the pepper that it rests on (None: no such person), `held` of the one that is here.
    """
    if rests_on is None:
        return Refusal(Reason.NOT_STAFF)
    return None if rests_on == held else Refusal(Reason.PIN_UNCHECKED)

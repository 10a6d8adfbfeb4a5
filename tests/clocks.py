"""A machine with both its clocks, which a test lets go on, sets, switches off and on again."""

from app.core.trusted_time import Reading


class Machine:
    """Time that passes is `really`; the wall clock shows something else once somebody has set it."""

    def __init__(self, now_ms: int) -> None:
        self.really_ms = now_ms
        self._off_by_ms = 0
        self._started_ms = now_ms - 60_000
        self._starts = 1

    def now_ms(self) -> int:
        return self.really_ms + self._off_by_ms

    def boot_ms(self) -> int:
        return self.really_ms - self._started_ms

    def boot_id(self) -> bytes:
        return self._starts.to_bytes(16, "big")

    def reading(self) -> Reading:
        return Reading(self.now_ms(), self.boot_id(), self.boot_ms())

    def go_on(self, ms: int) -> None:
        self.really_ms += ms

    def set_wall(self, now_ms: int) -> None:
        self._off_by_ms = now_ms - self.really_ms

    def restart(self, *, off_ms: int = 60_000) -> None:
        self.really_ms += off_ms
        self._started_ms = self.really_ms - 1_000
        self._starts += 1

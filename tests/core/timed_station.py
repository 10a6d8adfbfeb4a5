"""A station's time on a machine whose clocks can be set, and an HQ that may be wrong."""

from dataclasses import dataclass, field

from app.core.trusted_time import Jump, TrustedTime, anchored, first_time, seen
from tests.clocks import Machine

NOW_MS = 1_767_632_400_000
MINUTE_MS, HOUR_MS, DAY_MS, YEAR_MS = 60_000, 3_600_000, 86_400_000, 365 * 86_400_000
IN_2099 = NOW_MS + 73 * YEAR_MS
EMPTY_BATTERY = 0


@dataclass
class Station:
    """A station's time on a machine, and an HQ whose clock may be wrong as well."""

    machine: Machine = field(default_factory=lambda: Machine(NOW_MS))
    hq_off_by_ms: int = 0
    jumps: list[Jump] = field(default_factory=list)
    time: TrustedTime = field(init=False)

    def __post_init__(self) -> None:
        self.time = first_time(self.machine.reading())

    def now_ms(self) -> int:
        self.time, jump = seen(self.time, self.machine.reading())
        self.jumps += [jump] if jump else []
        return self.time.floor_ms

    def hear_hq(self, *, round_trip_ms: int = 0) -> None:
        self.now_ms()
        sent, signed_ms = self.machine.reading(), self.machine.really_ms + self.hq_off_by_ms
        self.machine.go_on(round_trip_ms)
        self.now_ms()
        self.time = anchored(self.time, sent, self.machine.reading(), signed_ms)

    @property
    def quality(self) -> str:
        self.now_ms()
        return self.time.quality(self.machine.reading())

    @property
    def is_doubtful(self) -> bool:
        self.now_ms()
        return self.time.is_doubtful(self.machine.reading())

    @property
    def error_ms(self) -> int:
        """How far effective time is ahead of the truth."""
        return self.now_ms() - self.machine.really_ms

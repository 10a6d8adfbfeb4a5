"""The oracles of time: what stations go by never turns back, lengthens nothing, and heals when HQ tells the time.

Whoever stands in the shop has a watch that is right.
"""

from tests.sim.claims import Memory
from tests.sim.reading import Content

SLACK_MS = 5 * 60_000  # less than this is no jump
OFF_MAX_MS = 14 * 86_400_000  # for how long a machine may claim to have been off before HQ is heard again


class ClockOracles:
    """Follows the effective times that stations write down."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._anchored: set[str] = set()  # heard HQ's time since their machine was started
        self._was_off: set[str] = set()
        self._ends_ms: dict[str, int] = {}  # of campaigns

    def ends(self, campaign: str, ends_ms: int) -> None:
        """A campaign is over at a moment."""
        self._ends_ms[campaign] = ends_ms

    def rebooted(self, station: str) -> None:
        self._anchored.discard(station)
        self._was_off.add(station)

    def follow(self, station: str, latest_ms: int, entry: Content) -> int:
        """An entry comes behind others, the latest of which says `latest_ms`; return what is the latest now."""
        t_eff = effective_time(entry)
        self._memory.claim("I18", not t_eff or t_eff >= latest_ms, f"{station} goes back at {entry.place}")
        return max(latest_ms, t_eff)

    def wrote(self, station: str, entry: Content, *, true_ms: int) -> None:
        """An entry was written just now."""
        t_eff = effective_time(entry)
        is_bound = t_eff <= true_ms + OFF_MAX_MS + SLACK_MS
        self._memory.claim("I18", is_bound, f"{station} is ahead by {t_eff - true_ms} ms at {entry.place}")
        ends_ms = self._ends_ms.get(str(entry.data.get("campaign")))
        if entry.type == "redeem" and ends_ms is not None and station in self._anchored:
            is_good = true_ms < ends_ms + SLACK_MS
            self._memory.claim("I18", is_good, f"{station} gave at {entry.place} what had ended")

    def heard(self, station: str, *, effective_ms: int, true_ms: int) -> None:
        """HQ has told a station the time. What a wrong clock made of a night then waits, and is not turned back."""
        self._anchored.add(station)
        ahead_max_ms = SLACK_MS + (OFF_MAX_MS if station in self._was_off else 0)
        is_near = true_ms - SLACK_MS <= effective_ms <= true_ms + ahead_max_ms
        self._memory.claim("I18", is_near, f"{station} goes by {effective_ms}, and it is {true_ms}")


def effective_time(entry: Content) -> int:
    """Return the effective time that an entry tells; 0 where it tells none."""
    found = entry.data.get("t_eff", 0)
    return found if isinstance(found, int) else 0

"""The oracles of time: what stations go by never turns back, lengthens nothing, and heals when HQ tells the time.

Whoever stands in the shop has a watch that is right.
"""

from tests.sim.claims import Memory
from tests.sim.reading import Chain, Content, Place

SLACK_MS = 5 * 60_000  # less than this is no jump
OFF_MAX_MS = 14 * 86_400_000  # for how long a machine may claim to have been off before HQ is heard again


class ClockOracles:
    """Follows the effective times that stations write down."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._anchored: set[str] = set()  # heard HQ's time since their machine was started
        self._was_off: set[str] = set()
        self._touched: set[str] = set()  # somebody has set their clocks
        self._unseen: set[str] = set()  # nothing was recorded since their machine was started
        self._doubtful: set[str] = (
            set()
        )  # their clocks were found to have gone back or jumped, and HQ wasn't asked
        self._heard: set[str] = set()  # HQ's time at least once, in this epoch
        self._settled: dict[str, Place] = {}  # the first entry after that: behind it nothing turns back
        self._turned: dict[tuple[str, Chain], Place] = {}  # where effective time went back that one time
        self._ends_ms: dict[str, int] = {}  # of campaigns

    def ends(self, campaign: str, ends_ms: int) -> None:
        """A campaign is over at a moment, as head office has announced."""
        self._ends_ms[campaign] = ends_ms

    def rebooted(self, station: str) -> None:
        """The machine was off: how long, only its wall clock can tell it."""
        self._anchored.discard(station)
        self._was_off.add(station)
        self._unseen.add(station)

    def touched(self, station: str) -> None:
        """Somebody has set the clock."""
        self._touched.add(station)

    def copied(self, original: str, copy: str) -> None:
        if original in self._touched:
            self._touched.add(copy)

    def tried_to_hear(self, station: str) -> None:
        """A station may have heard HQ's time, or begun anew without any."""
        self._doubtful.discard(station)
        self._unseen.discard(station)

    def follow(self, station: str, latest_ms: int, entry: Content) -> int:
        """An entry comes behind others, the latest of which says `latest_ms`; return what is the latest now."""
        t_eff = effective_time(entry)
        is_on = not t_eff or t_eff >= latest_ms or self._may_turn(station, entry.place)
        self._memory.claim("I18", is_on, f"{station} goes back at {entry.place}")
        return t_eff or latest_ms

    def _may_turn(self, station: str, place: Place) -> bool:
        """Tell whether this is where a station took HQ's time for the first time in an epoch, which may be behind."""
        settled = self._settled.get(station)
        if settled is not None and settled[:2] == place[:2] and place > settled:
            return False
        return self._turned.setdefault((station, place[:2]), place) == place

    def begins_anew(self, station: str) -> None:
        """A new epoch begins, without any time of HQ's."""
        self._heard.discard(station)
        self._settled.pop(station, None)
        self._doubtful.discard(station)

    def wrote(self, station: str, entry: Content, *, true_ms: int) -> None:
        """An entry was written just now."""
        t_eff = effective_time(entry)
        is_bound = t_eff <= true_ms + OFF_MAX_MS + SLACK_MS
        self._memory.claim("I18", is_bound, f"{station} is ahead by {t_eff - true_ms} ms at {entry.place}")
        if station in self._heard and t_eff:
            self._settled.setdefault(station, entry.place)
        if station not in self._touched and t_eff:
            is_on = t_eff >= true_ms - SLACK_MS
            self._memory.claim("I18", is_on, f"{station} is behind by {true_ms - t_eff} ms at {entry.place}")
        self._gives_nothing_in_doubt(station, entry)
        ends_ms = self._ends_ms.get(str(entry.data.get("campaign")))
        if entry.type == "redeem" and ends_ms is not None and station in self._anchored:
            is_good = true_ms < ends_ms + SLACK_MS
            self._memory.claim("I18", is_good, f"{station} gave at {entry.place} what had ended")

    def _gives_nothing_in_doubt(self, station: str, entry: Content) -> None:
        """All campaigns here have an end: while nobody knows what day it is, none gives anything."""
        if station in self._unseen:  # what the clock said before, while nobody was served, nobody has gone by
            self._unseen.discard(station)
            if entry.wall_ms < latest_time(self._memory.files[station]) - SLACK_MS:
                self._doubtful.add(station)
        if station in self._doubtful:
            gives = entry.type == "redeem" or (entry.type == "order" and entry.data["campaigns"])
            self._memory.claim(
                "I18", not gives, f"{station} gave at {entry.place}, and its clock is in doubt"
            )
        if entry.type == "clock_jump":
            self._doubtful.add(station)

    def heard(self, station: str, *, effective_ms: int, true_ms: int) -> None:
        """HQ has told a station the time. What a wrong clock made of a night then waits, and is not turned back."""
        self._anchored.add(station)
        self._heard.add(station)
        ahead_max_ms = SLACK_MS + (OFF_MAX_MS if station in self._was_off else 0)
        is_near = true_ms - SLACK_MS <= effective_ms <= true_ms + ahead_max_ms
        self._memory.claim("I18", is_near, f"{station} goes by {effective_ms}, and it is {true_ms}")


def latest_time(file: dict[Place, Content]) -> int:
    """Return the effective time of the last entry that tells one; 0 where none does."""
    return next((found for entry in reversed(file.values()) if (found := effective_time(entry))), 0)


def effective_time(entry: Content) -> int:
    """Return the effective time that an entry tells; 0 where it tells none."""
    found = entry.data.get("t_eff", 0)
    return found if isinstance(found, int) else 0

"""The oracles of time: what stations go by never turns back, lengthens nothing, and heals when HQ tells the time.

Whoever stands in the shop has a watch that is right.
"""

from tests.sim.claims import Memory
from tests.sim.reading import Chain, Content, Place

SLACK_MS = 5 * 60_000  # less than this is no jump
OFF_MAX_MS = 14 * 86_400_000  # for how long a machine may claim to have been off before HQ is heard again
TWICE_FROM_MS = 2 * 3_600_000  # a word that carries time further on than this may have to be said twice
TWICE_MS = 15 * 60_000  # so much later HQ has said it again


class ClockOracles:
    """Follows the effective times that stations write down."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._touched: set[str] = set()  # somebody has set their clocks
        self._told: set[str] = set()  # a time of HQ's has come to them, in this epoch
        self._was_off: set[str] = set()  # since then
        self._heard: set[str] = set()  # nothing stood in the way of such a time, in this epoch
        self._anchored: set[str] = set()  # that, and they go by it, in this start of their machine
        self._unseen: set[str] = set()  # nothing was recorded since their machine was started
        self._jumped: set[str] = set()  # their clocks were found to have; no time of HQ's has come since
        self._waiting: set[str] = set()  # for HQ to say again what it said, and it has not spoken since
        self._said_ms: dict[str, int] = {}  # when it first did, in this start of the machine
        self._settled: dict[str, Place] = {}  # the first entry after HQ's word: behind it nothing turns back
        self._turned: dict[tuple[str, Chain], Place] = {}  # where effective time went back that one time
        self._ends_ms: dict[str, int] = {}  # of campaigns

    def ends(self, campaign: str, ends_ms: int) -> None:
        """A campaign is over at a moment, as head office has announced."""
        self._ends_ms[campaign] = ends_ms

    def rebooted(self, station: str) -> None:
        """The machine was off: how long, only its wall clock can tell it."""
        self._anchored.discard(station)
        self._said_ms.pop(station, None)
        self._unseen.add(station)
        if station in self._told:
            self._was_off.add(station)

    def touched(self, station: str) -> None:
        """Somebody has set the clock."""
        self._touched.add(station)

    def copied(self, original: str, copy: str) -> None:
        """Another machine knows what one has written down."""
        kept = (self._touched, self._told, self._was_off, self._heard, self._jumped, self._waiting)
        for known in kept:
            if original in known:
                known.add(copy)
        self.rebooted(copy)

    def told(self, station: str) -> None:
        """HQ's signed answer to a station's question for the time has come down its line. It may go by it, or not."""
        self._told.add(station)
        self._unseen.discard(station)
        self._jumped.discard(station)
        self._waiting.discard(station)

    def set_back(self, station: str) -> None:
        """It knows what it knew some time ago: perhaps of no jump, and of no word of HQ's."""
        for known in (self._heard, self._anchored, self._unseen, self._jumped, self._waiting):
            known.discard(station)
        self._said_ms.pop(station, None)

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
        for known in (self._told, self._was_off, self._heard, self._anchored, self._waiting):
            known.discard(station)
        self._said_ms.pop(station, None)
        self._settled.pop(station, None)

    def wrote(self, station: str, entry: Content, *, true_ms: int) -> None:
        """An entry was written just now."""
        t_eff = effective_time(entry)
        if station in self._heard:  # before that there is nothing to measure a clock by
            is_bound = t_eff <= true_ms + OFF_MAX_MS + SLACK_MS
            self._memory.claim(
                "I18", is_bound, f"{station} is ahead by {t_eff - true_ms} ms at {entry.place}"
            )
            if t_eff:
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
                self._jumped.add(station)
        if station in self._jumped | self._waiting:
            gives = entry.type == "redeem" or (entry.type == "order" and entry.data["campaigns"])
            self._memory.claim(
                "I18", not gives, f"{station} gave at {entry.place}, and its clock is in doubt"
            )
        if entry.type == "clock_jump":
            self._jumped.add(station)

    def heard(self, station: str, *, effective_ms: int, true_ms: int) -> None:
        """HQ has told a station the time. What a wrong clock made of a night then waits, and is not turned back."""
        self._heard.add(station)
        if self._may_wait(station, behind_ms=true_ms - effective_ms, true_ms=true_ms):
            self._waiting.add(station)
            return
        self._anchored.add(station)
        ahead_max_ms = SLACK_MS + (OFF_MAX_MS if station in self._was_off else 0)
        is_near = true_ms - SLACK_MS <= effective_ms <= true_ms + ahead_max_ms
        self._memory.claim("I18", is_near, f"{station} goes by {effective_ms}, and it is {true_ms}")

    def _may_wait(self, station: str, *, behind_ms: int, true_ms: int) -> bool:
        """Tell whether a station that HQ would carry far on may have it say so twice before it goes by it.

        Only one whose wall clock somebody has set, and which has not gone by HQ's word since its machine was started.
        """
        if station not in self._touched or station in self._anchored or behind_ms < TWICE_FROM_MS:
            return False
        return true_ms - self._said_ms.setdefault(station, true_ms) < TWICE_MS


def latest_time(file: dict[Place, Content]) -> int:
    """Return the effective time of the last entry that tells one; 0 where none does."""
    return next((found for entry in reversed(file.values()) if (found := effective_time(entry))), 0)


def effective_time(entry: Content) -> int:
    """Return the effective time that an entry tells; 0 where it tells none."""
    found = entry.data.get("t_eff", 0)
    return found if isinstance(found, int) else 0

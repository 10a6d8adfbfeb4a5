"""Every way from one state of the pill to another, by a clock that is set and a line that does what it is told."""

from dataclasses import replace

import pytest

from app.clock import SetClock
from app.core.standing import Standing
from sync.faults import ClientTooOld, HqUnreachable
from sync.worker import LinkState
from tests.builders import NOW_MS
from ui.models.pill import STALE_AFTER_S, Line, after, pill
from ui.models.state import PillKind

HOUR_MS = 3_600_000
UP, DOWN = LinkState(is_online=True), LinkState(problem=HqUnreachable.code)
OLD = LinkState(problem=ClientTooOld.code)
FORK = LinkState(problem="fork")
DISK = LinkState(problem="disk_full")

# What happens: how the line stands after a try, and what else is known.
STEPS = {
    "answers": (UP, {}),
    "is recorded": (UP, {"waiting": 1}),
    "goes": (DOWN, {"waiting": 2}),
    "stays away": (None, {}),  # a day and an hour pass
    "is flagged": (UP, {"flagged": 2}),
    "shuts out": (UP, {"standing": Standing.REVOKED}),
    "not confirmed": (UP, {"standing": Standing.NOT_CONFIRMED}),
    "too old": (OLD, {}),
    "stops the queue": (FORK, {"waiting": 3}),
    "disk is full": (DISK, {"waiting": 1}),
}
BECOMES = {
    "answers": PillKind.FRESH,
    "is recorded": PillKind.SENDING,
    "goes": PillKind.OFFLINE,
    "is flagged": PillKind.ATTENTION,
    "shuts out": PillKind.REVOKED,
    "not confirmed": PillKind.EARN_ONLY,
    "too old": PillKind.UPDATE,
    "stops the queue": PillKind.ATTENTION,
    "disk is full": PillKind.STORAGE,
}


class Station:
    """The line of a station as the window knows it."""

    def __init__(self) -> None:
        self.clock, self.line = SetClock(NOW_MS), Line()

    def do(self, name: str) -> None:
        link, known = STEPS[name]
        if link is None:
            self.clock.set_ms(self.clock.now_ms() + STALE_AFTER_S * 1_000 + HOUR_MS)
            return
        now_ms = self.clock.now_ms()
        synced = now_ms if link.is_online else self.line.link.synced_at_ms
        link = replace(link, synced_at_ms=synced, as_of_ms=synced)
        known = {"waiting": 0, "flagged": 0} | known
        standing = known.pop("standing", Standing.GOOD)
        self.line = replace(after(self.line, link, now_ms=now_ms, **known), standing=standing)

    @property
    def kind(self) -> PillKind:
        return pill(self.line, now_ms=self.clock.now_ms()).kind


@pytest.mark.parametrize("then", BECOMES)
@pytest.mark.parametrize("first", ["", *BECOMES])
def test_from_every_state_to_every_other(first: str, then: str):
    station = Station()
    assert station.kind is PillKind.CONNECTING
    if first:
        station.do(first)
        assert station.kind is BECOMES[first]
    station.do(then)
    assert station.kind is BECOMES[then]


@pytest.mark.parametrize("then", BECOMES)
def test_stale_after_a_day_without_head_office_and_from_there_to_every_other(then: str):
    station = Station()
    station.do("answers")
    station.do("goes")
    station.do("stays away")
    assert station.kind is PillKind.STALE
    station.do(then)
    assert station.kind is (PillKind.STALE if then == "goes" else BECOMES[then])


@pytest.mark.parametrize("first", ["is flagged", "shuts out", "not confirmed", "stops the queue"])
def test_what_a_person_must_look_at_outlasts_the_day(first: str):
    station = Station()
    station.do(first)
    station.do("stays away")
    assert station.kind is BECOMES[first]


def test_it_counts_down_to_the_next_try():
    link = replace(DOWN, next_ms=NOW_MS + 21_000)
    line = Line(link, is_known=True, offline_since_ms=NOW_MS)
    assert [pill(line, now_ms=NOW_MS + passed).next_s for passed in (0, 20_000, 30_000)] == [21, 1, 0]

"""Every way from one state of the pill to another, by a clock that is set and a line that does what it is told."""

from dataclasses import replace

import pytest

from app.clock import SetClock
from app.core.standing import Standing
from sync.faults import ClientTooOld, HqUnreachable
from sync.worker import LinkState
from tests.builders import NOW_MS
from ui.models.pill import STALE_AFTER_S, TRIES, Line, heard, pill
from ui.models.state import Pill, PillKind

HOUR_MS = 3_600_000
UP, DOWN = LinkState(is_online=True), LinkState(problem=HqUnreachable.code)
OLD = LinkState(problem=ClientTooOld.code)
FORK = LinkState(problem="fork")
DISK = LinkState(problem="disk_full")
SENDING = LinkState(is_online=True, sending_after=7)
SOON = LinkState(is_online=True, update_by_ms=NOW_MS + HOUR_MS)

# What happens: how the line stands after a try, and what else is known.
STEPS = {
    "answers": (UP, {}),
    "is recorded": (UP, {"waiting": 1}),
    "is sending": (SENDING, {"waiting": 25, "sent": 12}),
    "goes": (DOWN, {"waiting": 2}),
    "stays away": (None, {}),  # a day and an hour pass
    "is flagged": (UP, {"flagged": 2}),
    "shuts out": (UP, {"standing": Standing.REVOKED}),
    "not confirmed": (UP, {"standing": Standing.NOT_CONFIRMED}),
    "too old": (OLD, {}),
    "soon too old": (SOON, {}),
    "stops the queue": (FORK, {"waiting": 3}),
    "disk is full": (DISK, {"waiting": 1}),
    "limit ends": (UP, {"standing": Standing.FACTS_OLD}),
}
BECOMES = {
    "answers": PillKind.FRESH,
    "is recorded": PillKind.SENDING,
    "is sending": PillKind.SENDING,
    "goes": PillKind.OFFLINE,
    "is flagged": PillKind.ATTENTION,
    "shuts out": PillKind.REVOKED,
    "not confirmed": PillKind.EARN_ONLY,
    "too old": PillKind.UPDATE,
    "soon too old": PillKind.UPDATE,
    "stops the queue": PillKind.ATTENTION,
    "disk is full": PillKind.STORAGE,
    "limit ends": PillKind.ENDED,
}


class Station:
    """The line of a station as the window knows it."""

    def __init__(self) -> None:
        self.clock, self.line = SetClock(NOW_MS), Line()

    def do(self, name: str) -> None:
        link, _ = STEPS[name]
        if link is None:
            self.clock.set_ms(self.clock.now_ms() + STALE_AFTER_S * 1_000 + HOUR_MS)
            return
        for _ in range(TRIES if link is DOWN else 1):
            self.try_once(name)

    def try_once(self, name: str) -> None:
        link, known = STEPS[name]
        now_ms = self.clock.now_ms()
        synced = now_ms if link.is_online else self.line.told.synced_at_ms
        link = replace(link, synced_at_ms=synced, as_of_ms=synced)
        line = heard(self.line, link, now_ms=now_ms)
        self.line = replace(
            line, **{"waiting": 0, "sent": 0, "flagged": 0, "standing": Standing.GOOD} | known
        )

    @property
    def pill(self) -> Pill:
        return pill(self.line, now_ms=self.clock.now_ms())

    @property
    def kind(self) -> PillKind:
        return self.pill.kind


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


@pytest.mark.parametrize(
    "first", ["", "answers", "too old", "soon too old", "stops the queue", "disk is full"]
)
def test_a_try_that_fails_leaves_what_was_told_and_the_second_in_a_row_does_not(first: str):
    station = Station()
    if first:
        station.do(first)
    before = replace(station.pill, waiting=2, tries=1)
    station.try_once("goes")
    told = replace(station.pill, attention=before.attention)
    assert told in (before, replace(before, kind=PillKind.SENDING))  # what was recorded meanwhile counts
    assert station.line.link.problem == HqUnreachable.code  # orders are decided by how it stands
    station.do("answers")
    station.try_once("goes")
    assert station.kind is PillKind.SENDING  # that was not in a row
    station.try_once("goes")
    assert station.kind is PillKind.OFFLINE


def test_it_counts_the_tries_that_nobody_answered():
    station = Station()
    station.do("answers")
    counted = []
    for step in ("goes", "goes", "goes", "disk is full", "goes", "answers"):
        station.try_once(step)
        counted.append(station.pill.tries)
    assert counted == [1, 2, 3, 0, 1, 0]


def test_a_push_says_how_far_it_is_and_what_breaks_it_off_says_so_at_its_second_failure():
    station = Station()
    station.do("goes")
    station.do("is sending")
    assert (station.pill.sent, station.pill.waiting) == (12, 25)
    station.try_once("goes")
    assert (station.kind, station.pill.sent) == (PillKind.SENDING, 0)
    station.try_once("goes")
    assert station.kind is PillKind.OFFLINE


def test_the_day_until_which_all_works_stands_until_head_office_is_away():
    station = Station()
    station.do("soon too old")
    assert station.pill.by_ms == SOON.update_by_ms
    station.do("goes")
    assert (station.kind, station.pill.by_ms) == (PillKind.OFFLINE, None)


def test_head_office_says_after_how_long_it_warns():
    line = replace(Line(), stale_s=3_600)
    for _ in range(TRIES):
        line = heard(line, DOWN, now_ms=NOW_MS)
    kinds = [pill(line, now_ms=NOW_MS + passed_s * 1_000).kind for passed_s in (3_600, 3_601)]
    assert kinds == [PillKind.OFFLINE, PillKind.STALE]


def test_it_counts_down_to_the_next_try():
    line = heard(Line(), replace(DOWN, next_ms=NOW_MS + 21_000), now_ms=NOW_MS)
    assert [pill(line, now_ms=NOW_MS + passed).next_s for passed in (0, 20_000, 30_000)] == [21, 1, 0]

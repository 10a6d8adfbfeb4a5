"""Effective time, whatever happens to the clocks of a station and of HQ."""

from hypothesis import example, given
from hypothesis import strategies as st

from app.core.trusted_time import OFF_MAX_MS, WAIT_MAX_MS, in_new_epoch
from tests.core.timed_station import DAY_MS, EMPTY_BATTERY, HOUR_MS, IN_2099, NOW_MS, YEAR_MS, Station

WALLS = st.one_of(
    st.sampled_from([EMPTY_BATTERY, IN_2099]),
    st.integers(-60 * DAY_MS, 60 * DAY_MS).map(lambda off_ms: NOW_MS + off_ms),
)
EVENTS = st.one_of(
    st.tuples(st.just("go on"), st.integers(0, 3 * DAY_MS)),
    st.tuples(st.just("set"), WALLS),
    st.tuples(st.just("restart"), st.integers(0, 3 * DAY_MS)),
    st.tuples(st.just("restart and set"), WALLS),
    st.tuples(st.just("hear"), st.integers(0, 30_000)),
    st.tuples(st.just("hear a wrong HQ"), st.integers(-HOUR_MS, HOUR_MS)),
)
FAR_WORDS = st.one_of(  # beyond what a wall clock says as well: two that agree are believed
    st.sampled_from([None, -9 * YEAR_MS, 2 * YEAR_MS, 90 * YEAR_MS]),
    st.integers(-2 * OFF_MAX_MS, 2 * OFF_MAX_MS),
)


AGAIN_AND_AGAIN = [
    event for days in (14, 28, 42) for event in (("restart and set", NOW_MS + days * DAY_MS), ("hear", 0))
]


def happen(station: Station, what: str, number: int) -> None:
    machine = station.machine
    match what:
        case "go on":
            machine.go_on(number)
        case "set":
            machine.set_wall(number)
        case "restart":
            machine.restart(off_ms=number)
        case "restart and set":
            machine.restart()
            machine.set_wall(number)
        case "hear":
            station.hear_hq(round_trip_ms=number)
        case _:
            station.hq_off_by_ms, right_ms = number, station.hq_off_by_ms
            station.hear_hq()
            station.hq_off_by_ms = right_ms


@given(
    events=st.lists(EVENTS, max_size=25), knows_hq=st.booleans(), far_ms=FAR_WORDS, after=st.integers(0, 25)
)
@example(events=AGAIN_AND_AGAIN, knows_hq=True, far_ms=None, after=0)
@example(events=[("restart", DAY_MS)], knows_hq=True, far_ms=YEAR_MS, after=1)
@example(events=[("restart and set", IN_2099)], knows_hq=False, far_ms=2 * YEAR_MS, after=1)
def test_time_never_goes_back_and_is_never_lost(
    events: list[tuple[str, int]], knows_hq: bool, far_ms: int | None, after: int
) -> None:
    """Once, if at all, HQ is wrong by more than an hour: after a jump that may cost a month, not more.

    Unless that is its first word: nothing can be held against it but a clock that anybody could set. It binds until
    HQ has been right for as long as it was wrong, or a person at HQ agrees to a new epoch.
    """
    station = Station()
    if knows_hq:
        station.hear_hq()
    heard = knows_hq or any(what.startswith("hear") for what, _ in events[:after])
    is_first = far_ms is not None and not heard
    if far_ms is not None:
        events = [*events[:after], ("hear a wrong HQ", far_ms), *events[after:]]
    latest_ms = station.now_ms()
    for what, number in events:
        was_signed = station.time.was_signed
        happen(station, what, number)
        now_ms = station.now_ms()
        if station.time.was_signed == was_signed:  # nothing is given by the time before HQ has told it once
            assert now_ms >= latest_ms
        latest_ms = now_ms
        if was_signed and not is_first:
            assert station.error_ms <= 3 * OFF_MAX_MS + WAIT_MAX_MS, "no clock makes everything end"
    # HQ's next word ends the doubt of a jump; a floor that lies ahead is waited for, no longer than the bound.
    station.machine.restart()
    if is_first:
        station.time = in_new_epoch(station.time)
    station.hear_hq()
    station.machine.go_on(3 * OFF_MAX_MS + WAIT_MAX_MS)
    station.hear_hq()
    assert abs(station.error_ms) <= 1 + 30_000 and not station.is_doubtful


@given(st.lists(EVENTS.filter(lambda event: not event[0].startswith("hear")), max_size=25))
def test_without_doubt_and_hq_a_start_of_the_machine_is_timed_to_the_millisecond(
    events: list[tuple[str, int]],
) -> None:
    """What ends is refused from its end on, whatever the wall clock shows, as long as the machine runs."""
    station = Station()
    station.hear_hq()
    for what, number in events:
        if "restart" in what:
            continue
        happen(station, what, number)
        assert station.error_ms == 0

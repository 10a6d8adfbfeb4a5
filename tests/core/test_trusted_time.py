"""Effective time: it never goes back, no clock that is set lengthens anything, and HQ's next word mends it all."""

import pytest

from app.core.trusted_time import (
    AGAIN_MS,
    ANCHORED,
    JUMP_MIN_MS,
    OFF_MAX_MS,
    WAIT_MAX_MS,
    WEAK,
    Jump,
    in_new_epoch,
)
from tests.clocks import Machine
from tests.core.timed_station import (
    DAY_MS,
    EMPTY_BATTERY,
    HOUR_MS,
    IN_2099,
    MINUTE_MS,
    NOW_MS,
    YEAR_MS,
    Station,
)


@pytest.fixture
def station() -> Station:
    """One that has heard HQ a minute ago."""
    station = Station()
    station.hear_hq()
    station.machine.go_on(MINUTE_MS)
    return station


def test_before_hq_has_spoken_the_wall_clock_is_gone_by_and_time_is_weak() -> None:
    station = Station()
    station.machine.go_on(DAY_MS)
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, WEAK, False)


def test_hqs_time_goes_on_by_the_boot_clock(station: Station) -> None:
    assert (station.error_ms, station.quality) == (0, ANCHORED)
    station.machine.go_on(20 * DAY_MS)  # asleep or not
    assert (station.error_ms, station.quality) == (0, ANCHORED)


def test_half_the_way_to_hq_and_back_is_as_wrong_as_it_gets() -> None:
    station = Station()
    station.hear_hq(round_trip_ms=30_000)
    assert abs(station.time.reckoned_ms(station.machine.reading()) - station.machine.really_ms) <= 15_000


@pytest.mark.parametrize("wall_ms", [EMPTY_BATTERY, NOW_MS - 30 * DAY_MS, NOW_MS - HOUR_MS, IN_2099])
def test_a_wall_clock_that_is_set_moves_nothing_and_is_told(station: Station, wall_ms: int) -> None:
    before_ms = station.now_ms()
    station.machine.set_wall(wall_ms)
    assert station.now_ms() == before_ms
    assert station.jumps == [Jump(before_ms, wall_ms)]
    assert (station.quality, station.is_doubtful) == (WEAK, True)
    station.now_ms()
    assert len(station.jumps) == 1, "told once"
    station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


@pytest.mark.parametrize("by_ms", [-JUMP_MIN_MS, JUMP_MIN_MS])
def test_what_a_time_server_corrects_is_no_jump(station: Station, by_ms: int) -> None:
    station.machine.set_wall(station.machine.really_ms + by_ms)
    assert (station.error_ms, station.quality, station.jumps) == (0, ANCHORED, [])


def test_many_small_steps_are_one_jump(station: Station) -> None:
    for steps in range(1, 10):
        station.machine.set_wall(station.machine.really_ms - steps * MINUTE_MS)
        station.now_ms()
    assert [jump.to_ms - jump.from_ms for jump in station.jumps] == [-6 * MINUTE_MS]


def test_a_night_switched_off_is_believed_of_the_wall_clock(station: Station) -> None:
    station.machine.restart(off_ms=12 * HOUR_MS)
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, WEAK, False)


@pytest.mark.parametrize("wall_ms", [EMPTY_BATTERY, NOW_MS - 2 * DAY_MS, IN_2099, NOW_MS + 40 * DAY_MS])
def test_a_clock_that_was_set_while_the_machine_was_off(station: Station, wall_ms: int) -> None:
    before_ms = station.now_ms()
    station.machine.restart(off_ms=DAY_MS)
    station.machine.set_wall(wall_ms)
    assert before_ms <= station.now_ms() <= station.machine.really_ms
    assert (station.is_doubtful, len(station.jumps)) == (True, 1)
    station.machine.restart(off_ms=HOUR_MS)
    station.machine.set_wall(station.machine.really_ms)  # somebody sets it right
    assert station.is_doubtful, "only HQ's word ends the doubt"
    station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


def test_a_battery_that_is_empty_every_night_costs_the_time_until_hq_is_heard(station: Station) -> None:
    for _ in range(30):
        station.machine.restart(off_ms=12 * HOUR_MS)
        station.machine.set_wall(EMPTY_BATTERY)
        assert station.is_doubtful
        station.hear_hq()
        assert (station.error_ms, station.is_doubtful) == (0, False)


def test_many_nights_without_hq_are_believed_up_to_a_bound(station: Station) -> None:
    nights = 0
    while not station.is_doubtful:
        station.machine.go_on(12 * HOUR_MS)
        station.now_ms()
        station.machine.restart(off_ms=12 * HOUR_MS)
        nights += 1
    assert nights - 1 == OFF_MAX_MS // (12 * HOUR_MS)
    station.hear_hq()
    assert (station.error_ms, station.is_doubtful) == (0, False)


def test_a_first_clock_in_2099_binds_nobody() -> None:
    machine = Machine(NOW_MS)
    machine.set_wall(IN_2099)
    station = Station(machine)
    station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


# --- an HQ whose own clock is wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize("off_ms", [HOUR_MS, -HOUR_MS, YEAR_MS, -YEAR_MS])
def test_an_hq_against_both_clocks_of_a_station_is_not_followed(station: Station, off_ms: int) -> None:
    station.hq_off_by_ms = off_ms
    for _ in range(3):
        station.machine.go_on(MINUTE_MS)
        station.hear_hq()
        assert (station.error_ms, station.quality) == (0, ANCHORED)
    station.hq_off_by_ms = 0
    station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


@pytest.mark.parametrize("off_ms", [HOUR_MS, -HOUR_MS])
def test_a_station_that_started_in_hqs_wrong_hour_comes_right_within_it(
    station: Station, off_ms: int
) -> None:
    station.machine.restart()
    station.hq_off_by_ms = off_ms
    station.hear_hq()
    first_ms = station.now_ms()
    station.hq_off_by_ms = 0
    station.hear_hq()
    assert station.now_ms() >= first_ms and not station.is_doubtful
    station.machine.go_on(HOUR_MS)
    assert (station.error_ms, station.quality) == (0, ANCHORED)


def test_a_wait_longer_than_a_wrong_hour_is_in_doubt(station: Station) -> None:
    station.machine.restart()
    station.hq_off_by_ms = WAIT_MAX_MS + HOUR_MS
    station.hear_hq()
    station.machine.go_on(AGAIN_MS)
    station.hear_hq()
    station.hq_off_by_ms = 0
    station.hear_hq()
    assert station.is_doubtful
    station.machine.go_on(HOUR_MS)
    assert not station.is_doubtful


@pytest.mark.parametrize("off_ms", [WAIT_MAX_MS + MINUTE_MS, YEAR_MS])
def test_an_hq_that_is_far_on_for_one_word_moves_no_station_that_was_just_switched_on(
    station: Station, off_ms: int
) -> None:
    station.machine.restart(off_ms=DAY_MS)
    station.hq_off_by_ms = off_ms
    for _ in range(2):  # said again at once it is no more than said once
        station.hear_hq()
        assert (station.error_ms, station.quality, station.is_doubtful) == (0, WEAK, True)
    station.hq_off_by_ms = 0
    station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


def test_a_first_word_of_an_hq_that_is_far_on_binds_nobody() -> None:
    station = Station(hq_off_by_ms=YEAR_MS)
    station.hear_hq()
    station.hq_off_by_ms = 0
    station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


def wind_back(station: Station) -> None:
    """Switch a station off for three months, and on again with a clock that says it was a minute."""
    before_ms = station.now_ms()
    station.machine.restart(off_ms=90 * DAY_MS)
    station.machine.set_wall(before_ms + MINUTE_MS)
    assert not station.is_doubtful


def test_what_hq_says_twice_some_minutes_apart_is_believed(station: Station) -> None:
    wind_back(station)
    station.hear_hq()
    for _ in range(2):
        assert station.is_doubtful, "nothing is given by a clock that HQ has spoken against"
        station.machine.go_on(AGAIN_MS // 2)
        station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


def test_another_word_is_not_the_same_again(station: Station) -> None:
    wind_back(station)
    for off_ms in (YEAR_MS, 0):
        station.hq_off_by_ms = off_ms
        station.hear_hq()
        station.machine.go_on(AGAIN_MS)
        assert station.is_doubtful
    station.hear_hq()
    assert (station.error_ms, station.is_doubtful) == (0, False)


def test_a_restart_does_not_end_the_doubt_that_hq_raised(station: Station) -> None:
    wind_back(station)
    station.hear_hq()
    station.machine.restart(off_ms=HOUR_MS)
    assert station.is_doubtful
    station.hear_hq()
    assert station.is_doubtful
    station.machine.go_on(AGAIN_MS)
    station.hear_hq()
    assert (station.error_ms, station.is_doubtful) == (0, False)


def test_a_wall_clock_that_bears_hq_out_is_enough(station: Station) -> None:
    """A shop that was closed for three months: its clock claims too much alone, and so does HQ, but they agree."""
    station.machine.restart(off_ms=90 * DAY_MS)
    assert station.is_doubtful
    station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


def test_a_new_epoch_ends_what_an_hq_said_that_was_wrong_for_long(station: Station) -> None:
    station.machine.restart()
    station.hq_off_by_ms = YEAR_MS
    for _ in range(2):
        station.hear_hq()
        station.machine.go_on(AGAIN_MS)
    station.hq_off_by_ms = 0
    station.hear_hq()
    assert station.is_doubtful and station.error_ms > YEAR_MS - DAY_MS
    station.time = in_new_epoch(station.time)
    assert station.is_doubtful and station.error_ms > YEAR_MS - DAY_MS, "nothing is revived before HQ speaks"
    station.hear_hq()
    assert (station.error_ms, station.quality, station.is_doubtful) == (0, ANCHORED, False)


def test_two_quartz_clocks_that_drift_apart_for_a_year_are_no_lie(station: Station) -> None:
    """HQ is off by a quarter of an hour after a year without it: less than quartz clocks part by."""
    station.machine.go_on(YEAR_MS)
    station.hq_off_by_ms = 15 * MINUTE_MS
    station.hear_hq()
    assert station.error_ms == 15 * MINUTE_MS

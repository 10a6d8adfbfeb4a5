"""When a station tries again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.backoff import BUSY_MAX_S, Backoff

LUCK = st.floats(0, 1)


def delay(backoff=None, **changes):
    state = {"interval_s": 30.0, "waiting": 0, "is_online": True, "retry_after_s": 0, "luck": 0.5} | changes
    return (backoff or Backoff()).delay_s(**state)


def busy(times):
    backoff = Backoff()
    for _ in range(times):
        backoff = backoff.after_busy()
    return backoff


@pytest.mark.parametrize(("luck", "seconds"), [(0.0, 7.0), (0.5, 10.0), (1.0, 13.0)])
def test_a_cut_off_station_with_something_to_send_asks_every_ten_seconds_give_or_take_three(luck, seconds):
    assert delay(waiting=1, is_online=False, luck=luck) == pytest.approx(seconds)


@given(luck=LUCK, waiting=st.integers(1, 10**6), interval_s=st.floats(1, 3600))
def test_it_asks_on_at_that_pace_for_ever(luck, waiting, interval_s):
    backoff = Backoff()
    for _ in range(50):
        backoff = backoff.after_answer()
    found = delay(backoff, waiting=waiting, is_online=False, luck=luck, interval_s=interval_s)
    assert 7 <= found <= 13


@pytest.mark.parametrize(("waiting", "is_online"), [(0, True), (0, False), (5, True)])
def test_otherwise_it_asks_at_its_interval(waiting, is_online):
    assert delay(waiting=waiting, is_online=is_online) == 30.0


def test_a_busy_hq_is_asked_more_and_more_rarely():
    most = [delay(busy(times), luck=1.0) for times in range(1, 9)]
    assert most == [5, 10, 20, 40, 80, 160, BUSY_MAX_S, BUSY_MAX_S]
    assert delay(busy(1000), luck=1.0) == BUSY_MAX_S


@given(times=st.integers(1, 40), luck=LUCK, retry_after_s=st.integers(0, 300))
def test_a_busy_hq_is_never_asked_before_it_said(times, luck, retry_after_s):
    found = delay(busy(times), waiting=1, is_online=False, luck=luck, retry_after_s=retry_after_s)
    assert retry_after_s <= found <= BUSY_MAX_S


def test_a_time_that_hq_gave_is_kept_however_often_it_was_busy():
    """A station that HQ puts off again and again must not come ever later than it was told, and starve."""
    assert [delay(busy(times), retry_after_s=20, luck=0.0) for times in (1, 9)] == [20, 20]
    assert [delay(busy(times), retry_after_s=20, luck=1.0) for times in (1, 9)] == [25, 30]


def test_stations_that_met_a_busy_hq_together_come_back_spread_out():
    assert [delay(busy(4), luck=luck) for luck in (0.0, 0.25, 1.0)] == [0, 10, 40]


def test_an_answer_ends_the_waiting():
    assert delay(busy(5).after_answer()) == 30.0


def test_it_is_a_value():
    before = Backoff()
    assert before.after_busy() != before == Backoff()

"""Punch cards: every Nth unit is free, the cheapest first, and counters add up whoever counted."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.punch_cards import FreeUnits, Punched, PunchLine, punch, units_to_free


def free_of(*lines: PunchLine, every: int = 3, counter: int = 0) -> dict[int, tuple[int, int]]:
    punched = punch(lines, every=every, counter=counter)
    assert punched.counter == counter + punched.change
    return {one.line: (one.units, one.discount) for one in punched.free}


def test_t60_of_ten_at_three_one_is_free_and_a_card_of_nine_frees_one_of_two() -> None:
    assert punch([PunchLine(1, 10, 3000)], every=10, counter=0) == Punched((FreeUnits(1, 1, 300),), 0, 0)
    assert punch([PunchLine(1, 2, 600)], every=10, counter=9) == Punched((FreeUnits(1, 1, 300),), 1, -8)


@pytest.mark.parametrize(
    ("units", "counter", "free", "left"),
    [(9, 0, 0, 9), (10, 0, 1, 0), (19, 0, 1, 9), (20, 0, 2, 0), (1, 9, 1, 0), (1, 8, 0, 9), (0, 9, 0, 9)],
)
def test_exactly_every_tenth_is_free(units: int, counter: int, free: int, left: int) -> None:
    punched = punch([PunchLine(1, units, units * 100)], every=10, counter=counter)
    assert (sum(one.units for one in punched.free), punched.counter) == (free, left)


def test_the_cheapest_units_are_free_and_of_equal_ones_those_of_the_earlier_line() -> None:
    dear, cheap, same = PunchLine(1, 2, 900), PunchLine(2, 3, 600), PunchLine(3, 1, 200)
    for lines in permutations((dear, cheap, same)):
        assert free_of(*lines) == {2: (2, 400)}
        assert free_of(*lines, every=2, counter=1) == {2: (3, 600)}
        assert free_of(*lines, every=2, counter=3) == {2: (3, 600), 3: (1, 200)}


def test_a_price_a_unit_is_exact_where_it_does_not_come_out_in_cents() -> None:
    assert free_of(PunchLine(1, 3, 1000), PunchLine(2, 2, 667)) == {1: (1, 333)}
    assert free_of(PunchLine(1, 3, 1001), PunchLine(2, 2, 667)) == {2: (1, 334)}


def test_units_without_a_price_count_for_nothing() -> None:
    assert free_of(PunchLine(1, 2, 0), PunchLine(2, -1, 50), PunchLine(3, 1, -50), PunchLine(4, 2, 500)) == {}
    assert free_of(PunchLine(1, 2, 0), PunchLine(4, 3, 300)) == {4: (1, 100)}
    assert free_of(PunchLine(1, 0, 500), PunchLine(4, 3, 300)) == {4: (1, 100)}  # 0.350 kg are no unit
    assert free_of(PunchLine(1, 1, 1), PunchLine(4, 2, 300)) == {1: (1, 1)}
    assert punch([], every=3, counter=2) == Punched((), 2, 0)


def test_a_counter_beyond_a_card_never_frees_more_than_there_is() -> None:
    assert punch([PunchLine(1, 1, 100)], every=2, counter=9) == Punched((FreeUnits(1, 1, 100),), 8, -1)


def test_two_cut_off_stations_that_both_gave_the_tenth_make_the_next_one_wait() -> None:
    changes = [punch([PunchLine(1, 1, 300)], every=10, counter=9).change for _ in range(2)]
    counter = 9 + sum(changes)
    assert counter == -9
    assert punch([PunchLine(1, 18, 5400)], every=10, counter=counter).free == ()
    assert punch([PunchLine(1, 19, 5700)], every=10, counter=counter).free == (FreeUnits(1, 1, 300),)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 12), max_size=6), st.integers(2, 5))
def test_however_orders_are_cut_as_many_are_free(orders: list[int], every: int) -> None:
    counter, free = 0, 0
    for units in orders:
        punched = punch([PunchLine(1, units, units * 10)], every=every, counter=counter)
        counter, free = punched.counter, free + sum(one.units for one in punched.free)
        assert 0 <= counter < every
    assert free * every + counter == sum(orders)


def test_how_many_more_units_it_takes() -> None:
    assert [units_to_free(10, counter) for counter in (0, 1, 9, 10, -9)] == [10, 9, 1, 1, 19]

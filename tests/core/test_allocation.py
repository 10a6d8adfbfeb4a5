"""Allocation: sums exact, limits kept, largest remainder, ties to the earlier line."""

from functools import partial
from itertools import product

import pytest
from hypothesis import given

from app.core.allocation import allocate
from app.core.policy import Remainder
from tests.core import properties, strategies

SMALL = partial(strategies.allocations, most=12)
PROPERTIES = (
    properties.allocation_is_exact,
    properties.allocation_is_by_largest_remainder,
    properties.allocation_is_as_the_oracle_says,
)


@pytest.mark.parametrize("check", PROPERTIES, ids=lambda check: check.__name__)
def test_it_holds_of_small_and_large_amounts(check) -> None:
    properties.search(check, SMALL, examples=600)
    properties.search(check, partial(strategies.allocations, most=10**12), examples=300)


@given(strategies.drawn(strategies.allocations))
def test_it_holds_of_new_cases_each_time(case) -> None:
    for check in PROPERTIES:
        check(case)


@pytest.mark.parametrize("weights", [[1, 1, 1], [3, 2, 1], [0, 3, 1], [2, 0, 0], [1, 3, 3]])
@pytest.mark.parametrize("amount", [0, 1, 2, 5, 10])
def test_no_other_split_is_fairer(amount: int, weights: list[int]) -> None:
    """Brute force: of all splits with this sum, ours is nearest to the exact shares (largest distance, then all)."""
    ours = allocate(amount, weights=weights, limits=[amount] * 3)
    splits = [split for split in product(range(amount + 1), repeat=3) if sum(split) == amount]

    def distance(split) -> list[int]:
        total = sum(weights)
        return sorted(
            (abs(s * total - amount * w) for s, w in zip(split, weights, strict=True)), reverse=True
        )

    assert distance(ours) == min(distance(split) for split in splits)


@pytest.mark.parametrize(
    ("amount", "weights", "limits", "shares"),
    [
        (100, [1, 1, 1], [100, 100, 100], [34, 33, 33]),  # the odd cent goes to the earlier line
        (200, [1, 1, 1], [100, 100, 100], [67, 67, 66]),
        (1, [1, 2, 1], [9, 9, 9], [0, 1, 0]),  # and before that to the larger remainder
        (3600, [10000, 4000, 3000, 1000], [1000, 1000, 3000, 1000], [1000, 1000, 1200, 400]),
        (1200, [1000, 2000, 5000, 3000], [1000, 100, 0, 400], [700, 100, 0, 400]),
        (500, [3, 0], [100, 100], [100, 0]),  # less than was asked for, when there is no more
        (5, [], [], []),
        (0, [1], [1], [0]),
        (0, [1, 1], [0, 1], [0, 0]),
        (3, [1, 1], [0, 9], [0, 3]),
        (9, [1, 1], [3, 3], [3, 3]),
        (6, [1, 1], [3, 3], [3, 3]),  # each exact share is what the line has
        (5, [1, 1], [3, 3], [3, 2]),
        (10, [1, 1, 8], [9, 9, 2], [4, 4, 2]),
        (11, [1, 1, 8], [9, 9, 2], [5, 4, 2]),
        (20, [1, 1, 8], [9, 7, 2], [9, 7, 2]),
        (7, [5, 5, 5], [1, 1, 9], [1, 1, 5]),
        (7, [0, 5, 0], [9, 2, 9], [0, 2, 0]),
    ],
)
def test_known_splits(amount: int, weights: list[int], limits: list[int], shares: list[int]) -> None:
    assert allocate(amount, weights=weights, limits=limits) == shares


@pytest.mark.parametrize(
    ("amount", "weights", "limits", "first", "last"),
    [
        (100, [1, 1, 1], [100, 100, 100], [34, 33, 33], [33, 33, 34]),
        (101, [1, 1, 1], [100, 100, 100], [34, 34, 33], [33, 34, 34]),
        (1, [1, 98, 1], [9, 9, 9], [1, 0, 0], [0, 0, 1]),  # whoever has the largest remainder
        (5, [1, 1, 0, 1], [1, 9, 9, 9], [1, 2, 0, 2], [1, 2, 0, 2]),
        (6, [1, 1, 0, 1], [1, 9, 9, 9], [1, 3, 0, 2], [1, 2, 0, 3]),
        (6, [1, 1, 1], [2, 2, 2], [2, 2, 2], [2, 2, 2]),
        (4, [2, 2], [9, 9], [2, 2], [2, 2]),
    ],
)
def test_cents_left_over_may_go_to_the_first_or_the_last(amount, weights, limits, first, last) -> None:
    assert allocate(amount, weights=weights, limits=limits, remainder=Remainder.FIRST) == first
    assert allocate(amount, weights=weights, limits=limits, remainder=Remainder.LAST) == last

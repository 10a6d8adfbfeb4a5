"""Allocation: sums exact, limits kept, largest remainder, ties to the earlier line."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.allocation import allocate
from tests.core import properties, strategies

PROPERTIES = (
    properties.allocation_is_exact,
    properties.allocation_is_by_largest_remainder,
    properties.allocation_is_as_the_oracle_says,
)


@pytest.mark.parametrize("check", PROPERTIES, ids=lambda check: check.__name__)
def test_it_holds_of_small_and_large_amounts(check) -> None:
    properties.search(check, strategies.allocations(12), examples=300)
    properties.search(check, strategies.allocations(10**12), examples=200)


@given(strategies.allocations())
def test_it_holds_of_new_cases_each_time(case) -> None:
    for check in PROPERTIES:
        check(case)


@given(st.integers(0, 12), st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_no_other_split_is_fairer(amount: int, weights: list[int]) -> None:
    """Brute force: of all splits with this sum, ours is nearest to the exact shares (largest distance, then all)."""
    if not any(weights):
        return
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
    ],
)
def test_known_splits(amount: int, weights: list[int], limits: list[int], shares: list[int]) -> None:
    assert allocate(amount, weights=weights, limits=limits) == shares

"""Money: halves go away from zero, and amounts are written as people do."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import CURRENCIES, divide_half_up, format_amount

DOLLAR, WON = CURRENCIES["USD"], CURRENCIES["KRW"]


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_the_nearest_whole_number(numerator: int, denominator: int) -> None:
    distance = divide_half_up(numerator, denominator) - Fraction(numerator, denominator)
    away = distance if numerator >= 0 else -distance
    assert Fraction(-1, 2) < away <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("numerator", "rounded"), [(5, 1), (-5, -1), (4, 0), (-4, 0), (15, 2), (25, 3), (0, 0)]
)
def test_halves(numerator: int, rounded: int) -> None:
    assert divide_half_up(numerator, 10) == rounded


@pytest.mark.parametrize(
    ("minor", "text"),
    [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (1250, "12.50"), (-1250, "-12.50"), (100000, "1000.00")],
)
def test_amounts_as_people_write_them(minor: int, text: str) -> None:
    assert format_amount(minor, DOLLAR) == text


def test_a_currency_without_a_minor_unit() -> None:
    assert format_amount(-1250, WON) == "-1250"


@given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(CURRENCIES.values(), key=str)))
def test_nothing_is_lost_in_writing(minor: int, currency) -> None:
    assert Fraction(format_amount(minor, currency)) * 10**currency.digits == minor

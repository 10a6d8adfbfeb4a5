"""Rounding and sharing out in exact fractions, for the oracle and the properties: no arithmetic of app.core."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any


def half_up(value: Fraction) -> int:
    """Round a number that isn't negative to the nearest whole one, halves up."""
    return int(value + Fraction(1, 2))


def half_away(value: Fraction) -> int:
    """Round to the nearest whole number, halves away from zero."""
    return half_up(value) if value >= 0 else -half_up(-value)


def exact_shares(amount: int, weights: Sequence[Any], limits: Sequence[int]) -> list[Fraction]:
    """Fill lines like vessels whose width is their weight: find the level at which they hold `amount`."""
    lines = [i for i, weight in enumerate(weights) if weight > 0 and limits[i] > 0]
    levels = sorted({Fraction(limits[i]) / weights[i] for i in lines})
    below = Fraction(0)
    for level in levels:
        held = sum(min(Fraction(limits[i]), level * weights[i]) for i in lines)
        if held >= amount:
            width = sum(weights[i] for i in lines if Fraction(limits[i]) / weights[i] > below)
            before = sum(min(Fraction(limits[i]), below * weights[i]) for i in lines)
            below += (amount - before) / width
            break
        below = level
    return [
        min(Fraction(limit), below * weight) if weight > 0 else Fraction(0)
        for weight, limit in zip(weights, limits, strict=True)
    ]


def whole_shares(
    amount: int, weights: Sequence[Any], limits: Sequence[int], remainder: str = "largest"
) -> list[int]:
    """Round the exact shares to cents: who isn't full gets what is left over, a cent each.

    First the largest fractions, of equal ones the earlier; or simply the first, or the last.
    """
    exact = exact_shares(amount, weights, limits)
    shares = [int(share) for share in exact]
    missing = int(sum(exact)) - sum(shares)
    waiting = [i for i, share in enumerate(exact) if 0 < share < limits[i]]
    if remainder == "largest":
        waiting.sort(key=lambda i: (shares[i] - exact[i], i))
    elif remainder == "last":
        waiting.reverse()
    for i in waiting[:missing]:
        shares[i] += 1
    return shares

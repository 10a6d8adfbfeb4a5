"""What a rule does to the lines of an order: takes an amount or a percentage off, exactly allocated.

A discount is clipped to what is left of the lines it may touch; what is recorded is what was given. A percentage off
the order rounds once, half-up, and is then allocated; off products it rounds once a line (order and line scope).
Effects never see what another effect took: they get what is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import lcm

from app.core.allocation import allocate
from app.core.money import BASIS_POINTS, divide_half_up
from app.core.order import Line


class Target(StrEnum):
    """What an effect is taken from, widest last; item targets come before the whole order."""

    CHEAPEST = "cheapest"
    PRODUCTS = "products"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class AmountOff:
    """A fixed amount (minor units) off, once, clipped to what is left."""

    target: Target
    amount: int
    products: str | None = None  # the name of a product set; None = every line


@dataclass(frozen=True, slots=True)
class PercentOff:
    """A percentage (basis points: 1000 = 10 %) off what is left, at most `cap` minor units if there is a cap."""

    target: Target
    basis_points: int
    products: str | None = None
    cap: int | None = None


Effect = AmountOff | PercentOff


def eligible_lines(
    effect: Effect, lines: Sequence[Line], product_sets: Mapping[str, frozenset[str]]
) -> list[int]:
    """Return the places of the lines that the effect is for, whether or not something is left of them."""
    if effect.products is None:
        return list(range(len(lines)))
    wanted = product_sets[effect.products]
    return [place for place, line in enumerate(lines) if line.sku in wanted]


def apply(effect: Effect, lines: Sequence[Line], left: Sequence[int], eligible: Sequence[int]) -> list[int]:
    """Return what the effect takes off each line (minor units, one a line).

    `left` is what may still be taken of each line, `eligible` the places of the lines the effect is for. Shares and
    percentages go by the whole remaining amount, floor included; a line at its floor passes its share on to the others.
    """
    chosen = _chosen(effect, lines, left, eligible)
    limits, remaining = [0] * len(lines), [0] * len(lines)
    for place in chosen:
        limits[place] = left[place]
        remaining[place] = _remaining(lines[place], left[place])
    if isinstance(effect, PercentOff) and effect.target is Target.PRODUCTS:
        return _line_by_line(effect, limits, remaining)
    units = lines[chosen[0]].quantity if chosen and effect.target is Target.CHEAPEST else 1
    wanted = _wanted(effect, sum(remaining), units=max(units, 1))
    return allocate(min(wanted, sum(limits)), weights=remaining, limits=limits)


def _chosen(
    effect: Effect, lines: Sequence[Line], left: Sequence[int], eligible: Sequence[int]
) -> Sequence[int]:
    """Return the places that share the effect: all it is for, or the (earlier) line with the cheapest unit."""
    if effect.target is not Target.CHEAPEST:
        return eligible
    open_lines = [place for place in eligible if left[place] > 0]
    if not open_lines:
        return open_lines
    units = {place: max(lines[place].quantity, 1) for place in open_lines}
    common = lcm(*units.values())  # exact prices of `common` units each, without fractions
    return [
        min(open_lines, key=lambda place: _remaining(lines[place], left[place]) * (common // units[place]))
    ]


def _line_by_line(effect: PercentOff, limits: Sequence[int], remaining: Sequence[int]) -> list[int]:
    """Take a percentage off each line by itself: rounded a line, never passed on to another."""
    shares = [
        min(divide_half_up(amount * effect.basis_points, BASIS_POINTS), limit)
        for amount, limit in zip(remaining, limits, strict=True)
    ]
    if effect.cap is None or sum(shares) <= effect.cap:
        return shares
    return allocate(effect.cap, weights=shares, limits=shares)


def _wanted(effect: Effect, remaining: int, *, units: int) -> int:
    """Return what the effect would take where nothing hindered it: a percentage is of one in `units`."""
    if isinstance(effect, AmountOff):
        return effect.amount
    wanted = divide_half_up(remaining * effect.basis_points, BASIS_POINTS * units)
    return wanted if effect.cap is None else min(wanted, effect.cap)


def _remaining(line: Line, left: int) -> int:
    """Return what remains of a line's amount: what may still be taken, and what its floor keeps."""
    return left + max(line.amount, 0) - line.discountable

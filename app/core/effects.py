"""What a rule does to the lines of an order: takes an amount or a percentage off, exactly allocated.

A discount is clipped to what is left of the lines it may touch; what is recorded is what was given. Percentages round
once, half-up, and are then allocated. Effects never see what another effect took: they get what is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

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

    `left` is what may still be taken of each line, `eligible` the places of the lines the effect is for.
    """
    open_lines = [place for place in eligible if left[place] > 0]
    if effect.target is Target.CHEAPEST:
        open_lines = open_lines and [min(open_lines, key=lambda place: _unit_key(lines[place], left[place]))]
    chosen = set(open_lines)
    limits = [amount if place in chosen else 0 for place, amount in enumerate(left)]
    wanted = _wanted(effect, lines, limits)
    return allocate(min(wanted, sum(limits)), weights=limits, limits=limits)


def _wanted(effect: Effect, lines: Sequence[Line], limits: Sequence[int]) -> int:
    if isinstance(effect, AmountOff):
        return effect.amount
    divisor = BASIS_POINTS
    if effect.target is Target.CHEAPEST:  # one unit of the one line that is open
        divisor *= next((max(lines[place].quantity, 1) for place, limit in enumerate(limits) if limit), 1)
    wanted = divide_half_up(sum(limits) * effect.basis_points, divisor)
    return wanted if effect.cap is None else min(wanted, effect.cap)


def _unit_key(line: Line, left: int) -> int:
    """Order lines by what is left a unit, to a millionth of a minor unit; ties stay with the earlier line."""
    return left * 1_000_000 // max(line.quantity, 1)

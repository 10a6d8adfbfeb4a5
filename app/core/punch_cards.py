"""Punch cards: of the products of a card every Nth unit is free.

A card is one number for each member: units counted less N for each one that was free. It goes up and down by
differences, so what two cut-off stations did adds up in any order; a member who got a free unit on both waits longer
for the next one, with a counter below zero meanwhile. A void takes the same difference back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

from app.core.money import divide_half_up

EVERY_MIN = 2
PUNCHES = "punches:"  # what the keys of counters of cards begin with


@dataclass(frozen=True, slots=True)
class PunchCard:
    """Every `every`th unit of a product set is free (None: of all goods)."""

    card_id: str
    name: str
    every: int
    products: str | None = None


@dataclass(frozen=True, slots=True)
class PunchLine:
    """A line of the card's products: its whole units that no other offer has used, and what is left of their price."""

    line: int
    units: int
    amount: int


@dataclass(frozen=True, slots=True)
class FreeUnits:
    """Units of a line that are free, and what that takes off it in minor units."""

    line: int
    units: int
    discount: int


@dataclass(frozen=True, slots=True)
class Punched:
    """Which units are free, the card's counter afterwards, and by how much this order changed it."""

    free: tuple[FreeUnits, ...]
    counter: int
    change: int


def punch(lines: Sequence[PunchLine], *, every: int, counter: int) -> Punched:
    """Count an order's units on a card that stood at `counter`.

    Free are as many units as complete a card, the cheapest first, of equal ones the earlier line; a free unit counts
    as the Nth. Units without a price count for nothing and are never the free ones.
    """
    counted = [line for line in lines if line.units > 0 and line.amount > 0]
    units = sum(line.units for line in counted)
    free_units = min(max((counter + units) // every, 0), units)
    change = units - free_units * every
    return Punched(tuple(_cheapest(counted, free_units)), counter + change, change)


def _cheapest(lines: Sequence[PunchLine], wanted: int) -> list[FreeUnits]:
    common = lcm(*(line.units for line in lines))  # exact prices of `common` units each, without fractions
    free = []
    for line in sorted(lines, key=lambda line: (line.amount * (common // line.units), line.line)):
        units = min(wanted, line.units)
        wanted -= units
        if units:
            free.append(FreeUnits(line.line, units, divide_half_up(line.amount * units, line.units)))
    return free


def punches_key(card_id: str) -> str:
    """Return the key under which a member's counter of a card is handed in."""
    return f"{PUNCHES}{card_id}"


def units_to_free(every: int, counter: int) -> int:
    """Return how many more units it takes until one is free, that one included; for `every` = 10 and a new card 10."""
    return max(every - counter, 1)

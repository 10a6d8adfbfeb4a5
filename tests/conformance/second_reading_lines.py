"""The order as the second reading sees it: lines, what matches a selector, and how cents are shared.

Everything is a whole number of minor units, or an exact fraction on the way to one. Nothing here is fast: a share
is found by filling line after line, as one would on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any


def half_up(value: Fraction) -> int:
    """The nearest whole number; of two equally near ones the one further from zero."""
    if value < 0:
        return -half_up(-value)
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def cents(text: Any) -> int:
    """Money as the case writes it ("12.30") in minor units."""
    value = Fraction(str(text)) * 100
    assert value.denominator == 1, f"{text} has more than two decimals"
    return int(value)


def fine(text: Any) -> Fraction:
    """A price per unit in minor units; petrol and screws are priced finer than that."""
    return Fraction(str(text)) * 100


def money(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


@dataclass
class ReadLine:
    """One line: `initial` is its total as priced, `given` the discount so far, `floor` what must stay of it."""

    id: str
    sku: str
    categories: list[str]
    unit_price: Fraction
    quantity: Fraction
    rate: Fraction
    gross: bool
    initial: int
    floor: int
    levy: int
    reduced: bool
    quoted_gross: bool
    quoted: int
    given: int = 0
    unit_worth: Fraction = Fraction(0)  # what a unit is worth that wasn't made free or cheaper by itself
    units_used: int = 0
    promised_tax: int | None = None

    @property
    def remaining(self) -> int:
        return self.initial - self.given

    @property
    def room(self) -> int:
        """What can still be taken off: nothing of a negative line, and never below the floor."""
        return max(0, self.remaining - max(0, self.floor))

    def take(self, amount: int, *, frees: bool = False) -> None:
        """Give a discount: to single units, or (the worth of each falls in proportion) to the line."""
        if not frees and self.remaining:
            self.unit_worth *= Fraction(self.remaining - amount, self.remaining)
        self.given += amount

    @property
    def units(self) -> int:
        """Pieces that can be bought or be free one by one; of weighed goods the whole units."""
        return int(self.quantity)

    def with_tax(self, amount: int) -> int:
        return amount if self.gross else amount + half_up(amount * self.rate)

    def without_tax(self, amount: int) -> int:
        return half_up(amount / (1 + self.rate)) if self.gross else amount

    def tax(self) -> int:
        if self.promised_tax is not None and self.given == 0:
            return self.promised_tax
        if self.gross:
            return self.remaining - self.without_tax(self.remaining)
        return half_up(self.remaining * self.rate)

    def payable(self) -> int:
        return self.remaining + (0 if self.gross else self.tax())


def read_line(raw: dict[str, Any], *, basis: str) -> ReadLine:
    """One line of the case in the basis the program counts in: as quoted, all gross, or all net."""
    quantity = Fraction(str(raw["qty"]))
    rate = Fraction(str(raw.get("tax_rate", "0"))) / 100
    gross = bool(raw.get("tax_included", False))
    line = ReadLine(
        id=raw["id"],
        sku=raw["sku"],
        categories=list(raw.get("categories", [])),
        unit_price=fine(raw["unit_price"]),
        quantity=quantity,
        rate=rate,
        gross=gross,
        initial=half_up(fine(raw["unit_price"]) * quantity),
        floor=half_up(fine(raw.get("min_unit_price", "0")) * quantity),
        levy=half_up(fine(raw.get("fixed_fee_per_unit", "0")) * quantity),
        reduced=bool(raw.get("price_reduced", False)),
        quoted_gross=gross,
        quoted=half_up(fine(raw["unit_price"]) * quantity),
    )
    if basis == "gross" and not gross:
        line.initial, line.floor, line.gross = line.with_tax(line.initial), line.with_tax(line.floor), True
    if basis == "net" and gross:
        line.promised_tax = line.tax()
        line.initial, line.floor = line.without_tax(line.initial), line.without_tax(line.floor)
        line.gross = False
    line.unit_worth = Fraction(line.initial) / quantity if quantity else Fraction(0)
    return line


def matches(line: ReadLine, selector: dict[str, Any] | None) -> bool:
    """Whether the line is meant; a selector that says nothing means every line. Every part of it must hold."""
    wanted = selector or {}
    if "skus" in wanted and line.sku not in wanted["skus"]:
        return False
    if "exclude_skus" in wanted and line.sku in wanted["exclude_skus"]:
        return False
    if "categories" in wanted and not set(wanted["categories"]) & set(line.categories):
        return False
    if "exclude_categories" in wanted and set(wanted["exclude_categories"]) & set(line.categories):
        return False
    if "unit_price_min" in wanted and line.unit_price < fine(wanted["unit_price_min"]):
        return False
    if "unit_price_max" in wanted and line.unit_price > fine(wanted["unit_price_max"]):
        return False
    return not (wanted.get("not_price_reduced") and line.reduced)


def share(amount: int, weights: list[Fraction], rooms: list[int], remainder: str = "largest") -> list[int]:
    """Split `amount` by weight, no part above its room.

    Whoever's exact part exceeds its room gives its room and leaves the round; the rest is split anew by the same
    weights. When nobody exceeds, cents are rounded: all parts down, then the cents left over one each to the largest
    fractions (the earlier on a tie), or to the first or last that still have room.
    """
    amount = min(amount, sum(room for room, weight in zip(rooms, weights, strict=True) if weight > 0))
    given = [0] * len(rooms)
    open_ = [index for index, weight in enumerate(weights) if weight > 0]
    rest = amount
    while True:
        total = sum((weights[index] for index in open_), Fraction(0))
        exact = {index: Fraction(rest) * weights[index] / total for index in open_}
        full = [index for index in open_ if exact[index] > rooms[index]]
        if not full:
            break
        for index in full:
            given[index] = rooms[index]
            rest -= rooms[index]
        open_ = [index for index in open_ if index not in full]
    for index in open_:
        given[index] = int(exact[index])
    over = rest - sum(given[index] for index in open_)
    queue = [index for index in open_ if given[index] < rooms[index]]
    if remainder == "last":
        queue.reverse()
    elif remainder == "largest":
        queue.sort(key=lambda index: (-(exact[index] - int(exact[index])), index))
    for index in queue[:over]:
        given[index] += 1
    assert sum(given) == amount, "the parts make up the whole"
    return given

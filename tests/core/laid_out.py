"""The order as the oracle lays it out: what is left of each line and of its units, and what comes to be paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.core.order import Line, LineKind
from app.core.outcome import Facts, Outcome
from tests.core.exactly import half_away, half_up, whole_shares

Shares = dict[int, int]  # minor units by line number, lines that give nothing left out
HUNDRED_PERCENT = 10_000
MILLION = 1_000_000


@dataclass
class Left:
    """What is left of a line, and of its units that no offer has used."""

    priced: Line
    line: Line  # in the price basis of the policy
    initial: int
    remaining: int
    unused: int
    worth: int

    @property
    def number(self) -> int:
        return self.line.line

    @property
    def room(self) -> int:
        return max(self.remaining - max(self.line.floor, 0), 0)

    @property
    def quantity(self) -> Fraction:
        """A line without a quantity counts as one unit."""
        quantity = self.line.quantity + Fraction(self.line.milli, 1000)
        return quantity if quantity > 0 else Fraction(1)

    @property
    def unit(self) -> Fraction:
        return Fraction(self.worth, self.unused)

    def worth_of(self, units: int) -> int:
        return half_up(self.unit * units)


@dataclass(frozen=True)
class Must:
    """What a rule must give now: off each line, the units it uses, and whatever else."""

    shares: Shares
    used: Shares
    gifts: tuple[tuple[str, int], ...] = ()
    credit: int = 0
    points: int = 0
    paid: int = 0
    counts: tuple[tuple[str, int], ...] = ()


class Laid:
    """What remains of each line while the outcomes are walked through."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.policy = facts.program.policy
        self.lines = [self._laid_out(line) for line in sorted(facts.order.lines, key=lambda line: line.line)]
        self.by_number = {left.number: left for left in self.lines}
        self.points = facts.member.balance if facts.member else 0
        self.paid = 0

    def _laid_out(self, priced: Line) -> Left:
        line = self._in_basis(priced)
        amount = max(line.amount, 0)
        whole = amount
        if line.milli and line.quantity >= 0:
            whole = half_up(Fraction(amount * line.quantity) / (line.quantity + Fraction(line.milli, 1000)))
        return Left(priced, line, amount, amount, line.quantity, whole)

    def _in_basis(self, line: Line) -> Line:
        basis, rate = self.policy.amount_basis, rate_of(line)
        if basis == "gross" and line.is_net:
            amounts = [amount + half_away(amount * rate) for amount in (line.amount, line.floor)]
        elif basis == "net" and not line.is_net:
            amounts = [half_away(amount / (1 + rate)) for amount in (line.amount, line.floor)]
        else:
            return line
        return replace(line, amount=amounts[0], floor=amounts[1], is_net=basis == "net")

    def take(self, must: Must, outcome: Outcome) -> None:
        """Used units leave with their worth; what was taken off others makes the unused ones cheaper too."""
        for number, units in must.used.items():
            left = self.by_number[number]
            left.worth -= left.worth_of(units)
            left.unused -= units
        for number, share in must.shares.items():
            left = self.by_number[number]
            if not must.used.get(number):
                left.worth -= half_up(Fraction(share * left.worth, left.remaining))
            left.remaining -= share
        self.points -= outcome.points
        self.paid += must.paid

    def payable(self) -> int:
        return sum(self.paid_for(left) + left.line.levy for left in self.lines)

    def paid_for(self, left: Left) -> int:
        """A line's price in the end with its tax, without levies."""
        line = self._in_the_end(left)
        return line.amount + (half_away(line.amount * rate_of(line)) if line.is_net else 0)

    def tax(self) -> int:
        total = 0
        for left in self.lines:
            line = self._in_the_end(left)
            rate = rate_of(line)
            total += (
                half_away(line.amount * rate)
                if line.is_net
                else line.amount - half_away(line.amount / (1 + rate))
            )
        return total

    def amount_now(self, left: Left) -> int:
        return left.remaining if left.line.amount > 0 else left.line.amount

    def _in_the_end(self, left: Left) -> Line:
        """A line of which nothing was taken keeps its price and its tax, whatever basis discounts are meant in."""
        is_whole = left.remaining == left.initial
        return left.priced if is_whole else replace(left.line, amount=left.remaining)

    def _is_for(self, line: Line, products: str | None) -> bool:
        chosen = None if products is None else self.facts.program.product_sets[products]
        return line.kind == LineKind.GOODS if chosen is None else chosen.holds(line)

    def _shared(self, wanted: int, lines: list[Left], weights: Sequence[Any] | None = None) -> Shares:
        rooms = [left.room for left in lines]
        by = [left.remaining for left in lines] if weights is None else weights
        shares = whole_shares(min(wanted, sum(rooms)), by, rooms, self.policy.remainder)
        return {left.number: share for left, share in zip(lines, shares, strict=True)}


def rate_of(line: Line) -> Fraction:
    return Fraction(line.tax_ppm, MILLION)

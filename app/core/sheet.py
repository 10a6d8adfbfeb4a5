"""The order while rules are played on it: what is left of each line, and which units are still unused.

Amounts are in the price basis of the program's policy. A line's `left` is what discounts may still take; `remaining`
is its whole amount by now, floor included, which shares and percentages go by. Units that qualified for an offer or
were free are used up; what the unused ones of a line are worth together is its `open_amount`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from app.core.money import BASIS_POINTS, divide_half_up
from app.core.order import AMOUNT, BY_NUMBER, FLOOR, LEVY, MILLI, MILLIS, QUANTITY, TAX, Line, LineKind, Order
from app.core.policy import AmountBasis, Policy
from app.core.tax import gross_amount, net_amount, tax_in


@dataclass(slots=True)
class Sheet:
    """Lists with an entry a line, in the order of line numbers. Amounts are minor units and never below zero."""

    lines: list[Line]
    priced: list[Line]  # the same before they were put into the price basis
    initial: list[int]  # what percentages of the initial price are of
    remaining: list[int]
    left: list[int]
    open_units: list[int]
    open_amount: list[int]
    policy: Policy
    owed: int = 0  # of lines with negative amounts, such as bottles returned
    given: int = 0

    def copy(self) -> "Sheet":
        """Return a sheet to try something on."""
        return Sheet(
            self.lines,
            self.priced,
            self.initial,
            self.remaining[:],
            self.left[:],
            self.open_units[:],
            self.open_amount[:],
            self.policy,
            self.owed,
            self.given,
        )

    def take(self, shares: Sequence[int], used: Collection[int] = ()) -> None:
        """Take what an effect takes off each line; unused units become cheaper in proportion.

        Of the lines in `used` it was taken off units that are used up by now, so that the others keep their worth.
        """
        all_remaining, left, open_amounts = self.remaining, self.left, self.open_amount
        for place, share in enumerate(shares):
            if share:
                remaining, open_amount = all_remaining[place], open_amounts[place]
                if place not in used and open_amount:
                    is_whole = open_amount == remaining  # of all units, as most are: nothing to round
                    open_amounts[place] -= (
                        share if is_whole else divide_half_up(share * open_amount, remaining)
                    )
                all_remaining[place] = remaining - share
                left[place] -= share
        self.given += sum(shares)

    def use(self, place: int, units: int) -> None:
        """Use units of a line up: they serve no further offer."""
        self.open_amount[place] -= self.worth(place, units)
        self.open_units[place] -= units

    def worth(self, place: int, units: int, basis_points: int = BASIS_POINTS) -> int:
        """Return what so many unused units of a line are worth by now, or a part of it, rounded half-up."""
        return divide_half_up(
            self.open_amount[place] * units * basis_points, self.open_units[place] * BASIS_POINTS
        )

    def taken(self, place: int) -> int:
        """Return what has been taken off a line."""
        return self.initial[place] - self.remaining[place]

    def amount_now(self, place: int) -> int:
        """Return what is left of a line's amount as it is discounted, also of a negative one."""
        amount = self.lines[place].amount
        return self.remaining[place] if amount > 0 else amount

    def amounts_now(self) -> list[int]:
        """Return what is left of each line's amount, as `amount_now` says it of one."""
        if not self.owed:
            return self.remaining[:]
        return [
            left if line.amount > 0 else line.amount
            for line, left in zip(self.lines, self.remaining, strict=True)
        ]


def sheet_of(order: Order, policy: Policy) -> Sheet:
    """Lay an order out. The earlier line is the one with the lower number, however the till lists them."""
    lines = priced = sorted(order.lines, key=BY_NUMBER)
    if policy.amount_basis is not AmountBasis.LINE_PRICE:
        lines = [in_basis(line, policy.amount_basis) for line in lines]
    initial, units, owed = list(map(AMOUNT, lines)), list(map(QUANTITY, lines)), 0
    if min(initial, default=0) < 0:
        units = [
            line.quantity if line.amount >= 0 else 0 for line in lines
        ]  # what is given back isn't bought
        owed = -sum([amount for amount in initial if amount < 0])
        initial = [max(amount, 0) for amount in initial]
    left = [line.discountable for line in lines] if any(map(FLOOR, lines)) else initial[:]
    whole = initial[:]
    if any(map(MILLIS, lines)):
        whole = [_of_whole_units(line) if line.milli else initial[at] for at, line in enumerate(lines)]
    return Sheet(lines, priced, initial, initial[:], left, units, whole, policy, owed)


def _of_whole_units(line: Line) -> int:
    """Return what the whole units of a weighed line cost; of 2.500 kg those two, without the half."""
    if line.amount <= 0 or line.quantity < 0:
        return max(line.amount, 0)
    return divide_half_up(line.amount * line.quantity * MILLI, line.quantity_milli)


def in_basis(line: Line, basis: AmountBasis) -> Line:
    """Return the line with its amounts in a price basis; the unit price, which only chooses products, stays."""
    is_net = basis is AmountBasis.NET
    if is_net == line.is_net or not line.tax_ppm:
        return line
    turn = net_amount if is_net else gross_amount
    return replace(
        line,
        amount=turn(line.amount, line.tax_ppm, is_net=line.is_net),
        floor=turn(line.floor, line.tax_ppm, is_net=line.is_net),
        is_net=is_net,
    )


def paid_for_goods(sheet: Sheet) -> int:
    """Return what remains to be paid for goods with their tax, without deliveries, cards sold and levies."""
    return sum(
        gross_amount(sheet.amount_now(place), line.tax_ppm, is_net=line.is_net)
        for place, line in enumerate(sheet.lines)
        if line.kind is LineKind.GOODS
    )


def beside_goods(order: Order, policy: Policy) -> int:
    """Return what of an order's total is no goods, in the price basis: deliveries and gift cards sold."""
    basis = policy.amount_basis
    return sum([in_basis(line, basis).amount for line in order.lines if line.kind is not LineKind.GOODS])


@dataclass(frozen=True, slots=True)
class Totals:
    """What is to be paid in the end, with its taxes, in minor units."""

    payable: int
    tax: int


def totals_of(sheet: Sheet) -> Totals:
    """Return what remains to be paid of all lines: with tax, each line's rounded once, and with levies."""
    if not any(map(TAX, sheet.priced)) and not any(map(LEVY, sheet.priced)):
        return Totals(sum(sheet.remaining) - sheet.owed, 0)
    payable = tax = 0
    for discounted, priced, left in zip(sheet.lines, sheet.priced, sheet.remaining, strict=True):
        line, amount = discounted, left if discounted.amount > 0 else discounted.amount
        if amount == discounted.amount:  # nothing was taken, so its price and its tax stand as they are
            line, amount = priced, priced.amount
        payable += amount + line.levy
        if line.tax_ppm:
            share = tax_in(amount, line.tax_ppm, is_net=line.is_net)
            tax += share
            if line.is_net:
                payable += share
    return Totals(payable, tax)

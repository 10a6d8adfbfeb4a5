"""Taking an amount or a percentage off lines, exactly allocated.

A discount is clipped to what is left of the lines it may touch; what is recorded is what was given. Off the whole order
it rounds once, half-up, and is then allocated; off products it rounds once a line. Effects never see what another
effect took: they get what is left. A percentage of the order is of its lines together, those with negative amounts too,
and no more than they are worth together is taken by it or by an amount: returned bottles or the till's own reductions
never turn a discount into cash.
"""

from collections.abc import Callable, Sequence
from math import lcm

from app.core.allocation import allocate
from app.core.effects import (
    AmountOff,
    ByUnit,
    Measure,
    Per,
    PercentOff,
    StepsAmount,
    StepsPercent,
    Target,
    UnitPrice,
    Weights,
)
from app.core.money import BASIS_POINTS, divide_half_up
from app.core.order import MILLI, LineKind
from app.core.policy import PercentBase, RoundAt, Rounding
from app.core.sheet import Sheet

LineEffect = AmountOff | PercentOff | UnitPrice | StepsPercent | StepsAmount | ByUnit
Places = Sequence[int]


def shares_of(effect: LineEffect, sheet: Sheet, places: Places) -> list[int]:
    """Return what the effect takes off each line of the sheet, one share a line; `places` are the lines it is for."""
    match effect:
        case PercentOff():
            return _percent_off(effect, sheet, places)
        case AmountOff():
            return _amount_off(effect, sheet, places)
        case UnitPrice():
            return _each(sheet, places, lambda place: _above_price(effect, sheet, place))
        case StepsPercent():
            basis_points = _step_reached(
                effect.measure, effect.steps, sheet, places, below=effect.basis_points
            )
            return _percent_off(PercentOff(effect.target, basis_points), sheet, places)
        case StepsAmount():
            amount = _step_reached(effect.measure, effect.steps, sheet, places, below=effect.amount)
            return shared_out(min(amount, worth_together(sheet)), sheet, places)
        case ByUnit():
            return shared_out(_by_unit(effect, sheet, places), sheet, places)


def cheapest(sheet: Sheet, places: Places) -> list[int]:
    """Return the (earlier) line with the cheapest unit among those with something left; empty when there is none."""
    open_lines = [place for place in places if sheet.left[place] > 0]
    if not open_lines:
        return []
    milli = {place: _milli(sheet, place) for place in open_lines}
    common = lcm(*milli.values())  # exact prices of `common` thousandths each, without fractions
    return [min(open_lines, key=lambda place: sheet.remaining[place] * (common // milli[place]))]


# --- percentages -------------------------------------------------------------------------------------------------


def _percent_off(effect: PercentOff, sheet: Sheet, places: Places) -> list[int]:
    if effect.target is Target.ORDER:
        return _off_the_order(effect, sheet, places)
    if effect.target is Target.CHEAPEST:
        return _off_the_cheapest(effect, sheet, places)
    shares = _each(sheet, places, lambda place: _off_a_line(effect, sheet, place))
    if effect.cap is None or sum(shares) <= effect.cap:
        return shares
    return allocate(effect.cap, weights=shares, limits=shares, remainder=sheet.policy.remainder)


def _off_the_order(effect: PercentOff, sheet: Sheet, places: Places) -> list[int]:
    bases = _bases(effect, sheet)
    if effect.units is not None:
        bases = [_part_of(amount, effect.units, sheet, at) for at, amount in enumerate(bases)]
    returned = sum([min(sheet.lines[place].amount, 0) for place in places]) if sheet.owed else 0
    base = max(sum([bases[place] for place in places]) + returned, 0)
    wanted = _rounded(base, effect.basis_points, sheet)
    if effect.cap is not None:
        wanted = min(wanted, effect.cap)
    return shared_out(min(wanted, worth_together(sheet)), sheet, places, weights=bases)


def _off_the_cheapest(effect: PercentOff, sheet: Sheet, places: Places) -> list[int]:
    bases = _bases(effect, sheet)

    def share(place: int) -> int:
        quantity = max(_milli(sheet, place), MILLI)  # of less than one unit there is one
        wanted = _rounded(bases[place] * MILLI, effect.basis_points, sheet, quantity)
        return wanted if effect.cap is None else min(wanted, effect.cap)

    return _each(sheet, cheapest(sheet, places), share)


def _off_a_line(effect: PercentOff, sheet: Sheet, place: int) -> int:
    base, quantity = _bases(effect, sheet)[place], _milli(sheet, place)
    units = quantity if effect.units is None else min(quantity, effect.units * MILLI)
    if sheet.policy.round_at is RoundAt.UNIT:
        of_a_unit = _rounded(base * MILLI, effect.basis_points, sheet, quantity)
        return divide_half_up(of_a_unit * units, MILLI)
    if units == quantity:
        return _rounded(base, effect.basis_points, sheet)
    return _rounded(base * units, effect.basis_points, sheet, quantity)


def _bases(effect: PercentOff, sheet: Sheet) -> list[int]:
    is_initial = (effect.base or sheet.policy.percent_base) is PercentBase.INITIAL
    return sheet.initial if is_initial else sheet.remaining


def _rounded(amount: int, basis_points: int, sheet: Sheet, parts: int = 1) -> int:
    """Return a percentage of `amount / parts`: the discount is rounded, or the price after it."""
    if sheet.policy.round is Rounding.DISCOUNT:
        return divide_half_up(amount * basis_points, BASIS_POINTS * parts)
    after = divide_half_up(amount * (BASIS_POINTS - basis_points), BASIS_POINTS * parts)
    return divide_half_up(amount, parts) - after


# --- amounts -----------------------------------------------------------------------------------------------------


def _amount_off(effect: AmountOff, sheet: Sheet, places: Places) -> list[int]:
    wanted = effect.amount * effect.times
    if effect.per is Per.LINE:
        return _each(sheet, places, lambda place: min(wanted, _price_of(effect.units, sheet, place)))
    if effect.per is Per.UNIT:
        return _each(sheet, places, lambda place: _for_each_unit(effect, sheet, place))
    if effect.target is Target.CHEAPEST:
        return _each(sheet, cheapest(sheet, places), lambda _: wanted)
    wanted = min(wanted, worth_together(sheet))
    if effect.units is not None:
        parts = [_price_of(effect.units, sheet, place) for place in range(len(sheet.lines))]
        return shared_out(wanted, sheet, places, weights=parts, limits=parts)
    if effect.weights is Weights.QUANTITY:
        quantities = [max(line.quantity_milli, 0) for line in sheet.lines]
        return shared_out(wanted, sheet, places, weights=quantities)
    return shared_out(wanted, sheet, places)


def _for_each_unit(effect: AmountOff, sheet: Sheet, place: int) -> int:
    quantity = _milli(sheet, place)
    units = quantity if effect.units is None else min(quantity, effect.units * MILLI)
    wanted = divide_half_up(effect.amount * effect.times * units, MILLI)
    return min(wanted, _price_of(effect.units, sheet, place))


def _price_of(units: int | None, sheet: Sheet, place: int) -> int:
    """Return what so many units of a line cost by now, or all of them."""
    remaining = sheet.remaining[place]
    return remaining if units is None else _part_of(remaining, units, sheet, place)


def _part_of(amount: int, units: int, sheet: Sheet, place: int) -> int:
    """Return the part of a line's amount that belongs to so many of its units, or to all of them."""
    quantity = _milli(sheet, place)
    return amount if quantity <= units * MILLI else divide_half_up(amount * units * MILLI, quantity)


def _above_price(effect: UnitPrice, sheet: Sheet, place: int) -> int:
    quantity = _milli(sheet, place)
    units = quantity if effect.units is None else min(quantity, effect.units * MILLI)
    return _price_of(effect.units, sheet, place) - divide_half_up(effect.amount * units, MILLI)


def _step_reached(
    measure: Measure, steps: Sequence[tuple[int, int]], sheet: Sheet, places: Places, *, below: int
) -> int:
    """Return what the highest step reached gives. Its bound is in minor units or whole units, and inclusive."""
    if measure is Measure.AMOUNT:
        reached, scale = sum([sheet.lines[place].amount for place in places]), 1
    else:
        reached, scale = sum([sheet.lines[place].quantity_milli for place in places]), MILLI
    return max([step for step in steps if step[0] * scale <= reached], default=(0, below))[1]


def _by_unit(effect: ByUnit, sheet: Sheet, places: Places) -> int:
    units = sum(max(sheet.lines[place].quantity, 0) for place in places)
    if effect.units is not None:
        units = min(units, effect.units)
    return effect.first + effect.further * (units - 1) if units else 0


# --- what they share ---------------------------------------------------------------------------------------------


def _each(sheet: Sheet, places: Places, wanted: Callable[[int], int]) -> list[int]:
    """Take off each line by itself what is wanted, clipped to what it can give; never passed on to another."""
    shares = [0] * len(sheet.lines)
    for place in places:
        left = sheet.left[place]
        if left > 0:
            shares[place] = max(min(wanted(place), left), 0)
    return shares


def shared_out(
    amount: int,
    sheet: Sheet,
    places: Places,
    *,
    weights: Sequence[int] | None = None,
    limits: Sequence[int] | None = None,
) -> list[int]:
    """Share an amount (minor units) out over lines. A line at its floor passes its share on to the others."""
    by, left = sheet.remaining if weights is None else weights, sheet.left
    if limits is not None:
        left = list(map(min, left, limits))
    shares = [0] * len(left)
    if len(places) == 1:  # as most vouchers are meant: there is nothing to share
        place = places[0]
        shares[place] = min(amount, left[place]) if by[place] > 0 else 0
        return shares
    limits = [left[place] for place in places]
    chosen = [by[place] for place in places]
    found = allocate(
        min(amount, sum(limits)), weights=chosen, limits=limits, remainder=sheet.policy.remainder
    )
    for place, share in zip(places, found, strict=True):
        shares[place] = share
    return shares


def worth_together(sheet: Sheet) -> int:
    """Return what the goods are worth by now, those with negative amounts included; at least nothing."""
    if not sheet.owed:
        return sum(sheet.remaining)
    goods = [place for place, line in enumerate(sheet.lines) if line.kind is LineKind.GOODS]
    return max(sum(map(sheet.amount_now, goods)), 0)


def _milli(sheet: Sheet, place: int) -> int:
    """Return a line's quantity in thousandths; a line without a quantity counts as one unit."""
    quantity = sheet.lines[place].quantity_milli
    return quantity if quantity > 0 else MILLI

"""Points earned on an order or by an event: whole points, rounded down once an order and rule.

First what is earned by amount or units, then the multiplier, then what is earned once an order. What counts is what
is paid for goods, after discounts and points, before gift cards and wallets; a limit cuts and never refuses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.circumstances import Check, Circumstances
from app.core.order import AMOUNT, IS_NET, KIND, MILLI, LineKind
from app.core.policy import Multipliers
from app.core.products import GOODS, ProductSet
from app.core.sheet import Sheet
from app.core.tax import gross_amount

POINTS = "points"  # the point currency when a rule names none


class EarningMode(StrEnum):
    """Whether only full units count, or fractions of them too."""

    FULL_UNIT = "full_unit"
    PRO_RATA = "pro_rata"


class Of(StrEnum):
    """What points are earned by."""

    AMOUNT = "amount"
    UNIT = "unit"
    ORDER = "order"


class Basis(StrEnum):
    """Whether what is paid earns, or the price before discounts."""

    PAID = "paid"
    INITIAL = "initial"


@dataclass(frozen=True, slots=True)
class EarningLimit:
    """At most so many points, or so many times, in a period; for ever when the period is empty."""

    points: int | None = None
    times: int | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class EarningRule:
    """`points_milli` thousandths of a point for each `per` minor units paid (1500 and 100: 1.5 points per 1.00).

    Or for each `per` units, or once. With `factor_milli` it is a multiplier of what others earn (2000: twice as much).
    With `event` it is earned by that event and not by an order.
    """

    rule_id: str
    points_milli: int
    per: int
    mode: EarningMode
    condition: Check | None
    of: Of = Of.AMOUNT
    factor_milli: int = 0
    products: ProductSet | None = None
    basis: Basis = Basis.PAID
    currency: str = POINTS
    event: str = ""
    name: str = ""  # what the members are told, where somebody has said it
    limits: tuple[EarningLimit, ...] = ()


@dataclass(frozen=True, slots=True)
class Earned:
    """Points that one rule gives; those of its multipliers `by` are among them. No record holds these."""

    rule_id: str
    points: int
    currency: str = POINTS
    by: tuple[str, ...] = field(default=(), compare=False)


def earn(
    rules: Sequence[EarningRule],
    *,
    sheet: Sheet,
    seen: Circumstances,
    multipliers: Multipliers,
) -> tuple[Earned, ...]:
    """Return what an order earns, a rule each that gives something; nothing without a member."""
    if seen.member is None:
        return ()
    holding = [
        rule for rule in rules if not rule.event and (rule.condition is None or not rule.condition(seen))
    ]
    if not holding:
        return ()
    factors = _factors(holding, sheet, multipliers)
    earned = []
    for rule in holding:
        if not rule.factor_milli:
            points = _cut(rule, _points(rule, sheet, factors), seen.known)
            if points:
                by = _multiplied_by(holding, rule, factors, sheet, multipliers) if factors else ()
                earned.append(Earned(rule.rule_id, points, rule.currency, by))
    return tuple(earned)


def earn_by_event(rules: Sequence[EarningRule], event: str, *, seen: Circumstances) -> tuple[Earned, ...]:
    """Return what an event earns. That an event counts once is for whoever keeps their ids."""
    earned = []
    for rule in rules:
        if rule.event == event and (rule.condition is None or not rule.condition(seen)):
            points = _cut(rule, rule.points_milli // MILLI, seen.known)
            if points:
                earned.append(Earned(rule.rule_id, points, rule.currency))
    return tuple(earned)


def earned_key(rule_id: str, period: str) -> str:
    """Return the key of the points that this member has earned by a rule, in the running period if there is one."""
    return f"earned:{rule_id}/{period}" if period else f"earned:{rule_id}"


def times_key(rule_id: str, period: str) -> str:
    """Return the key of how often this member has earned by a rule."""
    return f"earned_times:{rule_id}/{period}" if period else f"earned_times:{rule_id}"


def keys_of(rule: EarningRule) -> set[str]:
    """Return the counters that a rule's limits ask for."""
    keys = {
        earned_key(rule.rule_id, limit.period)
        for limit in rule.limits
        if limit.points is not None and limit.period != "order"
    }
    return keys | {times_key(rule.rule_id, limit.period) for limit in rule.limits if limit.times is not None}


def _points(rule: EarningRule, sheet: Sheet, factors: Mapping[int, int]) -> int:
    """Return a rule's points with its multiplier, before limits. `factors` are thousandths by the place of a line."""
    if rule.of is Of.ORDER:
        paid = sum(sheet.amount_now(place) for place in _earning_places(rule, sheet))
        return rule.points_milli // MILLI if paid > 0 else 0
    counts, places = _counts(rule, sheet), _earning_places(rule, sheet)
    per = rule.per if rule.of is Of.AMOUNT else rule.per * MILLI
    if not factors:
        counted = max(sum(map(counts.__getitem__, places)), 0)
        if rule.mode is EarningMode.PRO_RATA:
            return counted * rule.points_milli // (per * MILLI)
        return counted // per * rule.points_milli // MILLI
    by_factor: dict[int, int] = {}
    for place in places:
        factor = factors.get(place, MILLI)
        by_factor[factor] = by_factor.get(factor, 0) + counts[place]
    if rule.mode is EarningMode.PRO_RATA:
        counted = sum(max(amount, 0) * factor for factor, amount in by_factor.items())
        return counted * rule.points_milli // (per * MILLI * MILLI)
    units = max(sum(by_factor.values()), 0) // per * MILLI
    units += sum(max(amount, 0) // per * (factor - MILLI) for factor, amount in by_factor.items())
    return max(units, 0) * rule.points_milli // (MILLI * MILLI)


def _earning_places(rule: EarningRule, sheet: Sheet) -> Sequence[int]:
    """Return the places of the lines that a rule is for; only goods earn."""
    if rule.products is None and set(map(KIND, sheet.lines)) <= GOODS:
        return range(len(sheet.lines))
    return [
        place
        for place, line in enumerate(sheet.lines)
        if line.kind is LineKind.GOODS and (rule.products is None or rule.products.holds(line))
    ]


def _counts(rule: EarningRule, sheet: Sheet) -> list[int]:
    """Return what each line counts: minor units, or thousandths of a unit. What is free earns nothing."""
    lines = sheet.lines
    amounts = list(map(AMOUNT, lines)) if rule.basis is Basis.INITIAL else sheet.amounts_now()
    if rule.of is Of.AMOUNT and not any(map(IS_NET, lines)):
        return amounts
    both = zip(lines, amounts, strict=True)
    if rule.of is Of.AMOUNT:
        return [
            gross_amount(amount, line.tax_ppm, is_net=True) if line.is_net else amount
            for line, amount in both
        ]
    return [line.quantity_milli if amount > 0 else 0 for line, amount in both]


def _factors(rules: Sequence[EarningRule], sheet: Sheet, multipliers: Multipliers) -> dict[int, int]:
    """Return by what each line's points are multiplied, in thousandths, where it isn't by one."""
    factors: dict[int, int] = {}
    for rule in rules:
        if rule.factor_milli:
            for place, line in enumerate(sheet.lines):
                if rule.products is None or rule.products.holds(line):
                    so_far = factors.get(place)
                    if so_far is None:
                        factors[place] = rule.factor_milli
                    elif multipliers is Multipliers.PRODUCT:
                        factors[place] = so_far * rule.factor_milli // MILLI
                    else:
                        factors[place] = max(so_far, rule.factor_milli)
    return factors


def _multiplied_by(
    rules: Sequence[EarningRule],
    rule: EarningRule,
    factors: Mapping[int, int],
    sheet: Sheet,
    multipliers: Multipliers,
) -> tuple[str, ...]:
    """Return the multipliers that counted for a rule: of several of which one counts, the one that did."""
    if rule.of is Of.ORDER:
        return ()
    places = [place for place in _earning_places(rule, sheet) if place in factors]
    return tuple(
        each.rule_id
        for each in rules
        if each.factor_milli
        and any(
            (each.products is None or each.products.holds(sheet.lines[place]))
            and (multipliers is Multipliers.PRODUCT or each.factor_milli == factors[place])
            for place in places
        )
    )


def _cut(rule: EarningRule, points: int, known: Mapping[str, int]) -> int:
    """Cut points to what the rule's limits leave; a counter that nobody knows leaves nothing."""
    for limit in rule.limits:
        if limit.times is not None:
            times = known.get(times_key(rule.rule_id, limit.period))
            points = points if times is not None and times < limit.times else 0
        if limit.points is not None:
            so_far = (
                0
                if limit.period == "order"
                else known.get(earned_key(rule.rule_id, limit.period), limit.points)
            )
            points = min(points, max(limit.points - so_far, 0))
    return points

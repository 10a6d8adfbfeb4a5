"""Promotions of a case that give points, as earning rules of a program."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from app.cases.conditions import FIRST_DAY, LAST_DAY, Leaf, Terms
from app.cases.reading import CaseUnknown, Spot
from app.cases.selectors import ProductSets

Rule = dict[str, Any]
EARNINGS = frozenset({"points_earn", "points_multiplier", "points_bonus"})
EARNING_KEYS = frozenset({"id", "effect", "conditions", "priority", "code", "limits"})
ONE_DAY = timedelta(days=1)
PERIODS = {"max_points_per_day": "day"}  # in which a case tells what was earned before


def earning_rules(
    promotion: Spot, rule_id: str, terms: Terms, sets: ProductSets, *, own_basis: str | None
) -> list[Rule]:
    """Return the earning rules that a promotion stands for.

    `own_basis` is what is earned by before the member's own reward for points; None where a program can't say it.
    """
    promotion.only(EARNING_KEYS)
    effect = promotion.inner("effect")
    match effect.value["type"]:
        case "points_earn":
            rules = [_earn(effect, sets, own_basis=own_basis)]
        case "points_bonus":
            rules = [_bonus(effect, sets)]
        case _:
            rules = _multipliers(effect, sets)
    limits = _limits(promotion.inner("limits"))
    if terms.member_uses_max is not None:
        limits.append({"times": terms.member_uses_max})
    if limits:
        rules[0]["limits"] = limits
    condition = _condition(promotion, terms)
    beside = {} if condition is None else {"condition": condition}
    return [
        {"id": rule_id if place == 0 else f"{rule_id}.{place}", **rule, **beside}
        for place, rule in enumerate(rules)
    ]


def _earn(effect: Spot, sets: ProductSets, *, own_basis: str | None) -> Rule:
    effect.only(frozenset({"type", "points", "per_amount", "per_unit", "basis", "selector"}))
    rule: Rule = {"points_milli": effect.decimal("points", 3), "mode": "full_unit", **_products(effect, sets)}
    if effect.has("per_amount") == effect.has("per_unit"):
        raise CaseUnknown(f"{effect.path}: known is one of per_amount and per_unit")
    if effect.has("per_unit"):
        rule |= {"of": "unit", "per": effect.whole("per_unit", least=1)}
    else:
        rule |= {"of": "amount", "per": effect.money("per_amount")}
    bases = {"net_paid": "paid", "before_discounts": "initial", "before_own_reward": "own"}
    basis = effect.word("basis", bases, "net_paid")
    if basis == "own":
        if own_basis is None:
            raise CaseUnknown(
                f"{effect.at('basis')}: before_own_reward is not known beside a reward and other discounts"
            )
        basis = own_basis
    return {**rule, "basis": "initial"} if basis == "initial" else rule


def _bonus(effect: Spot, sets: ProductSets) -> Rule:
    effect.only(frozenset({"type", "points", "selector"}))
    points = {"points_milli": effect.decimal("points", 3), "per": 1, "mode": "full_unit", "of": "order"}
    return {**points, **_products(effect, sets)}


def _multipliers(effect: Spot, sets: ProductSets) -> list[Rule]:
    effect.only(frozenset({"type", "factor", "value", "selector", "by_label", "combine"}))
    if not effect.has("by_label"):
        factor = effect.decimal("factor" if effect.has("factor") else "value", 3)
        return [{"kind": "multiplier", "factor_milli": factor, **_products(effect, sets)}]
    if effect.has("selector"):
        raise CaseUnknown(f"{effect.at('selector')}: not known beside by_label")
    rules = []
    for place, pair in enumerate(effect.items("by_label")):
        if type(pair) is not list or len(pair) != 2:
            raise CaseUnknown(f"{effect.at('by_label')}[{place}]: {pair!r} is no [label, factor]")
        spot = Spot(f"{effect.at('by_label')}[{place}]", {"label": pair[0], "factor": pair[1]})
        products = sets.add({"categories": [spot.text("label")]})
        factor = spot.decimal("factor", 3)
        rules.append({"kind": "multiplier", "factor_milli": factor, "products": products})
    return rules


def combines_by_product(effect: Spot) -> bool:
    """Tell whether the multipliers of a promotion go one after the other instead of the highest alone."""
    words = {"product": "yes", "highest": "", "highest_only": ""}
    return bool(effect.has("combine") and effect.word("combine", words))


def _limits(limits: Spot) -> list[Rule]:
    limits.only(frozenset(PERIODS))
    return [
        {"points": limits.whole(key), "period": period} for key, period in PERIODS.items() if limits.has(key)
    ]


def _products(effect: Spot, sets: ProductSets) -> Rule:
    products = sets.name(effect)
    return {} if products is None else {"products": products}


def _condition(promotion: Spot, terms: Terms) -> Leaf | None:
    """Return the condition of an earning rule, the dates of its promotion included."""
    if terms.uses_max is not None:
        raise CaseUnknown(f"{promotion.at('conditions.limit_total')}: not known of a promotion for points")
    leaves = [*_since(terms.starts_on), *_until(terms.ends_on), *terms.leaves]
    return replace(terms, leaves=leaves).condition


def _since(starts_on: str) -> list[Leaf]:
    """Return what holds from a moment on."""
    if starts_on == FIRST_DAY:
        return []
    day, _, time = starts_on.partition("T")
    if time in ("", "00:00:00"):
        return [_days(day, LAST_DAY)]
    later = date.fromisoformat(day) + ONE_DAY
    return [{"any": [_days(later.isoformat(), LAST_DAY), _at_times(day, time, "24:00:00")]}]


def _until(ends_on: str) -> list[Leaf]:
    """Return what holds until a moment, its second included."""
    if ends_on == LAST_DAY:
        return []
    day, _, time = ends_on.partition("T")
    if time in ("", "23:59:59"):
        return [_days(FIRST_DAY, day)]
    earlier = date.fromisoformat(day) - ONE_DAY
    after = (datetime.fromisoformat(ends_on) + timedelta(seconds=1)).time().isoformat()
    return [{"any": [_days(FIRST_DAY, earlier.isoformat()), _at_times(day, "00:00:00", after)]}]


def _days(first: str, last: str) -> Leaf:
    return {"fact": "order.date", "op": "between", "value": [first, last]}


def _at_times(day: str, start: str, end: str) -> Leaf:
    times = {"fact": "order.time", "op": "between", "value": [start, end]}
    return {"all": [{"fact": "order.date", "op": "is", "value": day}, times]}

"""How much a campaign or an earning rule may give at most, as ceilings ask: the percentage, the amount, the points.

Said of one order. What nothing bounds, such as a fixed price for products of any price, counts as all of it: whoever
has a ceiling needs another's approval for that.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.core.benefits import Benefit, BenefitKind
from app.core.campaign import Campaign, Rule
from app.core.effects import (
    AmountOff,
    Bundle,
    BuyGet,
    ByUnit,
    Credit,
    Effect,
    Gift,
    Per,
    PercentOff,
    PointsPayment,
    PunchCardFree,
    StepsAmount,
    StepsPercent,
    UnitPrice,
)
from app.core.money import BASIS_POINTS
from app.core.program import Program
from hq.access.actor import Actor
from hq.faults import OverCeiling

MILLI = 1_000


@dataclass(frozen=True)
class Weight:
    """The most that is given: `percent` in basis points, `amount` in minor units, `points` whole.

    `is_boundless`: how large the amount may become is not said.
    """

    percent: int = 0
    amount: int = 0
    points: int = 0
    is_boundless: bool = False


def heavier(weights: Iterable[Weight]) -> Weight:
    """Return the most of each."""
    found = list(weights)
    return Weight(
        percent=max((each.percent for each in found), default=0),
        amount=max((each.amount for each in found), default=0),
        points=max((each.points for each in found), default=0),
        is_boundless=any(each.is_boundless for each in found),
    )


def weight_of(campaign: Campaign) -> Weight:
    """Return the most that one rule of a campaign gives; what nothing else bounds, its budget of discounts does."""
    return weight_of_rules(campaign, campaign.rules)


def weight_of_rules(campaign: Campaign, rules: Iterable[Rule]) -> Weight:
    """Return the most that one of these rules of a campaign gives."""
    found = heavier(_of_effect(rule.effect) for rule in rules)
    bound = campaign.budget.discount if campaign.budget else None
    if not found.is_boundless or bound is None:
        return found
    return replace(found, amount=max(found.amount, bound), is_boundless=False)


def weight_of_earning(rules: Iterable[Mapping[str, Any]]) -> Weight:
    """Return the most points that an earning rule gives at once; rates give by what is paid, and have no bound."""
    once = [
        rule.get("points_milli", 0) // MILLI
        for rule in rules
        if (rule.get("of") == "order" or rule.get("event")) and isinstance(rule.get("points_milli"), int)
    ]
    return Weight(points=max(once, default=0))


def weight_of_schemes(program: Program, parts: Collection[str]) -> Weight:
    """Return the most that these parts of a program give at once beside orders: marks, challenges, friends."""
    schemes = program.schemes
    given = {
        "milestones": [each.benefits for each in schemes.milestones.values()],
        "challenges": [each.benefits for each in schemes.challenges.values()],
        "referrals": [
            benefits
            for each in schemes.referrals.values()
            for benefits in (each.referrer_benefits, each.friend_benefits)
        ],
    }
    return heavier(
        _of_benefits(program, benefits) for part in given if part in parts for benefits in given[part]
    )


def check_ceilings(actor: Actor, weight: Weight) -> None:
    """Raise `OverCeiling` where somebody may not give so much without another's approval."""
    sentence = over_ceiling(actor, weight)
    if sentence:
        raise OverCeiling(sentence)


def over_ceiling(actor: Actor, weight: Weight) -> str:
    """Return why somebody needs another's approval to give so much; empty where they don't."""
    ceilings = actor.ceilings
    if ceilings.percent is not None and weight.percent > ceilings.percent:
        return (
            f"It gives up to {_percent(weight.percent)} %, and {actor.name} may give {_percent(ceilings.percent)} %"
            " without another's approval."
        )
    if ceilings.amount is not None and (weight.is_boundless or weight.amount > ceilings.amount):
        given = "an amount that nothing bounds" if weight.is_boundless else f"up to {weight.amount}"
        return (
            f"It gives {given}, and {actor.name} may give {ceilings.amount} without another's approval"
            " (minor units)."
        )
    if ceilings.points is not None and weight.points > ceilings.points:
        return (
            f"It gives up to {weight.points} points, and {actor.name} may give {ceilings.points} without another's"
            " approval."
        )
    return ""


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def _of_benefits(program: Program, benefits: Iterable[Benefit]) -> Weight:
    """Return what benefits that are given together come to; vouchers are used one by one."""
    weights = [Weight()]
    for each in benefits:
        if each.kind is BenefitKind.POINTS:
            weights[0] = replace(weights[0], points=weights[0].points + each.amount)
        elif each.kind is BenefitKind.CREDIT:
            weights[0] = replace(weights[0], amount=weights[0].amount + each.amount)
        elif each.kind is BenefitKind.VOUCHER and (pair := program.pair(each.name)) is not None:
            weights.append(weight_of_rules(pair.campaign, [pair.rule]))
    return heavier(weights)


def _of_effect(effect: Effect) -> Weight:
    match effect:
        case PercentOff():
            return Weight(percent=effect.basis_points)
        case StepsPercent():
            return Weight(percent=max(effect.basis_points, *(given for _, given in effect.steps)))
        case AmountOff():
            return Weight(amount=effect.amount * effect.times, is_boundless=effect.per is not Per.ORDER)
        case StepsAmount():
            return Weight(amount=max(effect.amount, *(given for _, given in effect.steps)))
        case ByUnit():
            further = effect.further * ((effect.units or 1) - 1)
            return Weight(amount=effect.first + further, is_boundless=effect.units is None)
        case UnitPrice() | Gift():  # the products may be worth anything
            return Weight(percent=BASIS_POINTS)
        case BuyGet():
            return Weight(percent=_of_buy_get(effect))
        case Bundle():
            return _of_bundle(effect)
        case Credit():
            return Weight(percent=effect.basis_points, amount=effect.amount)
        case PunchCardFree():
            return Weight(percent=-(-BASIS_POINTS // effect.card.every))
        case PointsPayment():
            return Weight()  # the member pays


def _of_buy_get(effect: BuyGet) -> int:
    """Return the share of what both cost; where the free ones may be dearer than those bought, what is off them."""
    if effect.buy != effect.get or effect.is_dearest_free:
        return effect.basis_points
    return -(-effect.basis_points * effect.get_units // (effect.buy_units + effect.get_units))


def _of_bundle(effect: Bundle) -> Weight:
    if effect.basis_points is not None:
        return Weight(percent=effect.basis_points)
    if effect.amount_off is not None:
        amount = effect.amount_off * (effect.times or 1)
        return Weight(amount=amount, is_boundless=effect.times is None)
    return Weight(percent=BASIS_POINTS)

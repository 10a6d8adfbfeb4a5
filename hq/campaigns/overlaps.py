"""Which campaigns meet on one order: at the same time, for the same members, on the same products.

Two are said to meet unless what they say rules it out. What becomes of an order that both want is said too, since most
overlaps are meant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.campaign import Campaign, Rule
from app.core.contradictions import impossible
from app.core.effects import Bundle, BuyGet, product_sets_of
from app.core.products import ProductSet
from app.core.program import Program


class Together(StrEnum):
    """What becomes of an order that two campaigns want."""

    BOTH = "both"  # both are given
    ONE = "one"  # only one of them is given


@dataclass(frozen=True)
class Overlap:
    """Another campaign that meets this one. Moments are local; `rules` are pairs of rule ids, this one's first."""

    campaign_id: str
    name: str
    starts_at: str
    ends_at: str
    together: Together
    rules: tuple[tuple[str, str], ...]


def overlaps_of(program: Program, campaign_id: str) -> list[Overlap]:
    """Return the campaigns of a program that meet one of it, in the program's order."""
    own = next((each for each in program.campaigns if each.campaign_id == campaign_id), None)
    if own is None:
        return []
    found = (_overlap(program, own, other) for other in program.campaigns if other.campaign_id != campaign_id)
    return [each for each in found if each is not None]


def _overlap(program: Program, own: Campaign, other: Campaign) -> Overlap | None:
    starts_at, ends_at = max(own.starts_at, other.starts_at), min(own.ends_at, other.ends_at)
    if starts_at > ends_at or not _share_members(own, other):
        return None
    rules = tuple(_rules_that_meet(program, own, other))
    if not rules:
        return None
    return Overlap(other.campaign_id, other.name, starts_at, ends_at, _together(own, other), rules)


def _share_members(own: Campaign, other: Campaign) -> bool:
    if (
        own.share
        and other.share
        and own.share.experiment.experiment_id == other.share.experiment.experiment_id
    ):
        return bool(own.share.variants & other.share.variants)
    return own.audience is None or other.audience is None or bool(own.audience & other.audience)


def _rules_that_meet(program: Program, own: Campaign, other: Campaign) -> Iterator[tuple[str, str]]:
    for rule in own.rules:
        for beside in other.rules:
            if _share_products(program, rule, beside) and not _exclude(rule, beside, own, other):
                yield rule.rule_id, beside.rule_id


def _exclude(rule: Rule, beside: Rule, own: Campaign, other: Campaign) -> bool:
    """Tell whether no order fulfils both conditions while both campaigns run."""
    days = {"fact": "order.date", "op": "between", "value": [other.starts_at[:10], other.ends_at[:10]]}
    trees: list[Any] = [days, *(each.tree for each in (rule, beside) if each.tree is not None)]
    return bool(impossible({"all": trees}, own))


def _share_products(program: Program, rule: Rule, beside: Rule) -> bool:
    one, two = _touches(program, rule), _touches(program, beside)
    return any(_may_meet(first, second) for first in one for second in two)


def _touches(program: Program, rule: Rule) -> list[ProductSet]:
    """Return the products whose price a rule lowers or that it asks for; all goods where it is about the order."""
    effect = rule.effect
    names: list[str | None] = list(product_sets_of(effect))
    if isinstance(effect, BuyGet):
        names.append(effect.get)
    if isinstance(effect, Bundle):
        names = [part.products for part in effect.parts]
        names += [effect.products] if effect.products else []
    if not names:
        names = [None]
    return [ProductSet() if name is None else program.product_sets[name] for name in names]


def _may_meet(one: ProductSet, two: ProductSet) -> bool:
    """Tell whether a line may be of both sets. A line has one SKU, brand, kind and price, and many categories."""
    if not one.kinds & two.kinds or one.is_empty or two.is_empty:
        return False
    for first, second in ((one.skus, two.skus), (one.brands, two.brands)):
        if first is not None and second is not None and not first & second:
            return False
    for chosen, left_out in ((one, two), (two, one)):
        if chosen.skus is not None and not chosen.skus - left_out.not_skus:
            return False
        if chosen.categories is not None and not chosen.categories - left_out.not_categories:
            return False
    theirs = dict(two.attributes)
    if any(name in theirs and not values & theirs[name] for name, values in one.attributes):
        return False
    bounds = [each for each in (one.unit_price_most, two.unit_price_most) if each is not None]
    least = max(one.unit_price_least or 0, two.unit_price_least or 0)
    return not bounds or least <= min(bounds)


def _together(own: Campaign, other: Campaign) -> Together:
    """Tell whether both are given, by what they say of each other."""
    one, two = own.stacking, other.stacking
    if own.campaign_id in two.not_with or other.campaign_id in one.not_with:
        return Together.ONE
    if one.best_of and one.best_of == two.best_of:
        return Together.ONE
    for this, that in ((one, two), (two, one)):
        if this.is_exclusive and not that.is_always:
            return Together.ONE
    return Together.BOTH

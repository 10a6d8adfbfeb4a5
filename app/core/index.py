"""Which automatic rules could apply to an order at all, found by what is in it instead of by asking each rule.

A rule hangs on one gate: the products it is for, the stores, members, segments or hours it names. A rule without a gate
is always asked. That a rule is found says nothing yet; that it isn't says that it can't apply.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.campaign import Campaign, Rule
from app.core.circumstances import Circumstances
from app.core.effects import product_sets_of
from app.core.products import Key, ProductSets

HOURS, DAYS = range(24), range(1, 8)
Gate = tuple[Key, ...]  # any of these must be there
WIDEST = 2_000  # a gate with more keys than that costs more than it spares


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """Places of rules by the key of their gate, and those without one."""

    by_key: Mapping[Key, tuple[int, ...]]
    always: tuple[int, ...]

    def find(self, seen: Circumstances) -> list[int]:
        """Return the places of the rules that could apply, in the order in which they apply."""
        found = set(self.always)
        get = self.by_key.get
        for key in _keys_of(seen):
            hanging = get(key)
            if hanging is not None:
                found.update(hanging)
        return sorted(found)


def _keys_of(seen: Circumstances) -> Iterable[Key]:
    yield ("store", seen.order.store)
    yield ("hour", f"{seen.local.isoweekday()}/{seen.local.hour}")
    if seen.member is not None:
        yield ("member", seen.member.ref)
        yield ("tier", seen.tier)
        for segment in seen.member_segments:
            yield ("segment", segment)
    for line in seen.order.lines:
        yield ("sku", line.sku)
        for category in line.categories:
            yield ("category", category)


def build_index(rules: Iterable[tuple[int, Campaign, Rule]], product_sets: ProductSets) -> RuleIndex:
    """Return the index of rules, each with its place."""
    by_key: dict[Key, list[int]] = {}
    always: list[int] = []
    for place, campaign, rule in rules:
        gate = _narrowest(campaign, rule, product_sets)
        for key in gate or ():
            by_key.setdefault(key, []).append(place)
        if gate is None:
            always.append(place)
    return RuleIndex({key: tuple(places) for key, places in by_key.items()}, tuple(always))


def _narrowest(campaign: Campaign, rule: Rule, product_sets: ProductSets) -> Gate | None:
    gates = list(_gates(campaign, rule, product_sets))
    best = min(gates, key=lambda gate: (_COMMONNESS[gate[0][0]] if gate else 0, len(gate)), default=None)
    return None if best is not None and len(best) > WIDEST else best


# How many orders a key of each kind is found in, rarest first: a rule hangs where it is seldom found in vain.
_COMMONNESS = {"member": 0, "sku": 1, "segment": 2, "category": 3, "store": 4, "tier": 5, "hour": 6}


def _gates(campaign: Campaign, rule: Rule, product_sets: ProductSets) -> Iterable[Gate]:
    if campaign.audience is not None:
        yield tuple(("member", ref) for ref in campaign.audience)
    for name in product_sets_of(rule.effect):
        if name is not None and (keys := product_sets[name].keys) is not None:
            yield keys
    yield from _gates_of_tree(rule.tree, product_sets)


def _gates_of_tree(tree: Any, product_sets: ProductSets) -> Iterable[Gate]:
    """Yield the gates of the leaves that must all hold."""
    if tree is None:
        return
    for inner in tree.get("all", ()):
        yield from _gates_of_tree(inner, product_sets)
    if "fact" in tree and (gate := _gate_of_leaf(tree, product_sets)) is not None:
        yield gate


def _gate_of_leaf(leaf: Mapping[str, Any], product_sets: ProductSets) -> Gate | None:
    match leaf["fact"], leaf["op"], leaf["value"]:
        case "order.store", "is", str(store):
            return (("store", store),)
        case "order.store", "one_of", stores:
            return tuple(("store", store) for store in stores)
        case "member.tier", "is", str(tier):
            return (("tier", tier),)
        case "member.tier", "one_of", tiers:
            return tuple(("tier", tier) for tier in tiers)
        case "member.segments", "contains", str(segment):
            return (("segment", segment),)
        case "member.segments", "contains_any", segments:
            return tuple(("segment", segment) for segment in segments)
        case "order.weekday", "is", int(day):
            return _hours([day], HOURS)
        case "order.weekday", "one_of", days:
            return _hours(days, HOURS)
        case "order.time", "between", [str(start), str(end)]:
            return _hours(DAYS, [hour for hour in HOURS if start[:2] <= f"{hour:02}" <= end[:2]])
        case "order.quantity_of" | "order.amount_of", "at_least" | "more_than" as op, int(value):
            needs_any = value > 0 or (op == "more_than" and value == 0)
            return product_sets[leaf["products"]].keys if needs_any else None
    return None


def _hours(days: Iterable[int], hours: Sequence[int] | range) -> Gate:
    return tuple(("hour", f"{day}/{hour}") for day in days for hour in hours)

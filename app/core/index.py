"""Which automatic rules could apply to an order at all, found by what is in it instead of by asking each rule.

A rule has gates: the products it is for, the members, stores, segments or hours it names, the total it asks for. What
passes all its gates is found. That a rule is found says nothing yet; that it isn't says that it can't apply. Rules are
bits of whole numbers by their places, so that thousands of them pass or don't in one operation.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.core.campaign import Campaign, Rule
from app.core.circumstances import Circumstances
from app.core.products import Key, ProductSets

HOURS, DAYS = range(24), range(1, 8)
WIDEST = 2_000  # a gate with more keys than that takes more memory than it spares time
KINDS = {
    "sku": "product",
    "category": "product",
}  # of gates by the kind of their keys, where it isn't the same
Bits = int


@dataclass(frozen=True, slots=True)
class Slot:
    """Gates of one kind, at most one of each rule: which rules have none, and which pass by a key."""

    kind: str
    free: Bits
    by_key: Mapping[Key, Bits]

    def passing(self, keys: Iterable[Key]) -> Bits:
        """Return the rules that pass by any of the keys, or have no gate here."""
        found, get = self.free, self.by_key.get
        for key in keys:
            bits = get(key)
            if bits is not None:
                found |= bits
        return found


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """The automatic rules by their gates, and by the totals they ask for: (minor units, rule), the least first.

    `reached` are the rules that pass when so many of the totals are reached.
    """

    every: Bits
    slots: tuple[Slot, ...]
    totals: tuple[tuple[int, int], ...]
    reached: tuple[Bits, ...]

    def find(self, seen: Circumstances) -> list[int]:
        """Return the places of the rules that could apply, in the order in which they apply."""
        return _places(self._passing(seen) & self.reached[self._count_reached(seen)])

    def find_near(self, seen: Circumstances, most: int) -> list[int]:
        """Return these, and at most so many that lack nothing but a larger total, the nearest ones."""
        passing, count = self._passing(seen), self._count_reached(seen)
        found = _places(passing & self.reached[count])
        written = _written(passing | 1 << self.every.bit_length())  # as far as the places go
        near = (place for _, place in self.totals[count:] if written[place] == "1")
        return sorted([*found, *islice(near, most)])

    def _count_reached(self, seen: Circumstances) -> int:
        return bisect_left(self.totals, (seen.total + 1, 0))

    def _passing(self, seen: Circumstances) -> Bits:
        found, keys = self.every, _keys_of(seen)
        for slot in self.slots:
            found &= slot.passing(keys[slot.kind])
        return found


def _written(bits: Bits) -> str:
    """Return the bits as text, the first place first: to look at many of them one by one."""
    return bin(bits)[:1:-1]


def _places(bits: Bits) -> list[int]:
    written, found = _written(bits), []
    place = written.find("1")
    while place >= 0:
        found.append(place)
        place = written.find("1", place + 1)
    return found


def _keys_of(seen: Circumstances) -> dict[str, list[Key]]:
    products: list[Key] = []
    for line in seen.order.lines:
        products.append(("sku", line.sku))
        for category in line.categories:
            products.append(("category", category))
    member = seen.member
    return {
        "product": products,
        "store": [("store", seen.order.store)],
        "hour": [("hour", f"{seen.local.isoweekday()}/{seen.local.hour}")],
        "member": [("member", member.ref)] if member else [],
        "tier": [("tier", seen.tier)] if member else [],
        "segment": [("segment", segment) for segment in seen.member_segments],
    }


# --- building ----------------------------------------------------------------------------------------------------


def build_index(rules: Iterable[tuple[int, Campaign, Rule]], product_sets: ProductSets) -> RuleIndex:
    """Return the index of rules, each with its place."""
    every: Bits = 0
    slots: dict[tuple[str, int], dict[Key, Bits]] = {}  # by kind, for the first, second … gate of a rule
    gated: dict[tuple[str, int], Bits] = {}
    totals: list[tuple[int, int]] = []
    for place, campaign, rule in rules:
        bit = 1 << place
        every |= bit
        totals += [(bound, place) for bound in sorted(_totals(rule.tree))[-1:]]
        used: dict[str, int] = {}
        for kind, keys in _gates(campaign, rule, product_sets):
            slot = (kind, used.get(kind, 0))
            used[kind] = slot[1] + 1
            gated[slot] = gated.get(slot, 0) | bit
            by_key = slots.setdefault(slot, {})
            for key in keys:
                by_key[key] = by_key.get(key, 0) | bit
    found = tuple(Slot(slot[0], every & ~gated[slot], by_key) for slot, by_key in slots.items())
    totals.sort()
    return RuleIndex(every, found, tuple(totals), _reached(every, totals))


def _reached(every: Bits, totals: list[tuple[int, int]]) -> tuple[Bits, ...]:
    passing = every
    for _, place in totals:
        passing &= ~(1 << place)
    found = [passing]
    for _, place in totals:
        passing |= 1 << place
        found.append(passing)
    return tuple(found)


def _gates(
    campaign: Campaign, rule: Rule, product_sets: ProductSets
) -> Iterator[tuple[str, tuple[Key, ...]]]:
    """Yield the gates of a rule: the kind, and the keys of which any must be there."""
    gates = [_gate_of_leaf(leaf, product_sets) for leaf in _leaves(rule.tree)]
    gates += [product_sets[name].keys for name in rule.wants if name is not None]
    if campaign.audience is not None:
        gates.append(tuple(("member", ref) for ref in campaign.audience))
    for keys in gates:
        if keys is not None and len(keys) <= WIDEST:
            kind = keys[0][0] if keys else "member"  # without keys nobody passes
            yield KINDS.get(kind, kind), keys


def _leaves(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the leaves that must all hold."""
    if tree is None:
        return
    if "fact" in tree:
        yield tree
    for inner in tree.get("all", ()):
        yield from _leaves(inner)


def _totals(tree: Any) -> Iterator[int]:
    """Yield the totals that must all be reached."""
    for leaf in _leaves(tree):
        if (
            leaf["fact"] == "order.total"
            and leaf["op"] in ("at_least", "more_than")
            and "measured" not in leaf
        ):
            yield leaf["value"] + (leaf["op"] == "more_than")


def _gate_of_leaf(leaf: Mapping[str, Any], product_sets: ProductSets) -> tuple[Key, ...] | None:
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


def _hours(days: Iterable[int], hours: Iterable[int]) -> tuple[Key, ...]:
    return tuple(("hour", f"{day}/{hour}") for day in days for hour in hours)

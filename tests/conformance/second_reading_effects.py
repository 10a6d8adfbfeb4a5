"""What one promotion takes off which line, as the second reading has it; nothing is changed here but said.

Every function answers with a `Plan`: the discount of each line by its index, the units it uses up, and what it would
give besides. The choices made where the pages are silent stand in `second_reading`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.conformance.second_reading_lines import ReadLine, cents, fine, half_up, matches, share


@dataclass
class Plan:
    """Discounts by line index; units used up and the part of the discount that freed them; units to be added."""

    discounts: dict[int, int] = field(default_factory=dict)
    used: dict[int, int] = field(default_factory=dict)
    frees: bool = False
    prompt: dict[str, int] = field(default_factory=dict)
    replaced: dict[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.discounts.values())

    @property
    def does_something(self) -> bool:
        return self.total != 0 or any(self.prompt.values()) or any(self.replaced.values())


def plan(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    return _PLANS[effect["type"]](effect, lines, policy)


def _chosen(effect: dict[str, Any], lines: list[ReadLine]) -> list[int]:
    return [index for index, line in enumerate(lines) if matches(line, effect.get("selector"))]


def _base(effect: dict[str, Any], line: ReadLine, policy: dict[str, Any]) -> int:
    """What a percentage is taken of: what is left, or what there was at first."""
    base = effect.get("base") if effect["type"] == "percent_off" else None
    kind = base or policy.get("percent_base", "remaining")
    return line.initial if kind == "initial" else line.remaining


def _cut(whole: int, exact: Fraction, policy: dict[str, Any]) -> int:
    """Round the discount, or (`round: price`) the price that is left when it is taken off `whole`."""
    if policy.get("round") == "price":
        return whole - half_up(whole - exact)
    return half_up(exact)


def _spread(
    amount: int, chosen: list[int], lines: list[ReadLine], weights: list[Fraction], policy: Any
) -> Plan:
    """An amount off the chosen lines together, never more than they are worth together."""
    worth = sum(lines[index].remaining for index in chosen)
    amount = max(0, min(amount, worth, sum(line.remaining for line in lines)))
    parts = share(amount, weights, [lines[i].room for i in chosen], _remainder(policy))
    return Plan({index: part for index, part in zip(chosen, parts, strict=True) if part})


def _remainder(policy: dict[str, Any]) -> str:
    return str(policy.get("remainder", "largest"))


def _by_remaining(chosen: list[int], lines: list[ReadLine]) -> list[Fraction]:
    return [Fraction(max(0, lines[index].remaining)) for index in chosen]


def _percent_off(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    target = effect.get("target", "lines")
    if target == "order":
        return _percent_of_order(effect, lines, policy)
    if target == "cheapest_unit":
        return _percent_of_cheapest(effect, lines, policy)
    return _percent_of_lines(effect, Fraction(str(effect["value"])), lines, policy)


def _percent_of_order(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    chosen = _chosen(effect, lines)
    base = max(0, sum(_base(effect, lines[index], policy) for index in chosen))
    amount = _cut(base, base * Fraction(str(effect["value"])) / 100, policy)
    if "cap" in effect:
        amount = min(amount, cents(effect["cap"]))
    weights = [Fraction(max(0, _base(effect, lines[index], policy))) for index in chosen]
    return _spread(amount, chosen, lines, weights, policy)


def _percent_of_lines(
    effect: dict[str, Any], percent: Fraction, lines: list[ReadLine], policy: dict[str, Any]
) -> Plan:
    chosen = _chosen(effect, lines)
    wanted = []
    for index in chosen:
        line = lines[index]
        base = _base(effect, line, policy)
        units = min(line.quantity, Fraction(effect.get("max_units") or line.quantity))
        if policy.get("round_at") == "unit" and line.units:
            each = Fraction(base) / line.quantity
            off = _unit_cut(each, each * percent / 100, policy) * units
            wanted.append(min(line.room, max(0, half_up(off))))
            continue
        exact = base * units / line.quantity * percent / 100 if line.quantity else Fraction(0)
        wanted.append(min(line.room, max(0, _cut(base, exact, policy))))
    if "cap" in effect and sum(wanted) > cents(effect["cap"]):
        wanted = share(cents(effect["cap"]), [Fraction(w) for w in wanted], wanted, _remainder(policy))
    return Plan({index: off for index, off in zip(chosen, wanted, strict=True) if off})


def _unit_cut(each: Fraction, exact: Fraction, policy: dict[str, Any]) -> Fraction:
    if policy.get("round") == "price":
        return each - half_up(each - exact)
    return Fraction(half_up(exact))


def _cheapest(chosen: list[int], lines: list[ReadLine]) -> int | None:
    left = [index for index in chosen if lines[index].room > 0]
    return min(left, key=lambda i: (Fraction(lines[i].remaining) / lines[i].quantity, i), default=None)


def _percent_of_cheapest(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    index = _cheapest(_chosen(effect, lines), lines)
    if index is None:
        return Plan()
    line = lines[index]
    unit = Fraction(_base(effect, line, policy)) / max(line.quantity, Fraction(1))
    whole = _base(effect, line, policy)
    amount = _cut(whole, unit * Fraction(str(effect["value"])) / 100, policy)
    if "cap" in effect:
        amount = min(amount, cents(effect["cap"]))
    amount = min(amount, line.room)
    return Plan({index: amount} if amount else {})


def _amount_off(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    value = cents(effect["value"]) * int(effect.get("times") or 1)
    chosen = _chosen(effect, lines)
    mode = effect.get("mode", "order")
    if mode == "order":
        weights = _by_remaining(chosen, lines)
        if effect.get("weights") == "quantity":
            weights = [lines[index].quantity for index in chosen]
        return _spread(value, chosen, lines, weights, policy)
    if mode == "cheapest_line":
        index = _cheapest(chosen, lines)
        chosen = [] if index is None else [index]
    discounts = {index: _off_one_line(effect, lines[index], value) for index in chosen}
    return Plan({index: off for index, off in discounts.items() if off})


def _off_one_line(effect: dict[str, Any], line: ReadLine, value: int) -> int:
    """Once per line or once per unit, at most what the units concerned can give."""
    if line.remaining <= 0:
        return 0
    units = min(line.quantity, Fraction(effect.get("max_units") or line.quantity))
    reach = line.room * units / line.quantity
    wanted = value * units if effect.get("mode") == "each_unit" else Fraction(value)
    return min(line.room, half_up(min(wanted, reach)))


def _new_unit_price(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    """A price never goes up."""
    discounts = {}
    for index in _chosen(effect, lines):
        line = lines[index]
        wanted = line.remaining - half_up(fine(effect["value"]) * line.quantity)
        discounts[index] = max(0, min(wanted, line.room))
    return Plan({index: off for index, off in discounts.items() if off})


def _tier(effect: dict[str, Any], lines: list[ReadLine]) -> Fraction:
    """The value of the highest tier reached (bounds inclusive); below all of them the base."""
    chosen = [lines[index] for index in _chosen(effect, lines)]
    by_total = effect.get("measure", "total") == "total"
    measured = (
        Fraction(sum(line.initial for line in chosen)) if by_total else sum(li.quantity for li in chosen)
    )
    reached = Fraction(str(effect.get("base") or 0))
    for bound, value in sorted(effect["tiers"], key=lambda tier: Fraction(str(tier[0]))):
        if measured >= (cents(bound) if by_total else Fraction(str(bound))):
            reached = Fraction(str(value))
    return reached


def _tiered_percent(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    return _percent_of_lines(effect, _tier(effect, lines), lines, policy)


def _tiered_amount(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    chosen = _chosen(effect, lines)
    return _spread(int(_tier(effect, lines) * 100), chosen, lines, _by_remaining(chosen, lines), policy)


def _step_amount(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    chosen = _chosen(effect, lines)
    units = sum(lines[index].units for index in chosen)
    units = min(units, effect.get("max_units") or units)
    if units == 0:
        return Plan()
    steps = cents(effect["first_unit"]) + (units - 1) * cents(effect["each_further_unit"])
    return _spread(steps, chosen, lines, _by_remaining(chosen, lines), policy)


def _free_units(effect: dict[str, Any], lines: list[ReadLine]) -> tuple[list[int], list[int]]:
    """One entry per unit not used yet: for buying, dearest first; for getting, in the order they become free."""

    def price(index: int) -> Fraction:
        return lines[index].unit_worth

    def units(selector: dict[str, Any] | None) -> list[int]:
        found = [i for i, line in enumerate(lines) if matches(line, selector) and line.unit_worth > 0]
        return [i for i in found for _ in range(lines[i].units - lines[i].units_used)]

    dearest_first = effect.get("pick") == "most_expensive"
    get = sorted(units(effect.get("get")), key=lambda i: (-price(i) if dearest_first else price(i), i))
    buy = sorted(units(effect.get("buy")), key=lambda i: (-price(i), i))
    return buy, get


def _take(
    wanted: list[int], count: int, rest: dict[int, int], *, kept_of: set[int], kept: int
) -> dict[int, int]:
    """Take units from the front of `wanted`, but none that the other side needs to find `kept` of its own."""
    taken: dict[int, int] = {}
    for index in wanted:
        spare = sum(units for i, units in rest.items() if i in kept_of) - (index in kept_of)
        if count and rest[index] and spare >= kept:
            rest[index] -= 1
            taken[index] = taken.get(index, 0) + 1
            count -= 1
    return taken


def _buy_get(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    """Set after set, as long as there are units for a whole one.

    The bought units are the dearest there still are and chosen first, the free ones the cheapest of the rest; where
    the most expensive are to be free, they are chosen first.
    """
    sides = dict(zip(("buy", "get"), _free_units(effect, lines), strict=True))
    counts = {"buy": effect["buy_qty"], "get": effect["get_qty"]}
    rest = {index: lines[index].units - lines[index].units_used for side in sides.values() for index in side}
    first, second = ("get", "buy") if effect.get("pick") == "most_expensive" else ("buy", "get")
    found = Plan(frees=True)
    for _ in range(int(effect.get("times") or len(sides["get"]))):
        kept_of, kept = set(sides[second]), counts[second]
        taken = {first: _take(sides[first], counts[first], rest, kept_of=kept_of, kept=kept)}
        taken[second] = _take(sides[second], counts[second], rest, kept_of=set(), kept=0)
        if any(sum(taken[side].values()) < counts[side] for side in sides):
            break
        for side, units in taken.items():
            for index, count in units.items():
                found.used[index] = found.used.get(index, 0) + count
                if side == "get":
                    found.discounts[index] = found.discounts.get(index, 0) + count
    return _free(found, effect, lines)


def _free(found: Plan, effect: dict[str, Any], lines: list[ReadLine]) -> Plan:
    percent = Fraction(str(effect.get("percent", "100")))
    discounts = {}
    for index, units in found.discounts.items():
        line = lines[index]
        off = min(half_up(line.unit_worth * units * percent / 100), line.room)
        if off:
            discounts[index] = off
    return Plan(discounts, found.used if discounts else {}, frees=True)


def _bundle(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    """A discount once per whole set of the units needed; without a selector it is for the units of the sets."""
    left = {i: line.units - line.units_used for i, line in enumerate(lines) if line.unit_worth >= 0}
    found = Plan(frees=True)
    sets = 0
    while (effect.get("scale") or sets == 0) and (one := _one_set(effect["need"], lines, left)):
        sets += 1
        for index, units in one.items():
            found.used[index] = found.used.get(index, 0) + units
            left[index] -= units
    if sets == 0:
        return Plan()
    discount = dict(effect["discount"])
    if "selector" in discount:
        if discount.get("max_units"):
            discount["max_units"] *= sets
        return plan(discount, lines, policy)
    worth = {index: lines[index].unit_worth * units for index, units in found.used.items()}
    chosen = sorted(worth)
    rooms = [min(lines[index].room, int(worth[index])) for index in chosen]
    parts = share(cents(discount["value"]) * sets, [worth[i] for i in chosen], rooms, _remainder(policy))
    found.discounts = {index: part for index, part in zip(chosen, parts, strict=True) if part}
    return found


def _one_set(needs: list[dict[str, Any]], lines: list[ReadLine], left: dict[int, int]) -> dict[int, int]:
    """The units of one whole set, the dearest there are; empty when there is none."""
    taken: dict[int, int] = {}
    for need in needs:
        wanted = int(need.get("qty", 1))
        able = [i for i in left if lines[i].sku == need["sku"]]
        for index in sorted(able, key=lambda i: (-lines[i].unit_worth, i)):
            units = min(wanted, left[index] - taken.get(index, 0))
            if units > 0:
                taken[index] = taken.get(index, 0) + units
                wanted -= units
        if wanted:
            return {}
    return taken


def _replace_item(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    """Some units become others; the customer never pays more for it than for what was taken away."""
    chosen = [index for index in _chosen(effect, lines) if lines[index].units >= effect["remove_qty"]]
    if not chosen:
        return Plan()
    line = lines[chosen[0]]
    removed = half_up(Fraction(line.remaining) * effect["remove_qty"] / line.quantity)
    added = cents(effect["add_unit_price"]) * effect["add_qty"]
    dearer = max(0, added - removed)
    return Plan({chosen[0]: dearer} if dearer else {}, replaced={chosen[0]: added - removed})


def _add_free_units(effect: dict[str, Any], lines: list[ReadLine], policy: dict[str, Any]) -> Plan:
    """Nothing comes off the price: the quote says how many units may be added for nothing."""
    times = int(effect.get("per_order") or 0)
    if "per_bought" in effect:
        bought = sum(line.units for line in lines if "sku" not in effect or line.sku == effect["sku"])
        times = bought // int(effect["per_bought"])
    return Plan(prompt={effect["free_sku"]: times * int(effect.get("add", 1))})


_PLANS = {
    "percent_off": _percent_off,
    "amount_off": _amount_off,
    "new_unit_price": _new_unit_price,
    "tiered_percent": _tiered_percent,
    "tiered_amount": _tiered_amount,
    "step_amount": _step_amount,
    "buy_get": _buy_get,
    "bundle": _bundle,
    "replace_item": _replace_item,
    "add_free_units": _add_free_units,
}

"""Effects of a case as effects of a program. What a program does with them is the engine's business."""

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import Any

from app.cases.reading import CaseInvalid, CaseUnknown, Spot, exact
from app.cases.selectors import ProductSets

Effect = dict[str, Any]
Translate = Callable[[Spot, ProductSets], Effect]
WHOLE = 10_000  # basis points of 100 %
MODES = {"order": "order", "each_line": "line", "each_unit": "unit", "cheapest_line": "cheapest"}
TARGETS = {"lines": "products", "order": "order", "cheapest_unit": "cheapest"}
MEASURES = {"total": "amount", "quantity": "quantity"}
SAME = {word: word for word in ("initial", "remaining", "amount", "quantity")}
ALL_UNITS = 1_000_000  # of each line: more than any order has


def basis_points(holder: Spot, key: str, *, default: str | None = None) -> int:
    """Return a percentage as basis points; above 100 % nothing more can be given."""
    return min(holder.decimal(key, 2, default=default), WHOLE)


def _known(effect: Spot, *keys: str) -> None:
    effect.only(frozenset({"type", *keys}))


def _products(effect: Spot, sets: ProductSets) -> Effect:
    products = sets.name(effect)
    return {} if products is None else {"products": products}


def _units(effect: Spot) -> Effect:
    return {"units": effect.whole("max_units", least=1)} if effect.has("max_units") else {}


def _percent_off(effect: Spot, sets: ProductSets) -> Effect:
    _known(effect, "value", "target", "base", "max_units", "cap", "selector")
    found: Effect = {
        "kind": "percent_off",
        "target": effect.word("target", TARGETS, "lines"),
        "basis_points": basis_points(effect, "value"),
        **_products(effect, sets),
        **_units(effect),
    }
    if effect.has("cap"):
        found["cap"] = effect.money("cap")
    if effect.has("base"):
        found["base"] = effect.word("base", SAME, "remaining")
    return found


def _amount_off(effect: Spot, sets: ProductSets) -> Effect:
    _known(effect, "value", "mode", "times", "weights", "max_units", "selector")
    mode = effect.word("mode", MODES, "order")
    products = _products(effect, sets)
    found: Effect = {"kind": "amount_off", "amount": effect.money("value"), **products, **_units(effect)}
    if mode == "cheapest":
        found |= {"target": "cheapest", "per": "order"}
    elif mode == "order":
        found |= {"target": "products" if products else "order", "per": "order"}
    else:
        found |= {"target": "products", "per": mode}
    if effect.has("times"):
        found["times"] = effect.whole("times", least=1)
    if effect.has("weights"):
        found["weights"] = effect.word("weights", SAME, "amount")
    return found


def _new_unit_price(effect: Spot, sets: ProductSets) -> Effect:
    _known(effect, "value", "max_units", "selector")
    price = effect.money("value")
    return {"kind": "unit_price", "amount": price, **_products(effect, sets), **_units(effect)}


def _tiered(effect: Spot, sets: ProductSets, *, kind: str, given: str, read: Callable[..., int]) -> Effect:
    _known(effect, "measure", "base", "tiers", "selector")
    measure = effect.word("measure", MEASURES, "total")
    decimals = 2 if measure == "amount" else 0
    steps = []
    for place, tier in enumerate(effect.items("tiers")):
        path = f"{effect.at('tiers')}[{place}]"
        if type(tier) is not list or len(tier) != 2:
            raise CaseUnknown(f"{path}: {tier!r} is no [from, value]")
        spot = Spot(path, {"value": tier[1]})
        steps.append([exact(tier[0], decimals, path=path), read(spot, "value")])
    base = read(effect, "base", default="0")
    steps.sort()
    return {"kind": kind, "measure": measure, given: base, "steps": steps, **_products(effect, sets)}


def _tiered_percent(effect: Spot, sets: ProductSets) -> Effect:
    return _tiered(effect, sets, kind="steps_percent", given="basis_points", read=basis_points)


def _tiered_amount(effect: Spot, sets: ProductSets) -> Effect:
    return _tiered(effect, sets, kind="steps_amount", given="amount", read=Spot.money)


def _step_amount(effect: Spot, sets: ProductSets) -> Effect:
    _known(effect, "first_unit", "each_further_unit", "max_units", "selector")
    return {
        "kind": "by_unit",
        "first": effect.money("first_unit"),
        "further": effect.money("each_further_unit", default="0"),
        **_products(effect, sets),
        **_units(effect),
    }


def _buy_get(effect: Spot, sets: ProductSets) -> Effect:
    _known(effect, "buy", "buy_qty", "get", "get_qty", "pick", "percent", "times")
    found: Effect = {
        "kind": "buy_get",
        "buy": sets.surely(effect, "buy"),
        "get": sets.surely(effect, "get" if effect.has("get") else "buy"),
        "buy_units": effect.whole("buy_qty", default=1, least=1),
        "get_units": effect.whole("get_qty", default=1, least=1),
    }
    if effect.has("percent"):
        found["basis_points"] = basis_points(effect, "percent")
    if effect.has("times"):
        found["times"] = effect.whole("times", least=1)
    if effect.word("pick", {"cheapest": "", "most_expensive": "yes"}, "cheapest"):
        found["dearest"] = True
    return found


def _bundle(effect: Spot, sets: ProductSets) -> Effect:
    _known(effect, "need", "discount", "scale")
    parts = [_part(need, sets) for need in effect.objects("need")]
    once: Effect = {} if effect.switch("scale") else {"times": 1}
    return {"kind": "bundle", "parts": parts, **_bundle_discount(effect.inner("discount"), sets), **once}


def _part(need: Spot, sets: ProductSets) -> Effect:
    need.only(frozenset({"sku", "qty", "selector"}))
    products = sets.add({"skus": [need.text("sku")]}) if need.has("sku") else sets.surely(need, "selector")
    return {"products": products, "units": need.whole("qty", default=1, least=1)}


def _bundle_discount(discount: Spot, sets: ProductSets) -> Effect:
    _known(discount, "value", "mode", "selector", "max_units")
    kind = discount.word("type", {word: word for word in ("amount_off", "percent_off", "price")})
    mode = discount.word("mode", MODES, "order")
    value: Effect
    match kind:
        case "amount_off":
            value = {"amount_off": discount.money("value")}
        case "price":
            value = {"price": discount.money("value")}
        case _:
            value = {"basis_points": basis_points(discount, "value")}
    products = _products(discount, sets)
    if not products:
        if mode != "order" or discount.has("max_units"):
            raise CaseUnknown(f"{discount.path}: a mode or max_units without a selector is not known")
        return value
    if kind == "amount_off" and mode != "unit":
        raise CaseUnknown(f"{discount.at('mode')}: of other products only each_unit is known")
    units = discount.whole("max_units", least=1) if discount.has("max_units") else ALL_UNITS
    return {**value, **products, "units": units}


def _add_free_units(effect: Spot, sets: ProductSets) -> Effect:
    _known(effect, "per_bought", "per_order", "sku", "free_sku", "add")
    units = effect.whole("add", default=1, least=1)
    gift: Effect = {"kind": "gift", "sku": effect.text("free_sku"), "units": units}
    if not effect.has("per_bought"):
        gift["units"] = units * effect.whole("per_order", default=1, least=1)
        return gift
    if effect.has("per_order"):
        raise CaseUnknown(f"{effect.at('per_order')}: not known beside per_bought")
    bought = {"skus": [effect.text("sku")]} if effect.has("sku") else {"kinds": ["goods"]}
    per_bought = effect.whole("per_bought", least=1)
    return {**gift, "per": {"products": sets.add(bought), "units": per_bought}}


def _pay_with_points(effect: Spot, _: ProductSets) -> Effect:
    """Translate what points are worth into the smallest whole `points` that buy whole minor units."""
    _known(effect, "value_per_point", "points_per_minor_unit", "step_points")
    if effect.has("points_per_minor_unit"):
        points_for_one = Fraction(effect.decimal("points_per_minor_unit", 6), 10**6)
    else:
        value = effect.decimal("value_per_point", 8)  # in millionths of a minor unit
        points_for_one = Fraction(10**6, value) if value > 0 else Fraction(0)
    if points_for_one <= 0:
        raise CaseInvalid(f"{effect.path}: expected points that are worth something")
    points, worth = points_for_one.as_integer_ratio()
    step = lcm(points, effect.whole("step_points", default=1, least=1))
    return {"kind": "points_payment", "points": points, "worth": worth, "step": step}


EFFECTS: dict[str, Translate] = {
    "percent_off": _percent_off,
    "amount_off": _amount_off,
    "new_unit_price": _new_unit_price,
    "tiered_percent": _tiered_percent,
    "tiered_amount": _tiered_amount,
    "step_amount": _step_amount,
    "buy_get": _buy_get,
    "bundle": _bundle,
    "add_free_units": _add_free_units,
    "pay_with_points": _pay_with_points,
}

"""Reading product sets and effects of a published program: what they may say, and complaints with the place.

The words are listed in docs/program.md.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.core.conditions import Vocabulary
from app.core.document import DocumentInvalid, Place
from app.core.effects import (
    AmountOff,
    Bundle,
    BuyGet,
    ByUnit,
    Credit,
    Effect,
    Gift,
    Measure,
    Part,
    Per,
    PercentOff,
    PointsPayment,
    PunchCardFree,
    StepsAmount,
    StepsPercent,
    Target,
    UnitPrice,
    Weights,
)
from app.core.money import BASIS_POINTS
from app.core.order import AMOUNT_MAX, LineKind
from app.core.policy import PercentBase
from app.core.products import GOODS, ProductSet

UNITS_MAX = 10**6  # above any order: more is a slip of the pen
STEPS_MAX = 50
POINTS_MAX = 10**9


def read_product_sets(root: Place) -> dict[str, ProductSet]:
    """Return the product sets by name: lists of SKUs, or objects all of whose keys must hold."""
    sets = root.inner("product_sets")
    found = {}
    for name, value in sets.value.items():
        Place(sets.path, {name: name}).identifier(name)
        is_list = isinstance(value, list)
        found[name] = ProductSet(frozenset(sets.texts(name))) if is_list else _product_set(sets.inner(name))
    return found


def _product_set(place: Place) -> ProductSet:
    place.only(
        "skus",
        "categories",
        "brands",
        "not_skus",
        "not_categories",
        "attributes",
        "unit_price_least",
        "unit_price_most",
        "not_reduced",
        "kinds",
    )
    attributes = place.inner("attributes") if place.has("attributes") else None
    return ProductSet(
        skus=_words(place, "skus"),
        categories=_words(place, "categories"),
        brands=_words(place, "brands"),
        not_skus=_words(place, "not_skus") or frozenset(),
        not_categories=_words(place, "not_categories") or frozenset(),
        attributes=()
        if attributes is None
        else tuple((name, frozenset(attributes.texts(name))) for name in sorted(attributes.value)),
        unit_price_least=_amount(place, "unit_price_least", least=0),
        unit_price_most=_amount(place, "unit_price_most", least=0),
        not_reduced=place.flag("not_reduced"),
        kinds=frozenset(place.words("kinds", LineKind)) if place.has("kinds") else GOODS,
    )


def read_effect(place: Place, names: Vocabulary) -> Effect:
    """Return the effect that a place describes. Raises `DocumentInvalid`."""
    kind = place.text("kind")
    read = READERS.get(kind)
    if read is None:
        raise DocumentInvalid(f"{place.path}.kind: {kind!r} is not one of {', '.join(READERS)}")
    return read(place, names)


def _amount_off(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "target", "products", "amount", "per", "units", "weights", "times")
    target = _target(place, names)
    per = place.word("per", Per) if place.has("per") else Per.ORDER
    if per is not Per.ORDER and target is not Target.PRODUCTS:
        raise DocumentInvalid(f"{place.path}.per: {per} belongs to target products, and only there")
    return AmountOff(
        target=target,
        amount=place.number("amount", least=1, most=AMOUNT_MAX),
        products=_products(place, names),
        per=per,
        units=_units(place),
        weights=place.word("weights", Weights) if place.has("weights") else Weights.AMOUNT,
        times=_units(place, "times") or 1,
    )


def _percent_off(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "target", "products", "basis_points", "cap", "units", "base")
    return PercentOff(
        target=_target(place, names),
        basis_points=place.number("basis_points", least=1, most=BASIS_POINTS),
        products=_products(place, names),
        cap=_amount(place, "cap"),
        units=_units(place),
        base=place.word("base", PercentBase) if place.has("base") else None,
    )


def _unit_price(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "amount", "products", "units")
    return UnitPrice(place.number("amount", least=0, most=AMOUNT_MAX), _products(place, names), _units(place))


def _steps_percent(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "measure", "basis_points", "steps", "products", "target")
    target = _target(place, names) if place.has("target") else Target.PRODUCTS
    if target is Target.CHEAPEST:
        raise DocumentInvalid(f"{place.path}.target: expected products or order")
    return StepsPercent(
        measure=place.word("measure", Measure),
        basis_points=place.number("basis_points", least=0, most=BASIS_POINTS),
        steps=_steps(place, most=BASIS_POINTS),
        products=_products(place, names),
        target=target,
    )


def _steps_amount(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "measure", "amount", "steps", "products")
    return StepsAmount(
        measure=place.word("measure", Measure),
        amount=place.number("amount", least=0, most=AMOUNT_MAX),
        steps=_steps(place, most=AMOUNT_MAX),
        products=_products(place, names),
    )


def _by_unit(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "first", "further", "products", "units")
    return ByUnit(
        first=place.number("first", least=0, most=AMOUNT_MAX),
        further=place.number("further", least=0, most=AMOUNT_MAX),
        products=_products(place, names),
        units=_units(place),
    )


def _buy_get(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "buy", "get", "buy_units", "get_units", "basis_points", "times", "dearest")
    return BuyGet(
        buy=_named(place, "buy", names),
        get=_named(place, "get", names),
        buy_units=place.number("buy_units", least=1, most=UNITS_MAX),
        get_units=place.number("get_units", least=1, most=UNITS_MAX),
        basis_points=place.number("basis_points", least=1, most=BASIS_POINTS)
        if place.has("basis_points")
        else BASIS_POINTS,
        times=_units(place, "times"),
        is_dearest_free=place.flag("dearest"),
    )


def _bundle(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "parts", "price", "amount_off", "basis_points", "products", "units", "times")
    parts = tuple(_part(inner, names) for inner in place.objects("parts"))
    given = [key for key in ("price", "amount_off", "basis_points") if place.has(key)]
    if not parts:
        raise DocumentInvalid(f"{place.path}.parts: expected at least one part")
    if len(given) != 1:
        raise DocumentInvalid(f"{place.path}: expected one of price, amount_off, basis_points")
    if place.has("units") and not place.has("products"):
        raise DocumentInvalid(f"{place.path}.units: belongs to products, which are missing")
    return Bundle(
        parts=parts,
        price=_amount(place, "price", least=0),
        amount_off=_amount(place, "amount_off"),
        basis_points=place.number("basis_points", least=1, most=BASIS_POINTS)
        if place.has("basis_points")
        else None,
        products=_products(place, names),
        units=_units(place),
        times=_units(place, "times"),
    )


def _gift(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "sku", "units", "per")
    per = _part(place.inner("per"), names) if place.has("per") else None
    return Gift(place.name("sku"), _units(place) or 1, per)


def _credit(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "basis_points", "amount")
    if place.has("basis_points") == place.has("amount"):
        raise DocumentInvalid(f"{place.path}: expected one of basis_points, amount")
    if place.has("amount"):
        return Credit(amount=place.number("amount", least=1, most=AMOUNT_MAX))
    return Credit(place.number("basis_points", least=1, most=BASIS_POINTS))


def _points_payment(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "points", "worth", "step", "least", "share_max")
    points = place.number("points", least=1, most=POINTS_MAX)
    worth = place.number("worth", least=1, most=AMOUNT_MAX)
    step = place.number("step", least=1, most=POINTS_MAX) if place.has("step") else points
    if step * worth % points:
        raise DocumentInvalid(f"{place.path}.step: {step} points are not worth a whole number of minor units")
    least = place.number("least", least=0, most=POINTS_MAX) if place.has("least") else 0
    share = place.number("share_max", least=1, most=BASIS_POINTS) if place.has("share_max") else BASIS_POINTS
    return PointsPayment(points, worth, step, least, share)


def _punch_card(place: Place, names: Vocabulary) -> Effect:
    place.only("kind", "card")
    card = names.punch_cards.get(place.text("card"))
    if card is None:
        raise DocumentInvalid(f"{place.path}.card: no punch card is called {place.text('card')!r}")
    return PunchCardFree(card)


READERS: Mapping[str, Callable[[Place, Vocabulary], Effect]] = {
    "amount_off": _amount_off,
    "percent_off": _percent_off,
    "unit_price": _unit_price,
    "steps_percent": _steps_percent,
    "steps_amount": _steps_amount,
    "by_unit": _by_unit,
    "buy_get": _buy_get,
    "bundle": _bundle,
    "gift": _gift,
    "credit": _credit,
    "points_payment": _points_payment,
    "punch_card": _punch_card,
}


# --- what they share ---------------------------------------------------------------------------------------------


def _target(place: Place, names: Vocabulary) -> Target:
    return place.word("target", Target)


def _products(place: Place, names: Vocabulary) -> str | None:
    return _named(place, "products", names) if place.has("products") else None


def _named(place: Place, key: str, names: Vocabulary) -> str:
    name = place.text(key)
    if name not in names.product_sets:
        raise DocumentInvalid(f"{place.path}.{key}: {name!r} is not among the program's product sets")
    return name


def _part(place: Place, names: Vocabulary) -> Part:
    place.only("products", "units")
    return Part(_named(place, "products", names), place.number("units", least=1, most=UNITS_MAX))


def _steps(place: Place, *, most: int) -> tuple[tuple[int, int], ...]:
    """Return the steps, each a bound and what it gives, the bounds rising."""
    found: Any = place.value.get("steps")
    example = "expected a list such as [[2000, 1500], [3000, 2000]]"
    if not isinstance(found, list) or not 1 <= len(found) <= STEPS_MAX:
        raise DocumentInvalid(f"{place.path}.steps: {example}")
    for number, step in enumerate(found):
        path = f"{place.path}.steps[{number}]"
        if not isinstance(step, list) or [type(value) for value in step] != [int, int]:
            raise DocumentInvalid(f"{path}: expected two whole numbers, the bound and what it gives")
        if not 0 <= step[1] <= most:
            raise DocumentInvalid(f"{path}: expected 0 to {most} as the second, found {step[1]}")
        if number and step[0] <= found[number - 1][0]:
            raise DocumentInvalid(f"{path}: its bound {step[0]} is not above the one before")
    return tuple((bound, given) for bound, given in found)


def _units(place: Place, key: str = "units") -> int | None:
    return place.number(key, least=1, most=UNITS_MAX) if place.has(key) else None


def _amount(place: Place, key: str, *, least: int = 1) -> int | None:
    return place.number(key, least=least, most=AMOUNT_MAX) if place.has(key) else None


def _words(place: Place, key: str) -> frozenset[str] | None:
    return frozenset(place.texts(key)) if place.has(key) else None

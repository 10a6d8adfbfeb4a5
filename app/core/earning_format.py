"""Reading earning rules of a published program."""

from app.core.campaign_format import CALENDAR_PERIODS, LIMIT_MAX, read_condition, read_period
from app.core.conditions import Vocabulary
from app.core.document import DocumentInvalid, Place
from app.core.earning import POINTS, Basis, EarningLimit, EarningMode, EarningRule, Of
from app.core.order import AMOUNT_MAX
from app.core.products import ProductSet

POINTS_MILLI_MAX = 10**6  # a thousand points a unit: then the largest order's points are exact everywhere
FIXED_MILLI_MAX = 10**9  # a million points at once
FACTOR_MAX = 10**5  # a hundred times


def read_earning(place: Place, vocabulary: Vocabulary) -> EarningRule:
    """Return the earning rule that a place describes. Raises `DocumentInvalid` or `ConditionInvalid`."""
    if place.value.get("kind") == "multiplier":
        return _read_multiplier(place, vocabulary)
    place.only(
        "id",
        "kind",
        "points_milli",
        "per",
        "of",
        "mode",
        "condition",
        "products",
        "basis",
        "points",
        "event",
        "limits",
        "name",
    )
    if "kind" in place.value:
        raise DocumentInvalid(f"{place.path}.kind: expected multiplier, or nothing")
    of = place.word("of", Of) if place.has("of") else Of.AMOUNT
    is_fixed = of is Of.ORDER or place.has("event")
    return EarningRule(
        rule_id=place.identifier("id"),
        points_milli=place.number(
            "points_milli", least=1, most=FIXED_MILLI_MAX if is_fixed else POINTS_MILLI_MAX
        ),
        per=1 if is_fixed else place.number("per", least=1, most=AMOUNT_MAX),
        mode=place.word("mode", EarningMode) if place.has("mode") or not is_fixed else EarningMode.FULL_UNIT,
        condition=read_condition(place, vocabulary),
        of=of,
        products=_products(place, vocabulary),
        basis=place.word("basis", Basis) if place.has("basis") else Basis.PAID,
        currency=place.name("points") if place.has("points") else POINTS,
        event=place.name("event") if place.has("event") else "",
        name=place.name("name") if place.has("name") else "",
        limits=tuple(_read_limit(inner) for inner in place.objects("limits")) if place.has("limits") else (),
    )


def _read_multiplier(place: Place, vocabulary: Vocabulary) -> EarningRule:
    place.only("id", "kind", "factor_milli", "condition", "products", "name")
    return EarningRule(
        rule_id=place.identifier("id"),
        points_milli=0,
        per=1,
        mode=EarningMode.FULL_UNIT,
        condition=read_condition(place, vocabulary),
        factor_milli=place.number("factor_milli", least=1, most=FACTOR_MAX),
        name=place.name("name") if place.has("name") else "",
        products=_products(place, vocabulary),
    )


def _products(place: Place, vocabulary: Vocabulary) -> ProductSet | None:
    if not place.has("products"):
        return None
    name = place.text("products")
    if name not in vocabulary.product_sets:
        raise DocumentInvalid(f"{place.path}.products: {name!r} is not among the program's product sets")
    return vocabulary.product_sets[name]


def _read_limit(place: Place) -> EarningLimit:
    place.only("points", "times", "period")
    if place.has("points") == place.has("times"):
        raise DocumentInvalid(f"{place.path}: expected one of points, times")
    period = read_period(place, ("order", *CALENDAR_PERIODS))
    if place.has("times"):
        if period == "order":
            raise DocumentInvalid(f"{place.path}.period: in one order a rule counts once anyway")
        return EarningLimit(times=place.number("times", least=0, most=LIMIT_MAX), period=period)
    return EarningLimit(points=place.number("points", least=0, most=LIMIT_MAX), period=period)

"""The published form of a program (format 1) and how it is read.

    {"format": 1, "program_id": …, "version": 7, "name": …, "currency": "USD", "time_zone": "America/New_York",
     "expires_ms": …, "product_sets": {"coffee": ["SKU", …]},
     "earning": [{"id": …, "points_milli": 1000, "per": 100, "mode": "full_unit"|"pro_rata", "condition"?: {…}}],
     "campaigns": [{"id": …, "name": …, "starts_on": "2017-10-30", "ends_on": "2017-12-24", "audience": null|[refs],
       "offline": "always"|"never",
       "rules": [{"id": …, "name": …, "trigger": "automatic"|"voucher"|"choice", "priority": 0,
                  "effect": {…}, "condition"?: {…}, "cost_points"?: 500}]}]}

Effects: {"kind": "amount_off", "target": "order"|"products"|"cheapest", "amount": 100, "products"?: set} and
{"kind": "percent_off", "target": …, "basis_points": 1000, "products"?: set, "cap"?: 500}.
"""

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from app.core.campaign import Campaign, Offline, Rule, Trigger, place_in_order
from app.core.canonical import digest
from app.core.conditions import Check, ConditionInvalid, compile_condition
from app.core.document import DocumentInvalid, Place
from app.core.earning import EarningMode, EarningRule
from app.core.effects import AmountOff, Effect, PercentOff, Target
from app.core.money import BASIS_POINTS, CURRENCIES, Currency
from app.core.program import Program, ProgramInvalid

FORMAT = 1
POINTS_MAX = 10**9
POINTS_MILLI_MAX = 10**6  # a thousand points a unit: then the largest order's points are exact everywhere
ROOT_KEYS = (
    "format",
    "program_id",
    "version",
    "name",
    "currency",
    "time_zone",
    "expires_ms",
    "product_sets",
    "earning",
    "campaigns",
)
PROGRAMS_KEPT = 4  # the newest, and the few that entries still on their way were made under

ProductSets = Mapping[str, frozenset[str]]


@lru_cache(maxsize=PROGRAMS_KEPT)
def read_program(body: bytes) -> Program:
    """Check and compile a published program. Raises `ProgramInvalid`. The same bytes give the same object."""
    try:
        root = Place("program", orjson.loads(body))
        root.number("format", least=FORMAT, most=FORMAT)
        root.only(*ROOT_KEYS)
        return _read_root(root, digest(body))
    except (orjson.JSONDecodeError, DocumentInvalid, ConditionInvalid) as problem:
        raise ProgramInvalid(str(problem)) from problem


def _read_root(root: Place, program_hash: str) -> Program:
    product_sets = _read_product_sets(root)
    campaigns = tuple(_read_campaign(place, product_sets) for place in root.objects("campaigns"))
    rules_by_id: dict[str, tuple[Campaign, Rule]] = {}
    for campaign in campaigns:
        for rule in campaign.rules:
            if rule.rule_id in rules_by_id:
                raise DocumentInvalid(f"{root.path}.campaigns: two rules are called {rule.rule_id!r}")
            rules_by_id[rule.rule_id] = (campaign, rule)
    automatic = [pair for pair in rules_by_id.values() if pair[1].trigger is Trigger.AUTOMATIC]
    return Program(
        program_id=root.name("program_id"),
        version=root.number("version", least=1),
        hash=program_hash,
        name=root.name("name"),
        currency=_read_currency(root),
        time_zone=_read_time_zone(root),
        expires_ms=root.number("expires_ms", least=0),
        product_sets=product_sets,
        earning=tuple(_read_earning(place, product_sets) for place in root.objects("earning")),
        campaigns=campaigns,
        rules_by_id=rules_by_id,
        automatic=tuple(sorted(automatic, key=lambda pair: place_in_order(*pair))),
    )


def _read_product_sets(root: Place) -> ProductSets:
    sets = root.inner("product_sets")
    return {name: frozenset(sets.texts(name)) for name in sets.value}


def _read_currency(root: Place) -> Currency:
    code = root.text("currency")
    if code not in CURRENCIES:
        raise DocumentInvalid(f"{root.path}.currency: {code!r} is not one of {', '.join(CURRENCIES)}")
    return CURRENCIES[code]


def _read_time_zone(root: Place) -> str:
    name = root.text("time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:  # OSError: the name of a folder of zones
        raise DocumentInvalid(
            f"{root.path}.time_zone: {name!r} is no time zone such as Europe/Berlin"
        ) from problem
    return name


def _read_earning(place: Place, product_sets: ProductSets) -> EarningRule:
    place.only("id", "points_milli", "per", "mode", "condition")
    return EarningRule(
        rule_id=place.name("id"),
        points_milli=place.number("points_milli", least=1, most=POINTS_MILLI_MAX),
        per=place.number("per", least=1),
        mode=place.word("mode", EarningMode),
        condition=_read_condition(place, product_sets),
    )


def _read_campaign(place: Place, product_sets: ProductSets) -> Campaign:
    place.only("id", "name", "starts_on", "ends_on", "audience", "offline", "rules")
    starts_on, ends_on = place.day("starts_on"), place.day("ends_on")
    if ends_on < starts_on:
        raise DocumentInvalid(f"{place.path}.ends_on: {ends_on} is before the start, {starts_on}")
    return Campaign(
        campaign_id=place.name("id"),
        name=place.name("name"),
        starts_on=starts_on,
        ends_on=ends_on,
        audience=frozenset(place.texts("audience")) if place.has("audience") else None,
        offline=place.word("offline", Offline),
        rules=tuple(_read_rule(inner, product_sets) for inner in place.objects("rules")),
    )


def _read_rule(place: Place, product_sets: ProductSets) -> Rule:
    place.only("id", "name", "trigger", "priority", "effect", "condition", "cost_points")
    return Rule(
        rule_id=place.name("id"),
        name=place.name("name"),
        trigger=place.word("trigger", Trigger),
        priority=place.number("priority"),
        effect=_read_effect(place.inner("effect"), product_sets),
        condition=_read_condition(place, product_sets),
        cost_points=_read_cost(place),
    )


def _read_cost(place: Place) -> int:
    if not place.has("cost_points"):
        return 0
    if place.word("trigger", Trigger) is Trigger.AUTOMATIC:
        raise DocumentInvalid(f"{place.path}.cost_points: nobody pays points without choosing to")
    return place.number("cost_points", least=1, most=POINTS_MAX)


def _read_effect(place: Place, product_sets: ProductSets) -> Effect:
    kind, target = place.text("kind"), place.word("target", Target)
    products = place.text("products") if place.has("products") else None
    if products is not None and products not in product_sets:
        raise DocumentInvalid(f"{place.path}.products: {products!r} is not among the program's product sets")
    if (target is Target.PRODUCTS) != (products is not None) and target is not Target.CHEAPEST:
        raise DocumentInvalid(f"{place.path}: a product set belongs to target products, and only there")
    if kind == "amount_off":
        place.only("kind", "target", "products", "amount")
        return AmountOff(target, place.number("amount", least=1), products)
    if kind == "percent_off":
        place.only("kind", "target", "products", "basis_points", "cap")
        basis_points = place.number("basis_points", least=1, most=BASIS_POINTS)
        cap = place.number("cap", least=1) if place.has("cap") else None
        return PercentOff(target, basis_points, products, cap)
    raise DocumentInvalid(f"{place.path}.kind: {kind!r} is not one of amount_off, percent_off")


def _read_condition(place: Place, product_sets: ProductSets) -> Check | None:
    if not place.has("condition"):
        return None
    return compile_condition(
        place.value["condition"], product_sets=product_sets, path=f"{place.path}.condition"
    )

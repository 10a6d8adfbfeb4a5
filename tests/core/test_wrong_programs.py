"""Wrong programs, one slip each: the complaint names the path, what is wrong and what would be right."""

import re
from typing import Any

import pytest

from tests.core.test_program_schema import GONE, ONLY_THE_READER, at, changed, is_valid, refusal
from tests.core.whole_program import GOLD, KINDS_OF_RULES, whole_program

WHOLE = whole_program()
DEEP: dict[str, Any] = {"fact": "order.total", "op": "is", "value": 1}
for _ in range(9):
    DEEP = {"not": DEEP}


def rule_of(kind: str) -> str:
    """Return the path of the first rule whose effect is of that kind, or whose condition asks for that fact."""
    return f"campaigns.1.rules.{KINDS_OF_RULES.index(kind)}"


# Refused by schema and reader.
BY_BOTH: list[tuple[str, Any, str]] = [
    ("format", 2, ".format: expected 1 to 1, found 2"),
    ("version", "7", ".version: expected a whole number"),
    ("name", "", ".name: expected a text"),
    ("colours", {}, ".colours: means nothing here; known are format, program_id, …"),
    ("currency", "CHF", ".currency: 'CHF' is not one of EUR, GBP, IDR, KRW, RUB, TRY, USD"),
    ("product_sets.tea", "green", ".product_sets.tea: expected an object"),
    ("product_sets.tea", [7], ".product_sets.tea: expected a list of texts"),
    ("product_sets.long.kinds", ["food"], ".product_sets.long.kinds: 'food' is not one of goods, delivery, card"),
    ("product_sets.long.sku", ["a"], ".product_sets.long.sku: means nothing here; known are skus, categories, …"),
    ("policy.round", "cents", ".policy.round: 'cents' is not one of discount, price"),
    ("policy.group_limits.g", -1, ".policy.group_limits.g: expected at least 0, found -1"),
    ("life.stage", GONE, ".life.stage: expected one of draft, pilot, live, paused, closing, ended"),
    ("life.earn_until", "31.12.2017", ".life.earn_until: expected a date such as 2026-12-31"),
    ("segments.regulars", {"fact": "order.total", "op": "is", "value": 1},
     ".segments.regulars: order.total says nothing about a member"),
    ("earning.0.per", 0, ".earning[0].per: expected 1 to 100000000000, found 0"),
    ("earning.1.limits.0", {"points": 1, "times": 1}, ".earning[1].limits[0]: expected one of points, times"),
    ("earning.4.per", 1, ".earning[4].per: means nothing here; "
     "known are id, kind, factor_milli, condition, products, name"),
    ("campaigns.0.starts_on", "2017-06-01T09:30:00Z",
     ".campaigns[0].starts_on: expected a time on the store's clock, without a zone"),
    ("campaigns.0.audience", "M1", ".campaigns[0].audience: expected a list of texts"),
    ("campaigns.0.stacking.exclusive", True, ".campaigns[0].stacking: exclusive and always say the opposite of …"),
    ("campaigns.0.limits.member_uses.0.period", "hour",
     ".campaigns[0].limits.member_uses[0].period: 'hour' is not one of day, week, month, quarter, year"),
    ("campaigns.0.briefing", {}, ".campaigns[0].briefing: expected a text in 1 to 10 languages"),
    ("campaigns.0.briefing", {"e n": "Say it."}, ".campaigns[0].briefing: expected languages such as en, found 'e n'"),
    ("campaigns.0.briefing.en", "x" * 1_001, ".campaigns[0].briefing.en: expected a text of at most 1000 …"),
    ("campaigns.0.briefing.en", " \n ", ".campaigns[0].briefing.en: expected a text of at most 1000 …"),
    ("campaigns.0.briefing.ko", "a\tb", ".campaigns[0].briefing.ko: expected a text of at most 1000 …"),
    ("campaigns.0.on_return", "keep", ".campaigns[0].on_return: 'keep' is not one of proportional, recompute"),
    ("campaigns.0.rules.0.trigger", "automatic",
     ".campaigns[0].rules[0].cost_points: nobody pays points without choosing to"),
    (rule_of("points_payment") + ".trigger", "automatic", "].trigger: nobody pays points without choosing to"),
    (rule_of("points_payment") + ".cost_points", 5, "].cost_points: points are the payment already"),
    (rule_of("gift") + ".effect.kind", "magic", "].effect.kind: 'magic' is not one of amount_off, percent_off, …"),
    (rule_of("percent_off") + ".effect.basis_points", 10_001, "].effect.basis_points: expected 1 to 10000, found …"),
    (rule_of("amount_off") + ".effect.target", "order", "].effect.per: unit belongs to target products, and only …"),
    (rule_of("bundle") + ".effect.amount_off", 1, "].effect: expected one of price, amount_off, basis_points"),
    (rule_of("bundle") + ".effect.products", GONE, "].effect.units: belongs to products, which are missing"),
    (rule_of("steps_percent") + ".effect.steps.1", [3], "].effect.steps[1]: expected two whole numbers, the bound …"),
    (rule_of("order.store") + ".condition.fact", "order.shop", "].condition.fact: 'order.shop' is no fact; one of …"),
    (rule_of("order.store") + ".condition.op", "at_least", "].condition.op: 'at_least' does not fit a text; one of …"),
    (rule_of("order.nth") + ".condition.value", "10", "].condition.value: expected a whole number"),
    (rule_of("order.time") + ".condition.value.0", "9:00", "].condition.value: expected a time such as 09:30"),
    (rule_of("history.spend") + ".condition.period", "year", "].condition: either days or period, not both"),
    (rule_of("signal") + ".condition.name", GONE, "].condition.name: expected a text without a slash"),
    (rule_of("") + ".condition.any", [], "].condition: expected one of all, any, not, or a fact; found ['all', 'any']"),
    ("tiers.1.access", "base", ".tiers[1].access: the first tier is the base, and only the first"),
    ("tiers.5.window", "ever", ".tiers[5].start: next_period needs a window of the calendar"),
    ("expiry.points.extended.1.segments", [], ".expiry.points.extended[1]: expected tiers or segments that it is for"),
    ("gift_cards.jurisdictions.1.years_min", 5,
     ".gift_cards.jurisdictions[1].years_min: cards that never end have no earliest end"),
    ("milestones.0.event", "review", ".milestones[0].event: belongs to the measure event, and only there"),
    ("challenges.0.gives", [], ".challenges[0].gives: expected at least one benefit"),
    ("experiments.0.variants.0.weight", 0, ".experiments[0].variants[0].weight: expected 1 to 1000000, found 0"),
]  # fmt: skip

# What a schema can't refuse: it doesn't look at several values at once.
BY_THE_READER: list[tuple[str, Any, str]] = [
    ("version", 7.0, ".version: expected a whole number"),
    ("time_zone", "Europe/Bonn", ".time_zone: 'Europe/Bonn' is no time zone such as Europe/Berlin"),
    ("calendars.holidays", ["2017-02-29"], ".calendars.holidays: expected a date such as 2026-12-31"),
    ("order_of_application", ["r9"], ".order_of_application: no rule is called 'r9'"),
    ("campaigns.0.ends_on", "2017-05-31", ".campaigns[0].ends_on: 2017-05-31 is before the start, 2017-06-01T09:30:00"),
    ("campaigns.1.id", "c0", ".campaigns: two campaigns have one id"),
    ("campaigns.1.rules.0.id", "r0", ".campaigns: two rules are called 'r0'"),
    ("campaigns.0.stacking.not_with", ["c9"], ".campaigns: 'c0' names 'c9', which is no campaign and none of …"),
    ("campaigns.0.experiment.variants", ["blue"], ".campaigns[0].experiment.variants: expected some of bold, plain"),
    (rule_of("buy_get") + ".effect.get", "wine", "].effect.get: 'wine' is not among the program's product sets"),
    (rule_of("steps_amount") + ".effect.steps.1", [2, 5], "].effect.steps[1]: its bound 2 is not above the one before"),
    (rule_of("points_payment") + ".effect.step", 3, "].effect.step: 3 points are not worth a whole number of minor …"),
    (rule_of("order.time") + ".condition.value", ["12:00", "09:00"],
     "].condition.value: expected two values, the first below the second"),
    (rule_of("order.store") + ".condition", DEEP, "].condition….not: nested too deep; at most 8 levels"),
    ("tiers.4", {**GOLD, "id": "steel"}, ".tiers[5].at_least: expected more than 1000, which 'steel' asks for"),
    ("expiry.points.extended.0.tiers", ["iron"],
     ".expiry.points.extended[0].tiers: 'iron' is not among the program's tiers"),
    ("badges", [{"id": "regular", "name": "R"}] * 2, ".badges[1].id: another one is called 'regular' too"),
    ("challenges.0.ends_on", "2017-05-31", ".challenges[0].ends_on: 2017-05-31 is before the start, 2017-06-01"),
]  # fmt: skip


def place_of(path: str) -> tuple[str | int, ...]:
    return tuple(int(key) if key.isdecimal() else key for key in path.split("."))


def is_taken_by_the_schema(body: Any, place: tuple[str | int, ...]) -> bool:
    """Look at no more than the part around the place, for a whole program takes long."""
    if place[:2] == ("campaigns", 1) and len(place) > 3:
        return is_valid(at(body, place[:4]), "/$defs/rule")
    section = place[0]
    return section in WHOLE and is_valid(body[section], f"/properties/{section}")


def assert_named(path: str, value: Any, complaint: str, *, by_schema: bool) -> str:
    place = place_of(path)
    body = changed(WHOLE, place, value)
    found = refusal(body)
    said = re.escape(complaint).replace("…", ".+")
    prefix = re.escape(f"program.campaigns[1].rules[{place[3]}") if complaint.startswith("]") else "program"
    assert re.fullmatch(prefix + said, found), found
    assert is_taken_by_the_schema(body, place) is not by_schema
    return found


@pytest.mark.parametrize(("path", "value", "complaint"), BY_BOTH)
def test_a_slip_is_named_and_the_schema_refuses_it_too(path: str, value: Any, complaint: str) -> None:
    assert_named(path, value, complaint, by_schema=True)


def test_what_only_the_reader_can_refuse() -> None:
    found = [assert_named(*wrong, by_schema=False) for wrong in BY_THE_READER]
    for kind, said in ONLY_THE_READER.items():
        assert any(re.search(said, complaint) for complaint in found), kind

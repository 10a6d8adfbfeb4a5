"""What campaigns weigh against ceilings, which of them meet, and what differs between versions: each on its own."""

import pytest

from app.core.program_format import read_program
from hq.access.actor import Actor, Ceilings
from hq.campaigns.diffs import Difference, differences
from hq.campaigns.overlaps import overlaps_of
from hq.campaigns.weights import Weight, over_ceiling, weight_of, weight_of_earning
from tests.builders import a_campaign, a_program

SETS = {
    "coffee": ["coffee", "espresso"],
    "cakes": ["cake"],
    "hot": {"categories": ["hot"]},
    "cheap": {"unit_price_most": 300},
    "dear": {"unit_price_least": 301},
    "no_coffee": {"categories": ["hot"], "not_skus": ["coffee", "espresso"]},
    "cards": {"kinds": ["card"]},
    "brand_a": {"brands": ["a"]},
    "brand_b": {"brands": ["b"]},
}


def rule(rule_id, effect, **more):
    return {"id": rule_id, "name": rule_id, "trigger": "automatic", "priority": 0, "effect": effect, **more}


def percent(products=None, basis_points=1_000):
    if products is None:
        return {"kind": "percent_off", "target": "order", "basis_points": basis_points}
    return {"kind": "percent_off", "target": "products", "products": products, "basis_points": basis_points}


def program(*campaigns, **more):
    return read_program(a_program(product_sets=SETS, campaigns=list(campaigns), **more))


# --- weights -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "weight"),
    [
        (percent("coffee", 1_500), Weight(percent=1_500)),
        (
            {
                "kind": "steps_percent",
                "measure": "amount",
                "basis_points": 0,
                "steps": [[100, 500], [900, 2_000]],
            },
            Weight(percent=2_000),
        ),
        ({"kind": "amount_off", "target": "order", "amount": 300, "times": 2}, Weight(amount=600)),
        (
            {"kind": "amount_off", "target": "products", "amount": 300, "per": "unit"},
            Weight(amount=300, is_boundless=True),
        ),
        (
            {"kind": "steps_amount", "measure": "amount", "amount": 0, "steps": [[100, 500], [900, 1_500]]},
            Weight(amount=1_500),
        ),
        ({"kind": "by_unit", "first": 200, "further": 100, "units": 3}, Weight(amount=400)),
        ({"kind": "by_unit", "first": 200, "further": 100}, Weight(amount=200, is_boundless=True)),
        ({"kind": "unit_price", "amount": 100, "products": "coffee"}, Weight(percent=10_000)),
        ({"kind": "gift", "sku": "mug"}, Weight(percent=10_000)),
        (
            {"kind": "buy_get", "buy": "coffee", "get": "coffee", "buy_units": 2, "get_units": 1},
            Weight(percent=3_334),
        ),
        (
            {
                "kind": "buy_get",
                "buy": "coffee",
                "get": "cakes",
                "buy_units": 2,
                "get_units": 1,
                "basis_points": 5_000,
            },
            Weight(percent=5_000),
        ),
        (
            {"kind": "bundle", "parts": [{"products": "coffee", "units": 1}], "price": 500},
            Weight(percent=10_000),
        ),
        (
            {"kind": "bundle", "parts": [{"products": "coffee", "units": 1}], "amount_off": 50, "times": 3},
            Weight(amount=150),
        ),
        ({"kind": "credit", "basis_points": 500}, Weight(percent=500)),
        ({"kind": "credit", "amount": 700}, Weight(amount=700)),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_the_most_that_an_effect_gives(effect, weight) -> None:
    (campaign,) = program(a_campaign(rules=[rule("r", effect)])).campaigns
    assert weight_of(campaign) == weight


def test_of_several_rules_the_most_counts_and_a_budget_bounds_what_nothing_else_does() -> None:
    off = {"kind": "amount_off", "target": "products", "amount": 300, "per": "unit"}
    rules = [rule("a", percent("coffee", 700)), rule("b", off)]
    (campaign,) = program(a_campaign(rules=rules, budget={"discount": 5_000})).campaigns
    assert weight_of(campaign) == Weight(percent=700, amount=5_000)


def test_ceilings_are_inclusive() -> None:
    junior = Actor("Jun", None, frozenset(), Ceilings(percent=2_000, amount=500, points=100))
    assert over_ceiling(junior, Weight(percent=2_000, amount=500, points=100)) == ""
    assert "20.01 %" in over_ceiling(junior, Weight(percent=2_001))
    assert "501" in over_ceiling(junior, Weight(amount=501))
    assert "nothing bounds" in over_ceiling(junior, Weight(amount=1, is_boundless=True))
    assert "101 points" in over_ceiling(junior, Weight(points=101))
    assert (
        over_ceiling(Actor("Ada", None, frozenset()), Weight(10_000, 10**9, 10**9, is_boundless=True)) == ""
    )


def test_points_that_come_at_once_are_weighed_and_rates_are_not() -> None:
    rules = [{"points_milli": 9_000_000, "per": 1}, {"of": "order", "points_milli": 50_000}]
    assert weight_of_earning(rules) == Weight(points=50)
    assert weight_of_earning([{"event": "review", "points_milli": 70_000}]) == Weight(points=70)


# --- overlaps ----------------------------------------------------------------------------------------------------


def two(one=None, other=None, first="coffee", second="coffee", conditions=(None, None)):
    """Two campaigns with one rule each, and what they say besides."""
    rules = []
    for name, products, condition in (("x", first, conditions[0]), ("y", second, conditions[1])):
        more = {} if condition is None else {"condition": condition}
        rules.append([rule(name, percent(products), **more)])
    return program(
        a_campaign(id="own", rules=rules[0], **(one or {})),
        a_campaign(id="other", rules=rules[1], **(other or {})),
    )


def met(made):
    return [(each.campaign_id, each.rules, each.together.value) for each in overlaps_of(made, "own")]


BOTH = [("other", (("x", "y"),), "both")]
ONE = [("other", (("x", "y"),), "one")]


def fact(name, operator, value, **more):
    return {"fact": name, "op": operator, "value": value, **more}


def hours(since, until):
    return fact("order.time", "between", [since, until])


def days(first, last):
    return fact("order.date", "between", [first, last])


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (two(), BOTH),
        (two(first="coffee", second="cakes"), []),
        (two(first="coffee", second="hot"), BOTH),  # a coffee may be hot
        (two(first="coffee", second="no_coffee"), []),
        (two(first="cheap", second="dear"), []),
        (two(first="brand_a", second="brand_b"), []),
        (two(first="coffee", second=None), BOTH),  # the whole order
        (two(first="coffee", second="cards"), []),
        (two({"ends_on": "2026-01-10"}, {"starts_on": "2026-01-10"}), BOTH),  # one day
        (two({"ends_on": "2026-01-10"}, {"starts_on": "2026-01-11"}), []),
        (two({"audience": ["a"]}, {"audience": ["b"]}), []),
        (two({"audience": ["a"]}, {"audience": ["b", "a"]}), BOTH),
        (two({"audience": ["a"]}), BOTH),
        (two({"stacking": {"exclusive": True}}), ONE),
        (two({"stacking": {"exclusive": True}}, {"stacking": {"always": True}}), BOTH),
        (two({}, {"stacking": {"not_with": ["own"]}}), ONE),
        (two({"stacking": {"best_of": "a"}}, {"stacking": {"best_of": "a"}}), ONE),
        (two({"stacking": {"best_of": "a"}}, {"stacking": {"best_of": "b"}}), BOTH),
        (two(conditions=(fact("member.tier", "is", "gold"), fact("member.tier", "is", "base"))), []),
        (two(conditions=(fact("member.tier", "is", "gold"), fact("member.tier", "one_of", ["gold"]))), BOTH),
        (two(conditions=(hours("07:00", "10:00"), hours("10:00", "12:00"))), []),
        (two(conditions=(fact("order.total", "at_least", 5_000), fact("order.total", "less_than", 5_000))), []),
        (two({"ends_on": "2026-01-20"}, conditions=(None, days("2026-01-21", "2026-01-31"))), []),
    ],
)  # fmt: skip
def test_campaigns_meet_unless_what_they_say_rules_it_out(made, found) -> None:
    assert met(made) == found


def test_variants_of_one_experiment_never_meet() -> None:
    experiment = {
        "id": "e",
        "name": "E",
        "variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}],
    }
    rules = [rule("x", percent("coffee"))], [rule("y", percent("coffee"))]
    for second, found in ((["b"], 0), (["b", "a"], 1)):
        made = program(
            a_campaign(id="own", rules=rules[0], experiment={"id": "e", "variants": ["a"]}),
            a_campaign(id="other", rules=rules[1], experiment={"id": "e", "variants": second}),
            experiments=[experiment],
        )
        assert len(overlaps_of(made, "own")) == found


# --- differences -------------------------------------------------------------------------------------------------


def test_differences_are_paths_and_lists_go_by_their_ids() -> None:
    before = {"a": 1, "rules": [{"id": "x", "n": 1}, {"id": "y", "n": 2}], "audience": ["m"], "b": True}
    after = {"a": 1, "rules": [{"id": "y", "n": 3}, {"id": "z", "n": 4}], "audience": None, "b": 1}
    assert differences(before, after) == [
        Difference("rules[x]", "removed", {"id": "x", "n": 1}, None),
        Difference("rules[y].n", "changed", 2, 3),
        Difference("rules[z]", "added", None, {"id": "z", "n": 4}),
        Difference("audience", "changed", ["m"], None),
        Difference("b", "changed", before=True, after=1),
    ]
    assert differences(before, before) == []
    assert differences({"rules": []}, {"rules": [{"id": "x"}]}) == [
        Difference("rules[x]", "added", None, {"id": "x"})
    ]
    assert differences({"x": [1, 2]}, {"x": [2, 1]}) == [Difference("x", "changed", [1, 2], [2, 1])]

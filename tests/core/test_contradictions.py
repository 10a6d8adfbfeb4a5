"""Contradictions: each kind is found with its place, and a program that can be meant has none."""

from typing import Any

import pytest

from app.core.contradictions import contradictions
from tests.core.facts import amount_off, campaign, leaf, percent_off, program, rule

COFFEE = {"skus": ["espresso"]}


def found(*campaigns: Any, **root: Any) -> list[str]:
    return [str(each) for each in contradictions(program(*campaigns, **root))]


def impossible(condition: Any, **changed: Any) -> bool:
    made = rule("r", amount_off(1), condition=condition)
    problems = contradictions(program(campaign("c", made, **changed)))
    assert all(problem.path == "campaign c, rule r.condition" for problem in problems)
    return bool(problems)


def test_an_ordinary_program_has_none() -> None:
    assert (
        found(campaign("c", rule("r", amount_off(100), condition=leaf("order.total", "at_least", 1)))) == []
    )


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [leaf("order.total", "at_least", 5000), leaf("order.total", "less_than", 5000)]},
        {"all": [leaf("order.total", "more_than", 5000), leaf("order.total", "at_most", 5000)]},
        {"all": [leaf("order.total", "is", 1), leaf("order.total", "is", 2)]},
        {"all": [leaf("order.total", "is", 1), leaf("order.total", "at_least", 2)]},
        {"all": [leaf("order.total", "at_least", 2), {"not": leaf("order.total", "at_least", 1)}]},
        {"all": [leaf("order.store", "is", "A"), {"all": [leaf("order.store", "one_of", ["B", "C"])]}]},
        {"all": [leaf("order.store", "is", "A"), {"not": leaf("order.store", "is", "A")}]},
        {"all": [leaf("order.store", "one_of", ["A"]), {"not": leaf("order.store", "one_of", ["A", "B"])}]},
        leaf("order.store", "one_of", []),
        leaf("member.segments", "contains_any", []),
        {
            "all": [
                leaf("order.time", "between", ["07:00", "10:00"]),
                leaf("order.time", "between", ["10:00", "20:00"]),
            ]
        },
        leaf("order.quantity", "less_than", 0),
        leaf("history.orders", "at_most", -1),
        leaf("event.count", "less_than", 0, name="review"),
        leaf("order.nth", "is", 0),
        leaf("order.weekday", "at_least", 8),
        leaf("order.weekday", "one_of", [0, 8]),
        leaf("order.date", "between", ["2017-07-01", "2017-07-31"]),
        leaf("order.date", "is", "2017-05-31"),
        {"any": [leaf("order.nth", "is", 0), leaf("order.weekday", "is", 9)]},
        {"all": [leaf("order.total", "at_least", 1), {"any": [leaf("order.nth", "is", 0)]}]},
    ],
)
def test_a_condition_that_nothing_fulfils(condition: Any) -> None:
    assert impossible(condition)


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [leaf("order.total", "at_least", 5000), leaf("order.total", "at_most", 5000)]},
        {"all": [leaf("order.total", "at_least", 2), leaf("order.total", "less_than", 3)]},
        {"all": [leaf("order.total", "more_than", 1), leaf("order.total", "at_most", 2)]},
        {
            "all": [
                leaf("order.quantity_of", "at_least", 3, products="coffee"),
                leaf("order.quantity_of", "at_most", 1, products="tea"),
            ]
        },
        {"all": [leaf("history.orders", "at_least", 5), leaf("history.orders", "at_most", 1, days=30)]},
        {"any": [leaf("order.nth", "is", 0), leaf("order.weekday", "is", 7)]},
        {"all": [leaf("order.store", "one_of", ["A", "B"]), {"not": leaf("order.store", "is", "A")}]},
        leaf("order.date", "between", ["2017-06-30", "2017-07-31"]),
        leaf("order.quantity", "at_most", 0),
        {
            "all": [
                leaf("order.time", "between", ["07:00", "10:00"]),
                leaf("order.time", "between", ["09:59", "20:00"]),
            ]
        },
        leaf("order.total", "less_than", 0),  # returns may outweigh what is bought
        {"not": {"all": [leaf("order.total", "at_least", 1)]}},
    ],
)
def test_a_condition_that_something_fulfils(condition: Any) -> None:
    assert not impossible(condition)


def test_an_audience_of_nobody() -> None:
    assert found(campaign("c", rule("r", amount_off(1)), audience=[])) == [
        "campaign c.audience: it is for nobody; name members, or null for everybody"
    ]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"limits": {"uses": 0}}, "limits.uses"),
        ({"limits": {"members": 0}}, "limits.members"),
        ({"limits": {"member_uses": [{"at_most": 1}, {"at_most": 0}]}}, "limits.member_uses"),
        ({"budget": {"uses": 0}}, "budget.uses"),
        ({"budget": {"discount": 0}}, "budget.discount"),
        ({"budget": {"order_value": 0}}, "budget.order_value"),
        ({"starts_on": "2018-02-01", "ends_on": "2018-03-01"}, "starts_on"),
    ],
)
def test_a_campaign_of_which_nothing_can_be_given(changed: Any, place: str) -> None:
    (problem,) = found(campaign("c", rule("r", amount_off(1)), **changed))
    assert problem.startswith(f"campaign c.{place}: ")


def test_a_campaign_without_a_rule_and_a_rule_without_a_product() -> None:
    assert found(campaign("c"))[0].startswith("campaign c.rules: ")
    (problem,) = found(campaign("c", rule("r", amount_off(1, "none"))), product_sets={"none": []})
    assert problem.startswith("campaign c, rule r.effect: product set none holds no product")
    for empty in ({"categories": []}, {"kinds": []}, {"attributes": {"season": []}}, {"brands": []}):
        assert found(campaign("c", rule("r", amount_off(1, "none"))), product_sets={"none": empty})


def exclusive(name: str, priority: int = 0, **changed: Any) -> Any:
    made = rule(f"{name}-1", amount_off(1), priority=priority)
    return campaign(name, made, stacking={"exclusive": True}, **changed)


def test_two_that_stand_alone_with_one_priority() -> None:
    (problem,) = found(exclusive("a"), exclusive("b"))
    assert "it and a are both exclusive with priority 0" in problem
    assert found(exclusive("a"), exclusive("b", 1)) == []
    later = {"starts_on": "2017-06-16", "ends_on": "2017-06-30"}
    assert found(exclusive("a", starts_on="2017-06-01", ends_on="2017-06-15"), exclusive("b", **later)) == []
    assert found(exclusive("a", starts_on="2017-06-01", ends_on="2017-06-16"), exclusive("b", **later)) != []


def pair(stacking: Any, others: Any = None, *, one: Any = None, other: Any = None, **root: Any) -> list[str]:
    first = campaign("a", rule("a-1", amount_off(1)), stacking=stacking, **(one or {}))
    second = campaign("b", rule("b-1", amount_off(1)), stacking=others or {}, **(other or {}))
    return found(first, second, **root)


def test_campaigns_that_need_each_other_and_cannot_meet() -> None:
    assert pair({"only_with": ["b"]}) == []
    assert pair({"only_with": ["b"], "not_with": ["b"]})
    assert pair({"only_with": ["b"]}, {"not_with": ["a"]})
    assert pair({"only_with": ["b"], "exclusive": True})
    assert pair({"only_with": ["b"], "exclusive": True}, {"always": True}) == []
    early = {"starts_on": "2017-06-01", "ends_on": "2017-06-10"}
    assert pair({"only_with": ["b"]}, one=early, other={"starts_on": "2017-06-11", "ends_on": "2017-06-30"})
    assert pair({"only_with": ["wallet"]})
    assert pair({"group": "g"}, policy={"group_limits": {"g": 0}})
    assert pair({"group": "g"}, policy={"group_limits": {"g": 1}}) == []


@pytest.mark.parametrize(
    ("effect", "is_found"),
    [
        (percent_off(10_000, "coffee"), True),
        (percent_off(10_000, "coffee", cap=500), False),
        ({**percent_off(10_000, "coffee"), "units": 1}, False),
        (percent_off(9_999, "coffee"), False),
        (percent_off(10_000, target="products"), True),
        (percent_off(10_000, target="cheapest"), False),
        (percent_off(10_000), True),
        (percent_off(10_000, cap=900), False),
        ({"kind": "unit_price", "amount": 0, "products": "coffee"}, True),
        ({"kind": "unit_price", "amount": 0, "units": 2}, False),
        ({"kind": "unit_price", "amount": 1}, False),
        ({"kind": "steps_percent", "measure": "quantity", "basis_points": 0, "steps": [[2, 10_000]]}, True),
        ({"kind": "steps_percent", "measure": "quantity", "basis_points": 0, "steps": [[2, 9_999]]}, False),
        (percent_off(10_000, "delivery"), False),
    ],
)
def test_free_products_without_a_bound(effect: Any, is_found: bool) -> None:
    sets = {"coffee": COFFEE, "delivery": {"kinds": ["delivery"]}}
    assert bool(found(campaign("c", rule("r", effect)), product_sets=sets)) is is_found

"""Conditions of a promotion become dates and limits of a campaign and the condition of its rule."""

import pytest

from app.cases.reading import CaseInvalid, CaseUnknown
from tests.cases.builders import promotion, rule, translated

AT = {"at": "2026-06-02T10:00:00"}


def condition(said, **other):
    return rule(promotion(conditions=said), **other).get("condition")


def test_no_condition_is_none():
    assert condition({}) is None


@pytest.mark.parametrize(
    ("said", "leaf"),
    [
        ({"stores": ["S1"]}, {"fact": "order.store", "op": "one_of", "value": ["S1"]}),
        ({"stores": []}, {"fact": "order.store", "op": "one_of", "value": []}),
        (
            {"member_groups": ["VIP"]},
            {"fact": "member.segments", "op": "contains_any", "value": ["VIP"]},
        ),
        ({"nth_order": 5}, {"fact": "order.nth", "op": "is", "value": 5}),
        ({"min_qty": {"value": "2"}}, {"fact": "order.quantity", "op": "at_least", "value": 2}),
        (
            {"min_qty": {"value": 2, "selector": {"skus": ["A"]}}},
            {"fact": "order.quantity_of", "products": "set-1", "op": "at_least", "value": 2},
        ),
        (
            {"contains_all": [{"skus": ["A"]}]},
            {"fact": "order.quantity_of", "products": "set-1", "op": "more_than", "value": 0},
        ),
        ({"contains_all": [{}]}, {"fact": "order.quantity", "op": "more_than", "value": 0}),
        ({"min_total": {"value": "9.90"}}, {"fact": "order.total", "op": "at_least", "value": 990}),
        (
            {"min_total": {"value": "9.90", "on": "running", "strict": True, "measured": "net"}},
            {"fact": "order.running_total", "op": "more_than", "value": 990, "measured": "net"},
        ),
        (
            {"min_total": {"value": "9.90", "on": "initial", "selector": {"exclude_categories": ["x"]}}},
            {"fact": "order.amount_of", "products": "set-1", "op": "at_least", "value": 990},
        ),
        (
            {"min_total": {"value": "1", "on": "running", "selector": {"skus": ["A"]}}},
            {"fact": "order.running_amount_of", "products": "set-1", "op": "at_least", "value": 100},
        ),
        ({"subtotal_equals": "21"}, {"fact": "order.total", "op": "is", "value": 2100}),
        ({"max_initial_total": "11.00"}, {"fact": "order.total", "op": "less_than", "value": 1100}),
        ({"weekdays": [2, 4]}, {"fact": "order.weekday", "op": "one_of", "value": [2, 4]}),
        (
            {"hours": ["9:00", "11:00"]},
            {"fact": "order.time", "op": "between", "value": ["09:00:00", "11:00:00"]},
        ),
        (
            {"hours": ["22:00", "24:00"]},
            {"fact": "order.time", "op": "between", "value": ["22:00:00", "24:00:00"]},
        ),
    ],
)
def test_a_condition_becomes_a_leaf(said, leaf):
    assert condition(said, action=AT) == leaf


def test_several_conditions_must_all_hold():
    said = {"min_total": [{"value": "1"}, {"value": "2"}], "stores": ["S"]}
    assert [leaf["value"] for leaf in condition(said)["all"]] == [["S"], 100, 200]


def test_hours_over_midnight_are_two_windows():
    found = condition({"hours": ["22:00", "02:00"]}, action=AT)
    assert [leaf["value"] for leaf in found["any"]] == [["22:00:00", "24:00:00"], ["00:00:00", "02:00:00"]]


@pytest.mark.parametrize(
    ("said", "starts_on", "ends_on"),
    [
        (
            {"valid_from": "2026-05-31", "valid_until": "2026-06-30T23:59:59"},
            "2026-05-31",
            "2026-06-30T23:59:59",
        ),
        ({"valid_until": "2026-06-30T10:00:00+02:00"}, "1900-01-01", "2026-06-30T08:00:00"),
        # Never valid: of a window that ends before it starts only what is true now is left.
        ({"valid_from": "2026-07-01", "valid_until": "2026-05-01"}, "2026-07-01", "9000-12-31"),
        ({"valid_from": "2026-06-01", "valid_until": "2026-05-01"}, "1900-01-01", "2026-05-01"),
    ],
)
def test_a_window_becomes_the_campaigns_dates(said, starts_on, ends_on):
    campaign = translated(promotion(conditions=said), action=AT).program["campaigns"][0]
    assert (campaign["starts_on"], campaign["ends_on"]) == (starts_on, ends_on)


@pytest.mark.parametrize("key", ["valid_from", "valid_until", "weekdays", "hours"])
def test_a_condition_on_time_asks_for_the_time(key):
    said = {
        "valid_from": "2026-01-01",
        "valid_until": "2026-01-01",
        "weekdays": [1],
        "hours": ["09:00", "10:00"],
    }
    with pytest.raises(CaseInvalid, match=f"action.at: expected a time, since .*{key}"):
        condition({key: said[key]})


@pytest.mark.parametrize(
    "said",
    [
        {"weekdays": [0]},
        {"weekdays": ["Monday"]},
        {"hours": ["09:00"]},
        {"hours": ["09:00", "09:00"]},
        {"hours": ["9 am", "10 am"]},
        {"hours": ["09:00", "25:00"]},
        {"valid_from": "soon"},
        {"min_qty": 3},
        {"min_qty": {"value": "many"}},
        {"limit_total": -1},
        {"contains_all": {"skus": ["A"]}},
    ],
)
def test_a_condition_that_cannot_be_read_is_invalid(said):
    with pytest.raises(CaseInvalid, match=r"conditions\."):
        condition(said, action=AT)


@pytest.mark.parametrize(
    "said",
    [
        {"moon": "full"},
        {"min_total": {"value": "1", "currency": "EUR"}},
        {"min_total": {"value": "1", "on": "tuesday"}},
        {"min_total": {"value": "1", "measured": "twice"}},
        {"min_qty": {"value": 1, "selector": {"colour": "red"}}},
        {"min_qty": {"value": "1.5"}},
        {"contains_all": [{"colour": "red"}]},
    ],
)
def test_a_condition_that_is_not_known_is_told(said):
    with pytest.raises(CaseUnknown, match=r"conditions\."):
        condition(said)


def test_limits_are_counted_where_the_case_counts_them():
    said = promotion(conditions={"limit_total": 5, "limit_per_member": 2})
    done = translated(said, action={"used_total": 3}, member={"used_by_member": 1})
    campaign = done.program["campaigns"][0]
    assert campaign["limits"] == {"uses": 5, "member_uses": [{"at_most": 2}]}
    assert done.known["uses:r0001"] == 3
    assert done.known["member_uses:r0001"] == 1


def test_a_limit_and_a_budget_of_uses_leave_what_each_leaves_alone():
    said = promotion(conditions={"limit_total": 5}, budget={"type": "usage", "limit": 10, "used": 9})
    done = translated(said, action={"used_total": 3})
    campaign, used = done.program["campaigns"][0], done.known["uses:r0001"]
    assert campaign["limits"]["uses"] - used == 5 - 3
    assert campaign["budget"]["uses"] - used == 10 - 9


def test_a_budget_of_money_is_counted_in_cents():
    done = translated(promotion(budget={"type": "spend", "limit": "50.00", "used": "48.50"}))
    assert done.program["campaigns"][0]["budget"] == {"discount": 5000}
    assert done.known["discount:r0001"] == 4850


@pytest.mark.parametrize(
    ("member", "kept", "used"),
    [
        ({"used_by_member": 1}, {}, 1),
        ({"used_by_member": 1, "history": [{"code": "X", "order_state": "cancelled"}]}, {}, 0),
        ({"history": [{"code": "X", "order_state": "fulfilled"}]}, {}, 1),
        ({"history": [{"code": "OTHER", "order_state": "fulfilled"}]}, {}, 0),
        ({"used_by_member": 0, "history": [{"code": "X", "order_state": "cancelled"}]}, {}, 0),
        (
            {"used_by_member": 1, "history": [{"code": "X", "order_state": "cancelled"}]},
            {"reusable_after_cancel": False},
            1,
        ),
        (
            {"used_by_member": 2, "history": [{"code": "X", "order_state": "cancelled"}] * 2},
            {"reusable_after_cancel": True},
            0,
        ),
    ],
)
def test_a_cancelled_order_gives_its_use_back_unless_told_otherwise(member, kept, used):
    said = promotion(code="X", conditions={"limit_per_member": 1, **kept})
    assert translated(said, member=member).known["member_uses:r0001"] == used

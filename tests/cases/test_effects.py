"""Every effect of the case format becomes the one effect of a program that means the same."""

import pytest

from app.cases.reading import CaseInvalid, CaseUnknown
from tests.cases.builders import effect, line, promotion, translated

A = {"skus": ["A"]}
GOODS = {"kinds": ["goods"]}


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({"value": "12.5"}, {"target": "products", "basis_points": 1250}),
        ({"value": "150"}, {"target": "products", "basis_points": 10000}),
        ({"value": "10", "target": "order"}, {"target": "order", "basis_points": 1000}),
        (
            {
                "value": "10",
                "target": "cheapest_unit",
                "cap": "3",
                "base": "initial",
                "max_units": 2,
                "selector": A,
            },
            {
                "target": "cheapest",
                "basis_points": 1000,
                "products": A,
                "units": 2,
                "cap": 300,
                "base": "initial",
            },
        ),
    ],
)
def test_percent_off(said, means):
    assert effect({"type": "percent_off", **said}) == {"kind": "percent_off", **means}


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({}, {"target": "order", "per": "order"}),
        ({"selector": A}, {"target": "products", "per": "order", "products": A}),
        ({"selector": {}}, {"target": "order", "per": "order"}),
        ({"mode": "each_line", "max_units": 1}, {"target": "products", "per": "line", "units": 1}),
        ({"mode": "each_unit", "selector": A}, {"target": "products", "per": "unit", "products": A}),
        ({"mode": "cheapest_line"}, {"target": "cheapest", "per": "order"}),
        (
            {"times": 3, "weights": "quantity"},
            {"target": "order", "per": "order", "times": 3, "weights": "quantity"},
        ),
    ],
)
def test_amount_off(said, means):
    assert effect({"type": "amount_off", "value": "2.50", **said}) == {
        "kind": "amount_off",
        "amount": 250,
        **means,
    }


def test_new_unit_price():
    said = {"type": "new_unit_price", "value": "9.99", "max_units": 2, "selector": A}
    assert effect(said) == {"kind": "unit_price", "amount": 999, "units": 2, "products": A}


def test_steps_go_upwards_and_start_with_the_base():
    said = {
        "type": "tiered_percent",
        "measure": "total",
        "base": "10",
        "tiers": [["30", "20"], ["20.00", "15"]],
    }
    assert effect(said) == {
        "kind": "steps_percent",
        "measure": "amount",
        "basis_points": 1000,
        "steps": [[2000, 1500], [3000, 2000]],
    }
    said = {"type": "tiered_amount", "measure": "quantity", "tiers": [["3", "2.00"]], "selector": A}
    assert effect(said) == {
        "kind": "steps_amount",
        "measure": "quantity",
        "amount": 0,
        "steps": [[3, 200]],
        "products": A,
    }


def test_so_much_for_the_first_unit_and_each_further_one():
    said = {"type": "step_amount", "first_unit": "1.13", "each_further_unit": "2.11", "max_units": None}
    assert effect(said) == {"kind": "by_unit", "first": 113, "further": 211}
    assert effect({**said, "max_units": 5})["units"] == 5


def test_buy_and_get():
    said = {"type": "buy_get", "buy": A, "buy_qty": 2, "get": {}, "get_qty": 1}
    assert effect(said) == {"kind": "buy_get", "buy": A, "get": GOODS, "buy_units": 2, "get_units": 1}
    more = effect({**said, "pick": "most_expensive", "percent": "50"})
    assert (more["dearest"], more["basis_points"]) == (True, 5000)
    assert effect({"type": "buy_get", "buy": A})["get"] == A


def test_a_bundle_is_given_for_each_set_or_once():
    need = [{"sku": "A", "qty": 1}, {"selector": {"categories": ["x"]}, "qty": 2}]
    said = {
        "type": "bundle",
        "need": need,
        "discount": {"type": "amount_off", "value": "1.00"},
        "scale": True,
    }
    parts = [{"products": A, "units": 1}, {"products": {"categories": ["x"]}, "units": 2}]
    assert effect(said) == {"kind": "bundle", "parts": parts, "amount_off": 100}
    assert effect({**said, "scale": False})["times"] == 1
    assert effect({**said, "discount": {"type": "percent_off", "value": "10"}})["basis_points"] == 1000
    assert effect({**said, "discount": {"type": "price", "value": "5"}})["price"] == 500


def test_a_bundle_can_be_taken_off_other_products():
    discount = {"type": "amount_off", "value": "20", "mode": "each_unit", "selector": A, "max_units": 1}
    found = effect({"type": "bundle", "need": [{"sku": "B"}], "discount": discount, "scale": True})
    assert (found["amount_off"], found["products"], found["units"]) == (2000, A, 1)


def test_free_units_are_a_gift():
    said = {"type": "add_free_units", "per_bought": 3, "sku": "A", "free_sku": "B", "add": 2}
    assert effect(said) == {"kind": "gift", "sku": "B", "units": 2, "per": {"products": A, "units": 3}}
    said = {"type": "add_free_units", "per_bought": 3, "free_sku": "B"}
    assert effect(said)["per"] == {"products": GOODS, "units": 3}
    said = {"type": "add_free_units", "per_order": 2, "free_sku": "B", "add": 2}
    assert effect(said) == {"kind": "gift", "sku": "B", "units": 4}


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({"value_per_point": "1.00"}, {"points": 1, "worth": 100, "step": 1}),
        ({"value_per_point": "0.005"}, {"points": 2, "worth": 1, "step": 2}),
        ({"value_per_point": "0.015", "step_points": 3}, {"points": 2, "worth": 3, "step": 6}),
        ({"value_per_point": "1.00", "step_points": 100}, {"points": 1, "worth": 100, "step": 100}),
        ({"points_per_minor_unit": 111}, {"points": 111, "worth": 1, "step": 111}),
        ({"points_per_minor_unit": "0.5"}, {"points": 1, "worth": 2, "step": 1}),
    ],
)
def test_points_are_worth_whole_minor_units_in_whole_steps(said, means):
    assert effect({"type": "pay_with_points", **said}) == {"kind": "points_payment", **means}


@pytest.mark.parametrize("said", [{"value_per_point": "0"}, {"points_per_minor_unit": "-1"}])
def test_points_that_are_worth_nothing_are_invalid(said):
    with pytest.raises(CaseInvalid, match="worth something"):
        effect({"type": "pay_with_points", **said})


@pytest.mark.parametrize(
    "said",
    [
        {"type": "teleport"},
        {"type": "percent_off", "value": "1", "colour": "red"},
        {"type": "percent_off", "value": "1", "target": "everything"},
        {"type": "amount_off", "value": "1", "mode": "each_moon"},
        {"type": "amount_off", "value": "1", "selector": {"colours": ["red"]}},
        {"type": "tiered_percent", "tiers": [["1"]]},
        {"type": "bundle", "need": [{"sku": "A"}], "discount": {"type": "magic"}},
        {
            "type": "bundle",
            "need": [{"sku": "A"}],
            "discount": {"type": "amount_off", "value": "1", "mode": "each_unit"},
        },
        {
            "type": "bundle",
            "need": [{"sku": "A"}],
            "discount": {"type": "amount_off", "value": "1", "selector": A},
        },
        {"type": "add_free_units", "free_sku": "B", "per_bought": 1, "per_order": 1},
        {"type": "tender", "kind": "barter"},
        {"type": "replace_item", "add_unit_price": "1.00", "remove_qty": 2},
    ],
)
def test_what_is_not_known_of_an_effect_is_told(said):
    with pytest.raises(CaseUnknown, match=r"program\.promotions\[0\]\.effect"):
        translated(promotion(said))


def test_selectors_become_product_sets_that_are_named_once():
    full = {
        "skus": ["A"],
        "categories": ["x"],
        "exclude_skus": ["B"],
        "exclude_categories": ["y"],
        "unit_price_min": "1.00",
        "unit_price_max": "2",
        "not_price_reduced": True,
    }
    first = promotion({"type": "percent_off", "value": "1", "selector": full})
    again = promotion({"type": "percent_off", "value": "1", "selector": dict(full)}, id="q")
    assert translated(first, again).program["product_sets"] == {
        "set-1": {
            "skus": ["A"],
            "categories": ["x"],
            "not_skus": ["B"],
            "not_categories": ["y"],
            "unit_price_least": 100,
            "unit_price_most": 200,
            "not_reduced": True,
        }
    }


def test_an_item_is_exchanged_in_the_order_itself():
    said = {"type": "replace_item", "remove_qty": 1, "add_qty": 1, "add_unit_price": "25.00"}
    done = translated(
        promotion(said), lines=(line(sku="OLD", unit_price="20.00", qty=3, min_unit_price="1"),)
    )
    assert [(each.sku, each.quantity, each.amount) for each in done.order.lines] == [
        ("OLD", 2, 4000),
        ("OLD (replaced)", 1, 2500),
    ]
    assert done.line_ids == ("L1", "L1")
    assert done.program["campaigns"][0]["rules"][0]["effect"]["amount"] == 500
    assert done.order.lines[1].floor == 0


def test_an_exchange_for_something_cheaper_saves_nothing():
    said = {"type": "replace_item", "sku": "B", "add_sku": "C", "add_unit_price": "1.00"}
    done = translated(promotion(said), lines=(line(), line(sku="B", id="x")))
    assert [each.sku for each in done.order.lines] == ["A", "C"]
    assert done.program["campaigns"] == []

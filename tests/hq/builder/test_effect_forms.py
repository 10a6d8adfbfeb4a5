"""The form of an effect says what the effect says, for each kind and each key that a program knows."""

import pytest

from app.core.conditions import Vocabulary
from app.core.document import Place
from app.core.effects_format import READERS, read_effect
from app.core.money import CURRENCIES
from app.core.punch_cards import PunchCard
from hq.builder.effect_form import (
    KINDS,
    EffectWrong,
    can_show_effect,
    effect_form_of,
    effect_of,
    read_effect_form,
)
from tests.hq.builder.trees import SETS

EUR = CURRENCIES["EUR"]
EFFECTS = [
    {"kind": "percent_off", "target": "order", "basis_points": 1250, "cap": 500},
    {
        "kind": "percent_off",
        "target": "cheapest",
        "products": "coffee",
        "basis_points": 5000,
        "units": 2,
        "base": "initial",
    },
    {"kind": "amount_off", "target": "products", "amount": 50, "per": "unit", "products": "mugs", "units": 3},
    {"kind": "amount_off", "target": "order", "amount": 500, "weights": "quantity", "times": 2},
    {"kind": "unit_price", "amount": 0, "products": "mugs", "units": 1},
    {
        "kind": "steps_percent",
        "measure": "amount",
        "basis_points": 0,
        "steps": [[2000, 1500], [3000, 2050]],
        "target": "order",
    },
    {
        "kind": "steps_percent",
        "measure": "quantity",
        "basis_points": 500,
        "steps": [[2, 1500]],
        "products": "coffee",
    },
    {"kind": "steps_amount", "measure": "quantity", "amount": 0, "steps": [[2, 150], [5, 400]]},
    {"kind": "by_unit", "first": 100, "further": 50, "products": "coffee", "units": 4},
    {"kind": "buy_get", "buy": "coffee", "get": "mugs", "buy_units": 2, "get_units": 1},
    {
        "kind": "buy_get",
        "buy": "coffee",
        "get": "coffee",
        "buy_units": 1,
        "get_units": 1,
        "basis_points": 5000,
        "times": 2,
        "dearest": True,
    },
    {
        "kind": "bundle",
        "parts": [{"products": "coffee", "units": 2}, {"products": "mugs", "units": 1}],
        "price": 999,
        "times": 1,
    },
    {
        "kind": "bundle",
        "parts": [{"products": "coffee", "units": 1}],
        "basis_points": 1000,
        "products": "mugs",
        "units": 1,
    },
    {"kind": "gift", "sku": "SOAP", "units": 2, "per": {"products": "coffee", "units": 3}},
    {"kind": "gift", "sku": "SOAP"},
    {"kind": "credit", "basis_points": 200},
    {"kind": "credit", "amount": 300},
    {"kind": "points_payment", "points": 100, "worth": 100, "step": 50, "least": 200, "share_max": 5000},
    {"kind": "punch_card", "card": "coffee"},
]
VOCABULARY = Vocabulary(SETS, punch_cards={"coffee": PunchCard("coffee", "Coffee", 10)})


def sent(form):
    return {"e:kind": [form.kind]} | {f"e:{name}": [text] for name, text in form.typed.items()}


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect["kind"])
def test_an_effect_goes_through_its_form_unchanged(effect):
    read_effect(Place("effect", effect), VOCABULARY)  # a program may say so
    assert effect_of(read_effect_form(sent(effect_form_of(effect, EUR))), EUR) == effect


def test_every_kind_has_a_form_and_an_example_here():
    assert set(KINDS) == set(READERS) == {effect["kind"] for effect in EFFECTS}


def test_every_key_that_a_form_offers_is_tried_here():
    tried = {(effect["kind"], key) for effect in EFFECTS for key in effect}
    offered = {(kind, each.key) for kind, (_, fields) in KINDS.items() for each in fields}
    assert offered - tried == {("steps_amount", "products"), ("bundle", "amount_off")}


def test_what_is_wrong_is_said_at_its_field():
    form = read_effect_form({"e:kind": ["amount_off"], "e:amount": ["a lot"], "e:target": ["order"]})
    with pytest.raises(EffectWrong):
        effect_of(form, EUR)
    assert set(form.problems) == {"amount"}
    form = read_effect_form({"e:kind": ["gift"]})
    with pytest.raises(EffectWrong):
        effect_of(form, EUR)
    assert set(form.problems) == {"sku"}


def test_an_effect_with_words_that_no_form_has_is_left_to_json():
    assert can_show_effect(EFFECTS[0], EUR)
    assert not can_show_effect({**EFFECTS[0], "moon": 1}, EUR)
    assert not can_show_effect({"kind": "moon"}, EUR)
    assert not can_show_effect(None, EUR)

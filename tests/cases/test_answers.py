"""What the engine decided is told in the words of the case, and compared figure by figure."""

import pytest

from app.cases.comparing import differences
from tests.cases.builders import case, decided, line, promotion, run

LAMP = {"type": "percent_off", "value": "10", "selector": {"skus": ["LAMP"]}}


def test_amounts_are_decimal_strings():
    lines = (line(unit_price="10.00", tax_rate="20", fixed_fee_per_unit="0.50"), line(sku="B", id="x"))
    got = decided(
        promotion({"type": "amount_off", "value": "1.50", "selector": {"skus": ["A"]}}),
        lines=lines,
        ask=("line_discounts", "total_discount", "total_payable", "tax_total", "amount_due"),
    )
    assert got == {
        "line_discounts": {"L1": "1.50", "x": "0.00"},
        "total_discount": "1.50",
        "total_payable": "20.70",
        "tax_total": "1.70",
        "amount_due": "20.70",
    }


def test_refusals_are_told_by_promotion_and_only_of_those_refused():
    refused = promotion(id="q", conditions={"stores": ["S9"]})
    assert decided(promotion(), refused, ask=("refused",)) == {"refused": {"q": "wrong_store"}}


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (promotion(conditions={"limit_total": 0}), "limit_total_reached"),
        (promotion(conditions={"subtotal_equals": "1.00"}), "min_total_not_met"),
        (promotion(conditions={"max_initial_total": "10.00"}), "min_total_not_met"),
        (promotion(budget={"type": "usage", "limit": 1, "used": 1}), "budget_exhausted"),
        (promotion(budget={"type": "spend", "limit": "1", "used": "0.50"}), "budget_exceeded"),
        # An effect that finds no product of its own has no effect; only a condition requires an item.
        (promotion(LAMP), "no_effect"),
        (promotion(LAMP, conditions={"min_total": {"value": "99"}}), "min_total_not_met"),
        (promotion(LAMP, conditions={"contains_all": [{"skus": ["A"]}]}), "no_effect"),
        (promotion(conditions={"contains_all": [{"skus": ["LAMP"]}]}), "required_item_missing"),
        (promotion(conditions={"min_qty": {"value": 2, "selector": {"skus": ["LAMP"]}}}), "min_qty_not_met"),
    ],
)
def test_a_reason_has_the_word_of_the_case(said, word):
    assert decided(said, ask=("refused",)) == {"refused": {"p": word}}


def test_the_first_reason_by_precedence_is_told():
    said = promotion(conditions={"min_total": {"value": "99"}, "stores": ["S9"], "valid_until": "2020-01-01"})
    assert decided(said, action={"at": "2026-01-01"}, ask=("refused",)) == {"refused": {"p": "expired"}}


@pytest.mark.parametrize(
    ("codes", "reason"),
    [("NOPE", "unknown_code"), (["X", "NOPE"], "unknown_code"), ("X", "wrong_store"), ([], None)],
)
def test_a_code_is_refused_for_a_reason(codes, reason):
    said = promotion(code="X", conditions={"stores": ["S9"]})
    assert decided(said, action={"code": codes}, ask=("refusal_reason",)) == {"refusal_reason": reason}


def test_points_are_earned_spent_and_left():
    earn = {"id": "e", "effect": {"type": "points_earn", "per_amount": "1.00", "points": 1}}
    pay = promotion({"type": "pay_with_points", "value_per_point": "1.00"})
    ask = ("points_earned", "points_spent", "points_balance_after", "total_payable")
    assert decided(earn, pay, member={"points": 4}, ask=ask) == {
        "points_earned": 6,
        "points_spent": 4,
        "points_balance_after": 6,
        "total_payable": "6.00",
    }
    assert decided(earn, ask=("points_balance_after",)) == {"points_balance_after": None}
    told = {"member": {"points": 1}, "action": {"points_earned_in_order": 10}}
    assert decided(promotion(cost_points=5), **told, ask=ask[1:3]) == {
        "points_spent": 5,
        "points_balance_after": 6,
    }


def test_stored_value_pays_and_is_left():
    cards = [{"id": "Z", "balance": "4.00"}, {"id": "A", "balance": "9.00"}]
    got = decided(
        promotion({"type": "tender", "kind": "gift_card"}),
        promotion({"type": "tender", "kind": "ewallet"}, id="w"),
        action={"gift_cards": cards},
        member={"wallet": "3.00"},
        ask=("tendered", "amount_due", "balances_after", "wallet_after"),
    )
    assert got == {
        "tendered": "10.00",
        "amount_due": "0.00",
        "balances_after": ["0.00", "3.00"],
        "wallet_after": "3.00",
    }
    assert decided(ask=("wallet_after", "balances_after")) == {"wallet_after": None, "balances_after": []}


def test_a_card_that_ended_is_refused():
    cards = [{"id": "Z", "balance": "4.00", "expires_on": "2026-01-01"}]
    action = {"gift_cards": cards, "at": "2026-01-02T00:00:00"}
    said = promotion({"type": "tender", "kind": "gift_card"})
    assert decided(said, action=action, ask=("refusal_reason",)) == {"refusal_reason": "wallet_expired"}


def test_payments_that_give_nothing_are_refused():
    card = promotion({"type": "tender", "kind": "gift_card"}, id="g")
    wallet = promotion({"type": "tender", "kind": "ewallet"}, id="w")
    ended = {"id": "Z", "balance": "4.00", "expires_on": "2026-01-01"}
    others = {"id": "Y", "balance": "4.00", "owner": "somebody else"}
    at = {"at": "2026-01-02T00:00:00"}
    for cards, refused in (
        ([ended], {"g": "wallet_expired", "w": "no_effect"}),
        ([others], {"g": "not_owner", "w": "no_effect"}),
        ([ended, {"id": "X", "balance": "1.00"}], {"w": "no_effect"}),
        ([], {"w": "no_effect"}),
    ):
        action = {"gift_cards": cards, **at}
        assert decided(card, wallet, action=action, ask=("refused",)) == {"refused": refused}
    assert decided(wallet, ask=("refusal_reason",)) == {"refusal_reason": None}


def test_promotions_for_points_are_refused_for_their_own_reasons():
    """Also where the case asks nothing else of them; what is paid stays as it is."""
    effect = {"type": "points_bonus", "points": 5}
    earn = {"id": "e", "effect": effect, "conditions": {"valid_until": "2025-12-31", "stores": ["S9"]}}
    gold = {"id": "f", "effect": effect, "conditions": {"member_groups": ["gold"], "limit_per_member": 1}}
    said = case(
        earn,
        gold,
        promotion(exclusive=True),
        action={"at": "2026-01-01"},
        member={"group": "gold", "used_by_member": 1},
        expected={
            "refused": {"e": "expired", "f": "limit_per_member_reached", "p": None},
            "total_payable": "9.00",
            "points_earned": 0,
        },
    )
    assert run(said).why == ()
    at = {"at": "2025-12-31", "store": "S9"}
    assert run({**said, "action": at, "expected": {"refused": {"e": None}, "points_earned": 5}}).why == ()


def test_free_units_are_told_by_product():
    said = promotion({"type": "add_free_units", "per_bought": 2, "free_sku": "B", "add": 1})
    assert decided(said, lines=(line(qty=5),), ask=("free_units",)) == {"free_units": {"B": 2}}
    assert run(case(said, expected={"free_units": {"B": 0}})).why == ()
    assert run(case(said, expected={"free_units": {"B": 1}})).why == ("free_units.B: expected 1, got 0",)


def test_an_exchange_is_told_on_the_line_it_was_made_on():
    said = promotion({"type": "replace_item", "add_unit_price": "12.00"})
    got = decided(said, lines=(line(qty=3),), ask=("line_discounts", "total_payable"))
    assert got == {"line_discounts": {"L1": "2.00"}, "total_payable": "30.00"}


# --- comparing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("10.0", "10.00"), (5, "5.00"), ("5", 5), (["1", "2"], ["1.0", "2.0"]), (None, None)],
)
def test_numbers_are_compared_as_numbers(wanted, found):
    assert differences({"k": wanted}, {"k": found}) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("10.00", "10.01"),
        ("1", None),
        (0, None),
        (None, "no_effect"),
        (["1"], ["1", "2"]),
        (True, 1),
        (1, True),
        ("NaN", "NaN "),
        ({"a": "1"}, None),
    ],
)
def test_what_is_not_the_same_differs(wanted, found):
    assert len(differences({"k": wanted}, {"k": found})) == 1


def test_of_lines_and_refusals_only_those_named_are_compared():
    got = {"line_discounts": {"L1": "1.00", "L2": "2.00"}}
    assert differences({"line_discounts": {"L2": "2"}}, got) == []
    assert differences({"line_discounts": {"L2": "2", "L9": "0"}}, got) == [
        "line_discounts.L9: expected 0, got nothing"
    ]


def test_alternatives_are_not_compared():
    assert differences({"alternatives": {"x": {"total_payable": "1"}}}, {}) == []

"""A case as a whole: its promotions in their order, what is presented, member, order and policy."""

import pytest

from app.cases.reading import CaseInvalid, CaseUnknown
from app.core.gift_cards import Tender, TenderKind
from tests.cases.builders import case, line, promotion, rule, run, translated


def names(done):
    return [done.rule_names[rule_id] for rule_id in done.program["order_of_application"]]


def test_the_order_of_application_is_always_handed_over():
    listed = [promotion(id="a"), promotion(id="b", priority=5), promotion(id="c", priority=5)]
    assert names(translated(*listed)) == ["b", "c", "a"]
    listed = [promotion(id="a", priority=-1), promotion(id="b"), promotion(id="c", priority=1)]
    assert names(translated(*listed)) == ["c", "b", "a"]


def test_a_stated_order_goes_first_and_the_rest_by_priority():
    listed = [promotion(id="a"), promotion(id="b", priority=5), promotion(id="c")]
    assert names(translated(*listed, order_of_application=["c"])) == ["c", "b", "a"]


def test_points_are_paid_after_all_discounts_whatever_the_order_says():
    pay = promotion({"type": "pay_with_points", "value_per_point": "1.00"}, id="pay", priority=9)
    listed = [pay, promotion(id="a")]
    assert names(translated(*listed)) == ["a", "pay"]
    assert names(translated(*listed, order_of_application=["pay", "a"])) == ["a", "pay"]


def test_a_stated_order_that_names_nobody_is_invalid():
    with pytest.raises(CaseInvalid, match="no promotion is called 'q'"):
        translated(promotion(), order_of_application=["p", "q"])


def test_two_promotions_may_not_have_one_name():
    with pytest.raises(CaseInvalid, match="two promotions are called 'p'"):
        translated(promotion(), promotion())


def test_what_a_promotion_says_of_others_is_handed_over():
    said = promotion(exclusive=True, always_stackable=True, best_of="x", group="g")
    stacking = translated(said).program["campaigns"][0]["stacking"]
    assert stacking == {"exclusive": True, "always": True, "best_of": "x", "group": "g"}
    assert "stacking" not in translated(promotion(exclusive=False)).program["campaigns"][0]


def test_points_are_a_payment_that_an_exclusive_promotion_leaves_alone():
    pay = promotion({"type": "pay_with_points", "value_per_point": "1.00"}, id="pay")
    said = case(promotion(exclusive=True), pay, member={"points": 4}, expected={"total_payable": "5.00"})
    assert run(said).why == ()


def test_policy_is_handed_over():
    same = {
        "percent_base": "initial",
        "round": "price",
        "round_at": "unit",
        "remainder": "last",
        "amount_basis": "gross",
    }
    said = {**same, "group_limits": {"g": "2"}, "on_invalid": "skip"}
    assert translated(policy=said).program["policy"] == {**same, "group_limits": {"g": 2}}


# --- codes and what is presented ---------------------------------------------------------------------------------


def test_a_code_brings_its_promotion_into_play_and_an_unknown_one_is_told():
    said = [promotion(id="a", code="X"), promotion(id="b", code="Y")]
    done = translated(*said, action={"code": ["X", "Z", "X"]})
    assert [shown.voucher.rule_id for shown in done.presented] == ["r0001"]
    assert done.unknown_codes == ("Z",)
    assert rule(*said)["trigger"] == "voucher"
    assert translated(*said, action={"code": "Y"}).presented[0].voucher.rule_id == "r0002"


def test_what_costs_points_is_picked():
    done = translated(promotion(cost_points=5))
    assert rule(promotion(cost_points=5))["cost_points"] == 5
    assert rule(promotion(cost_points=5))["trigger"] == "choice"
    assert [shown.voucher.code_hash for shown in done.presented] == [""]


def test_where_one_invalid_fails_all_everything_is_presented_together():
    invalid = promotion(id="b", conditions={"min_qty": {"value": 2}})
    said = case(
        promotion(id="a"),
        invalid,
        policy={"on_invalid": "reject_all"},
        expected={"refused": {"a": "stack_invalid", "b": "min_qty_not_met"}, "total_payable": "10.00"},
    )
    assert run(said).why == ()


def test_where_one_invalid_fails_all_an_unknown_code_is_invalid_too():
    said = case(
        promotion(id="a", code="A"),
        policy={"on_invalid": "reject_all"},
        action={"code": ["A", "B"]},
        expected={"refused": {"a": "stack_invalid"}, "refusal_reason": "unknown_code"},
    )
    assert run(said).why == ()
    said["program"]["policy"] = {"on_invalid": "skip"}
    assert run({**said, "expected": {"refused": {"a": None}, "total_payable": "9.00"}}).why == ()


@pytest.mark.parametrize(
    ("action", "points"), [({}, [0]), ({"points_to_spend": 20}, [20]), ({"points_to_spend": 0}, [])]
)
def test_points_are_paid_as_asked_for(action, points):
    said = promotion({"type": "pay_with_points", "value_per_point": "1.00"})
    assert [shown.points for shown in translated(said, action=action).presented] == points


# --- member and order --------------------------------------------------------------------------------------------


def test_a_member_without_a_balance_has_enough_points():
    assert translated().member.balance == 10**9
    assert translated(member={"points": 3}, action={"points_earned_in_order": 10}).member.balance == 13
    assert translated(member={"points": 3}).points_before == 3


def test_a_member_is_in_their_group_and_has_completed_orders():
    done = translated(member={"group": "VIP", "completed_orders": 4, "cancelled_orders": 9})
    assert done.member.segments == {"VIP"}
    assert done.known["history.orders"] == 4


def test_lines_are_priced_by_quantity_and_rounded_half_up():
    weighed = line(unit_price="9.99", qty="0.350", min_unit_price="1", fixed_fee_per_unit="0.10")
    fuel = line(unit_price="1.799", qty="10.5", tax_rate="19.5", tax_included=True, price_reduced=True)
    first, second = translated(lines=(weighed, fuel)).order.lines
    assert (first.quantity, first.milli, first.amount, first.floor, first.levy) == (0, 350, 350, 35, 4)
    assert (first.unit_price, first.is_net, first.tax_ppm) == (999, True, 0)
    assert (second.quantity, second.milli, second.amount, second.unit_price) == (10, 500, 1889, None)
    assert (second.is_net, second.tax_ppm, second.is_reduced) == (False, 195_000, True)


def test_negative_and_zero_lines_are_lines():
    found = translated(lines=(line(unit_price="-5.00"), line(unit_price="0"))).order.lines
    assert [each.amount for each in found] == [-500, 0]


def test_lines_without_an_id_are_counted():
    assert translated(lines=(line(), line(id="x"))).line_ids == ("L1", "x")
    with pytest.raises(CaseInvalid, match="two lines have the same id"):
        translated(lines=(line(id="L2"), line()))


def test_time_and_store_come_from_the_action():
    order = translated(action={"at": "2026-06-02T10:00:00", "store": "S1"}).order
    assert (order.at_ms, order.store, order.time_zone) == (1780394400000, "S1", "UTC")
    assert translated(action={"at": "2026-06-02T12:00:00+02:00"}).order.at_ms == 1780394400000


def test_earlier_states_of_the_order_change_nothing():
    said = {"cart_history": [{"lines": []}], "entered_first": "gift_card"}
    assert translated(action=said).order == translated().order


# --- payments ----------------------------------------------------------------------------------------------------


def test_cards_pay_in_the_order_of_the_case_and_the_same_one_once():
    cards = [{"id": "Z", "balance": "5.00"}, {"id": "A", "balance": "7.00"}, {"id": "Z", "balance": "5.00"}]
    done = translated(promotion({"type": "tender", "kind": "gift_card"}), action={"gift_cards": cards})
    assert [(tender.ref, tender.balance) for tender in done.tenders] == [
        ("0000", 500),
        ("0001", 700),
        ("0000", 500),
    ]
    assert done.program["campaigns"] == []


@pytest.mark.parametrize(
    ("said", "balance"),
    [
        ({"member": {"wallet": "10.00"}}, 1000),
        ({"action": {"wallet_balance": "3.00"}, "member": {"wallet": "10.00"}}, 300),
        ({}, 0),
    ],
)
def test_the_wallet_is_the_members(said, balance):
    done = translated(promotion({"type": "tender", "kind": "ewallet"}, priority=1), **said)
    assert done.tenders == (Tender(TenderKind.WALLET, "wallet", balance, owner=done.member.ref),)


# --- points ------------------------------------------------------------------------------------------------------


def earning(said, **other):
    return translated({"id": "e", "effect": said, **other.pop("beside", {})}, **other).program["earning"]


def test_points_are_earned_by_amount_or_by_unit():
    assert earning({"type": "points_earn", "per_amount": "10.00", "points": "1.5"}) == [
        {"id": "r0001", "points_milli": 1500, "mode": "full_unit", "of": "amount", "per": 1000}
    ]
    said = {"type": "points_earn", "per_unit": 1, "points": 70, "selector": {"skus": ["A"]}}
    (found,) = earning(said)
    assert (found["of"], found["per"], found["points_milli"], found["products"]) == (
        "unit",
        1,
        70000,
        "set-1",
    )


@pytest.mark.parametrize(
    ("basis", "found"), [("net_paid", None), ("before_discounts", "initial"), ("before_own_reward", None)]
)
def test_points_have_a_basis(basis, found):
    said = {"type": "points_earn", "per_amount": "1", "points": 1, "basis": basis}
    assert earning(said)[0].get("basis") == found


def test_before_the_own_reward_is_the_initial_price_unless_there_are_other_discounts():
    said = {"id": "e", "effect": {"type": "points_earn", "per_amount": "1", "points": 1}}
    said["effect"]["basis"] = "before_own_reward"
    pay = promotion({"type": "pay_with_points", "value_per_point": "1.00"})
    reward = promotion(id="r", cost_points=1)
    for own in ([], [pay], [reward], [pay, reward]):
        basis = translated(said, *own).program["earning"][0].get("basis")
        assert basis == ("initial" if own else None)
    assert "basis" not in translated(said, promotion(id="q")).program["earning"][0]
    with pytest.raises(CaseUnknown, match="before_own_reward is not known beside"):
        translated(said, reward, promotion(id="q"))


def test_points_are_multiplied_and_added_to():
    assert earning({"type": "points_multiplier", "factor": 2})[0] == {
        "id": "r0001",
        "kind": "multiplier",
        "factor_milli": 2000,
    }
    assert earning({"type": "points_multiplier", "value": "1.5"})[0]["factor_milli"] == 1500
    bonus = earning({"type": "points_bonus", "points": 5})[0]
    assert (bonus["of"], bonus["points_milli"]) == ("order", 5000)


def test_labels_multiply_one_after_the_other_where_told():
    labels = [["season:new", 2], ["brand:x", 3]]
    said = {"type": "points_multiplier", "by_label": labels, "combine": "product"}
    done = translated({"id": "m", "effect": said})
    assert [(rule["id"], rule["factor_milli"]) for rule in done.program["earning"]] == [
        ("r0001", 2000),
        ("r0001.1", 3000),
    ]
    assert done.program["policy"] == {"multipliers": "product"}
    assert translated({"id": "m", "effect": {**said, "combine": "highest"}}).program["policy"] == {}


def test_points_have_conditions_dates_and_limits():
    said = {"type": "points_earn", "per_amount": "1", "points": 1}
    terms = {"valid_from": "2026-06-01", "valid_until": "2026-06-30T11:59:59", "limit_per_member": 3}
    beside = {"conditions": terms, "limits": {"max_points_per_day": 100}}
    at = {"at": "2026-06-30T12:00:00"}
    (found,) = earning(said, beside=beside, action=at)
    assert found["limits"] == [{"points": 100, "period": "day"}, {"times": 3}]
    first, second = found["condition"]["all"]
    assert first["value"] == ["2026-06-01", "9000-12-31"]
    assert second["any"][0]["value"] == ["1900-01-01", "2026-06-29"]
    assert second["any"][1]["all"][1]["value"] == ["00:00:00", "12:00:00"]


def test_points_from_a_moment_on_begin_at_that_moment():
    said = {"type": "points_earn", "per_amount": "1", "points": 1}
    found = earning(
        said, beside={"conditions": {"valid_from": "2026-06-01T08:00:00"}}, action={"at": "2026-06-01"}
    )
    later, same_day = found[0]["condition"]["any"]
    assert later["value"] == ["2026-06-02", "9000-12-31"]
    assert same_day["all"][1]["value"] == ["08:00:00", "24:00:00"]


def test_points_by_a_code_are_earned_with_the_code():
    said = {"type": "points_bonus", "points": 5}
    assert earning(said, beside={"code": "X"}) == []
    assert len(earning(said, beside={"code": "X"}, action={"code": "X"})) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"effect": {"type": "points_earn", "points": 1}},
        {"effect": {"type": "points_earn", "points": 1, "per_amount": "1", "rounding": "up"}},
        {"effect": {"type": "points_earn", "points": 1, "per_amount": "1"}, "exclusive": True},
        {"effect": {"type": "points_multiplier", "factor": 2, "combine": "sum"}},
        {"effect": {"type": "points_multiplier", "by_label": [["a"]]}},
        {"effect": {"type": "points_bonus", "points": 1}, "conditions": {"limit_total": 1}},
        {"effect": {"type": "points_bonus", "points": 1}, "limits": {"max_points_per_transaction": 1}},
        {"effect": {"type": "tender", "kind": "ewallet"}, "conditions": {"stores": ["S"]}},
        {"effect": {"type": "replace_item", "add_unit_price": "1"}, "code": "X"},
    ],
)
def test_what_is_not_known_beside_points_and_payments_is_told(said):
    with pytest.raises(CaseUnknown, match=r"promotions\[0\]"):
        translated({"id": "e", **said})


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"colour": 1}, "colour is not known"),
        ({"program": {"promotions": [], "colour": 1}}, "program.colour"),
        ({"program": {"promotions": [], "policy": {"colour": 1}}}, "program.policy.colour"),
        ({"program": {"promotions": [promotion(colour=1)]}}, "program.promotions[0].colour"),
        ({"member": {"colour": 1}}, "member.colour"),
        ({"action": {"colour": 1}}, "action.colour"),
        ({"order": {"lines": [], "colour": 1}}, "order.colour"),
        ({"order": {"lines": [line(colour=1)]}}, "order.lines[0].colour"),
        ({"expected": {"colour": 1}}, "expected.colour"),
    ],
)
def test_a_key_that_is_not_known_anywhere_makes_a_case_unsupported(said, named):
    verdict = run({**case(expected={"total_payable": "10.00"}), **said})
    assert verdict.result == "unsupported"
    assert named in verdict.why[0]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"program": {}, "order": {}}, "program.promotions: expected a list"),
        ({"order": {}}, "order.lines: expected a list"),
        ({"order": None}, "order.lines: expected a list"),
        ({"order": {"lines": [{"sku": "A", "qty": 1}]}}, "order.lines[0].unit_price: expected a number"),
        ({"order": {"lines": [{"sku": "A", "unit_price": "1"}]}}, "order.lines[0].qty: expected a number"),
        ({"order": {"lines": [line(qty="two")]}}, "order.lines[0].qty: 'two' is no number"),
        ({"order": {"lines": [line(qty=100_001)]}}, "lines[0].qty: expected at most 100000, found 100001"),
        ({"order": {"lines": [line(sku="A" * 81)]}}, "order: AAAAAAAAAAAA… is longer than 80 characters"),
        ({"member": []}, "member: expected an object"),
        ({"expected": {}}, "expected: holds nothing"),
        ({"expected": {"alternatives": {"x": {}}}}, "expected: holds nothing"),
        ({"program": {"promotions": [{"id": "p"}]}}, "promotions[0].effect.type: expected a text"),
        ({"action": {"at": "noon"}}, "action.at: 'noon' is no time"),
    ],
)
def test_a_case_that_cannot_be_read_fails_and_names_file_line_and_place(said, named):
    verdict = run({**case(expected={"total_payable": "10.00"}), **said})
    assert verdict.result == "failed"
    assert verdict.why[0].startswith("f line 1: ")
    assert named in verdict.why[0]

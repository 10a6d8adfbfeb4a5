"""Acceptance examples of stacking, limits and stock: T16 T26 T37 T38 T39 T41 T54, and a punch card: T60."""

import itertools

import pytest

from app.core.reasons import Reason
from tests.acceptance.shop import (
    amount,
    campaign,
    chosen,
    decided,
    leaf,
    line,
    outcome,
    percent,
    program,
    shown,
    why,
)

GENERAL = campaign("general", percent(1500), trigger="voucher", stacking={"not_with": ["members"]})
MEMBERS = campaign("members", percent(2000), trigger="voucher", rule={"priority": 1}, audience=["M1"])


@pytest.mark.parametrize("codes", list(itertools.permutations(("general", "members"))))
def test_t16_the_members_discount_stands_and_the_general_one_does_not_combine(codes) -> None:
    decision = decided(program(GENERAL, MEMBERS), line(10000), presented=tuple(map(shown, codes)))
    assert decision.payable == 8000
    refusal = outcome(decision, "general").refusals[0]
    assert (refusal.reason, refusal.numbers["other"]) == (Reason.NOT_COMBINABLE, "members")


def test_t16_a_guest_gets_the_general_one() -> None:
    shown_codes = (shown("general"), shown("members"))
    decision = decided(program(GENERAL, MEMBERS), line(10000), member=None, presented=shown_codes)
    assert (decision.payable, why(decision, "members")) == (8500, Reason.MEMBER_NEEDED)


def test_t26_a_reward_that_goes_only_together_with_another() -> None:
    a = campaign("A", amount(100), trigger="choice", stacking={"only_with": ["B"]})
    b = campaign("B", amount(200), trigger="choice")
    plan = program(a, b)
    alone = decided(plan, line(1000), presented=(chosen("A"),))
    assert (alone.payable, outcome(alone, "A").refusals[0].numbers["other"]) == (1000, "B")
    assert why(alone, "A") is Reason.ONLY_TOGETHER
    for both in itertools.permutations((chosen("A"), chosen("B"))):
        assert decided(plan, line(1000), presented=both).payable == 700
    assert decided(plan, line(1000), presented=(chosen("B"),)).payable == 800


def test_t37_one_use_a_member() -> None:
    plan = program(campaign("c", amount(500), limits={"member_uses": [{"at_most": 1}]}))
    assert why(decided(plan, line(1000), known={"member_uses:c": 0}), "c") is None
    refused = decided(plan, line(1000), known={"member_uses:c": 1})
    assert why(refused, "c") is Reason.LIMIT_PER_MEMBER_REACHED
    assert why(decided(plan, line(1000)), "c") is Reason.ONLINE_ONLY  # a station that has not been told


@pytest.mark.parametrize(
    ("members", "counted", "reason"),
    [
        (499, 0, None),
        (500, 0, Reason.LIMIT_MEMBERS_REACHED),
        (500, 1, None),
        (501, 0, Reason.LIMIT_MEMBERS_REACHED),
    ],
)
def test_t38_the_first_five_hundred_members(members: int, counted: int, reason: Reason | None) -> None:
    plan = program(campaign("c", amount(500), limits={"members": 500}))
    known = {"members:c": members, "member_counted:c": counted}
    assert why(decided(plan, line(1000), known=known), "c") is reason


def test_t39_a_budget_of_discounts_is_never_exceeded() -> None:
    known = {"discount:c": 99500}
    budget = {"discount": 100000}
    too_much = decided(program(campaign("c", amount(1000), budget=budget)), line(5000), known=known)
    refusal = outcome(too_much, "c").refusals[0]
    assert (refusal.reason, refusal.numbers["left"], too_much.discount) == (Reason.BUDGET_EXCEEDED, 500, 0)
    assert (
        decided(program(campaign("c", amount(500), budget=budget)), line(5000), known=known).discount == 500
    )


def test_t39_nor_one_of_order_value() -> None:
    plan = program(campaign("c", amount(100), budget={"order_value": 5_000_000}))
    known = {"order_value:c": 4_995_000}
    assert why(decided(plan, line(5001), known=known), "c") is Reason.BUDGET_EXCEEDED
    assert why(decided(plan, line(5000), known=known), "c") is None


def test_t41_who_used_last_months_coupon_is_out_for_a_month() -> None:
    used = leaf("history.redemptions", "more_than", 0, campaign="back", period="previous_month")
    plan = program(campaign("c", amount(100), rule={"condition": {"not": used}}))
    key = "history.redemptions:back/previous_month"
    assert key in plan.counters
    assert why(decided(plan, line(1000), known={key: 1}), "c") is Reason.HISTORY_DOES_NOT_FIT
    assert why(decided(plan, line(1000), known={key: 0}), "c") is None
    assert why(decided(plan, line(1000)), "c") is Reason.FACTS_MISSING


@pytest.mark.parametrize(("left", "reason"), [(1, None), (0, Reason.ONLINE_ONLY), (None, Reason.ONLINE_ONLY)])
def test_t54_a_reward_is_given_from_the_stock_that_was_leased(
    left: int | None, reason: Reason | None
) -> None:
    reward = campaign(
        "mug", {"kind": "gift", "sku": "MUG"}, trigger="choice", rule={"cost_points": 100, "has_stock": True}
    )
    known = {} if left is None else {"stock:mug": left}
    decision = decided(program(reward), line(1000), presented=(chosen("mug"),), known=known)
    assert why(decision, "mug") is reason
    assert outcome(decision, "mug").points == (0 if reason else 100)


def test_t60_every_tenth_is_free() -> None:
    cards = [{"id": "coffee", "name": "Every 10th free", "every": 10, "products": "coffee"}]
    plan = program(campaign("c", {"kind": "punch_card", "card": "coffee"}), punch_cards=cards)

    def cups(quantity: int, counter: int):
        cup = line(300 * quantity, "ESPRESSO", quantity, categories=frozenset({"coffee"}))
        decision = decided(plan, cup, known={"punches:coffee": counter})
        return decision.payable, counter + dict(outcome(decision, "c").counts).get("punches:coffee", 0)

    assert cups(10, 0) == (2700, 0)
    assert cups(2, 9) == (300, 1)
    assert cups(1, 3) == (300, 4)

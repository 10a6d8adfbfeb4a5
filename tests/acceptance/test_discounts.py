"""Acceptance examples of discounts and payments: T09 T15 T25 T31 T32 T33 T34 T35 T51."""

import pytest

from app.core.gift_cards import Tender, TenderKind
from app.core.outcome import Decision
from app.core.reasons import Reason
from tests.acceptance.shop import (
    campaign,
    chosen,
    decided,
    delivery,
    leaf,
    line,
    member,
    missing,
    outcome,
    percent,
    program,
    shown,
    why,
)


def points_offer(condition, **more):
    effect = {"kind": "points_payment", "points": 100, "worth": 100}
    return campaign("pay", effect, trigger="choice", rule={"condition": condition}, **more)


def paying(plan, total: int) -> Decision:
    return decided(plan, line(total), presented=(chosen("pay"),))


def test_t09_points_pay_orders_of_at_least_fifty() -> None:
    plan = program(points_offer(leaf("order.total", "at_least", 5000)))
    refused = paying(plan, 4999)
    assert (why(refused, "pay"), missing(refused, "pay")) == (Reason.MIN_TOTAL_NOT_MET, 1)
    assert outcome(paying(plan, 5000), "pay").points == 1000  # all they have: 10.00
    assert paying(plan, 5000).payable == 4000


def test_t09_or_of_more_than_fifty() -> None:
    plan = program(points_offer(leaf("order.total", "more_than", 5000)))
    refused = paying(plan, 5000)
    assert (why(refused, "pay"), missing(refused, "pay")) == (Reason.MIN_TOTAL_NOT_MET, 1)
    assert why(paying(plan, 5001), "pay") is None


def test_t09_the_initial_total_counts_whatever_was_taken_off() -> None:
    plan = program(campaign("off", percent(1000)), points_offer(leaf("order.total", "at_least", 5000)))
    decision = paying(plan, 5200)
    assert (outcome(decision, "off").discount, why(decision, "pay")) == (520, None)


@pytest.mark.parametrize(("tier", "payable"), [("base", 19000), ("silver", 18000), ("gold", 17000)])
def test_t15_the_percentage_depends_on_the_tier(tier: str, payable: int) -> None:
    offers = [
        campaign(name, percent(part), rule={"condition": leaf("member.tier", "is", name)})
        for name, part in (("base", 500), ("silver", 1000), ("gold", 1500))
    ]
    decision = decided(program(*offers), line(20000), member=member(tier=tier))
    assert decision.payable == payable
    others = {"base", "silver", "gold"} - {tier}
    assert {why(decision, other) for other in others} == {Reason.WRONG_TIER}


CARD = Tender(TenderKind.GIFT_CARD, "G1", 9000)


def test_t25_discount_and_gift_card_may_be_forbidden_together() -> None:
    plan = program(campaign("off", percent(1000), trigger="voucher", stacking={"not_with": ["gift_card"]}))
    both = decided(plan, line(10000), presented=(shown("off"),), tenders=(CARD,))
    assert (both.payable, both.due) == (9000, 9000)
    refusal = both.tenders[0].refusals[0]
    assert refusal.reason is Reason.NOT_COMBINABLE
    assert set(refusal.numbers.values()) == {"gift_card", "off"}
    alone = decided(plan, line(10000), tenders=(CARD,))
    assert (alone.payable, alone.due) == (10000, 1000)
    assert decided(plan, line(10000), presented=(shown("off"),)).due == 9000


def test_t25_or_allowed_and_then_the_card_pays_what_is_left() -> None:
    plan = program(campaign("off", percent(1000), trigger="voucher"))
    decision = decided(plan, line(10000), presented=(shown("off"),), tenders=(CARD,))
    assert (decision.payable, decision.due) == (9000, 0)
    assert [(paid.amount, paid.left) for paid in decision.tenders] == [(9000, 0)]


def buying(effect, quantity: int) -> int:
    return decided(program(campaign("c", effect)), line(1000 * quantity, "A", quantity)).payable


def test_t31_the_second_one_free_or_cheaper() -> None:
    free = {"kind": "buy_get", "buy": "chosen", "get": "chosen", "buy_units": 1, "get_units": 1}
    half = {**free, "basis_points": 5000}
    assert buying(free, 2) == 1000
    assert buying(half, 2) == 1500
    assert buying(half, 3) == 2500
    assert buying({**half, "times": 1}, 4) == 3500
    assert buying(half, 1) == 1000


@pytest.mark.parametrize(("total", "off"), [(4999, 0), (5000, 500), (9999, 500), (10000, 1500)])
def test_t32_spend_more_save_more(total: int, off: int) -> None:
    effect = {"kind": "steps_amount", "measure": "amount", "amount": 0, "steps": [[5000, 500], [10000, 1500]]}
    assert decided(program(campaign("c", effect)), line(total)).discount == off


def test_t32_three_of_chosen_products_are_cheaper_and_two_are_not() -> None:
    condition = leaf("order.quantity_of", "at_least", 3, products="chosen")
    effect = {"kind": "percent_off", "target": "products", "products": "chosen", "basis_points": 1000}
    plan = program(campaign("c", effect, rule={"condition": condition}))
    decision = decided(plan, line(2000, "A", 2), line(500, "SOAP", 5, number=2))
    assert (why(decision, "c"), missing(decision, "c")) == (Reason.MIN_QTY_NOT_MET, 1)
    assert decided(plan, line(2000, "A", 2), line(1000, "B", 1, number=2)).discount == 300


def test_t32_a_bundle_price_holds_once_a_set() -> None:
    parts = [{"products": "phone", "units": 1}, {"products": "chosen", "units": 1}]
    plan = program(campaign("c", {"kind": "bundle", "parts": parts, "price": 900}))
    phones, cases = line(1600, "PHONE", 2), line(800, "A", 2, number=2)
    assert decided(plan, phones, cases).payable == 1800
    assert decided(plan, line(2400, "PHONE", 3), cases).payable == 1800 + 800
    assert why(decided(plan, phones), "c") is Reason.NO_EFFECT


def test_t33_free_delivery_from_fifty_and_the_fee_never_counts_to_it() -> None:
    effect = {"kind": "percent_off", "target": "products", "products": "delivery", "basis_points": 10000}
    plan = program(campaign("c", effect, rule={"condition": leaf("order.total", "at_least", 5000)}))
    refused = decided(plan, line(4999), delivery(490))
    assert (refused.payable, missing(refused, "c")) == (4999 + 490, 1)
    assert decided(plan, line(5000), delivery(490)).payable == 5000


def test_t34_a_wallet_pays_what_it_holds() -> None:
    decision = decided(program(), line(4000), tenders=(Tender(TenderKind.WALLET, "M1", 1500),))
    assert (decision.payable, decision.due) == (4000, 2500)


def test_t34_a_card_is_used_again_until_nothing_is_left() -> None:
    first = decided(program(), line(3000), tenders=(Tender(TenderKind.GIFT_CARD, "G", 5000),))
    assert (first.due, first.tenders[0].amount, first.tenders[0].left) == (0, 3000, 2000)
    second = decided(program(), line(2000), tenders=(Tender(TenderKind.GIFT_CARD, "G", 2000),))
    assert (second.due, second.tenders[0].left) == (0, 0)
    once = Tender(TenderKind.GIFT_CARD, "G", 2000, is_single_use=True, is_used=True)
    third = decided(program(), line(2000), tenders=(once,))
    assert (third.due, third.tenders[0].refusals[0].reason) == (2000, Reason.CARD_USED)


def test_t35_ten_percent_off_one_product_only() -> None:
    effect = {"kind": "percent_off", "target": "products", "products": "phone", "basis_points": 1000}
    plan = program(campaign("c", effect, trigger="voucher"))
    decision = decided(plan, line(99900, "PHONE"), line(3000, "CASE", number=2), presented=(shown("c"),))
    assert (decision.payable, outcome(decision, "c").allocation) == (92910, ((1, 9990),))
    without = decided(plan, line(3000, "CASE"), presented=(shown("c"),))
    assert why(without, "c") is Reason.REQUIRED_ITEM_MISSING


@pytest.mark.parametrize(
    ("points_as", "payable", "due", "tax"),
    [("price_reduction", 9900, 9900, 1581), ("payment", 11900, 9900, 1900)],
)
def test_t51_points_lower_the_tax_or_pay_like_money(points_as: str, payable: int, due: int, tax: int) -> None:
    plan = program(points_offer(leaf("order.total", "at_least", 1)), policy={"points_as": points_as})
    decision = decided(
        plan,
        line(11900, tax_ppm=190_000),
        member=member(balance=5000),
        presented=(chosen("pay", points=2000),),
    )
    assert (decision.payable, decision.due, decision.tax) == (payable, due, tax)

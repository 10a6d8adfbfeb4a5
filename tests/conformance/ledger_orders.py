"""Cases that are orders: those the product itself can run as they stand, and some with a question of their own."""

import copy
from dataclasses import replace
from typing import Any

from app.cases.answers import answer
from app.cases.reading import Spot
from app.cases.translate import ACTION_KEYS, MEMBER_KEYS, Translation, translate
from app.core.decision import decide
from app.core.entry import ORDER, REDEEM
from app.core.gift_cards import CardEntry, CardEntryKind
from app.core.gift_cards import balance as card_balance
from app.core.limits import discount_key, uses_key
from app.core.lots import Account, Lot, Spending, credit, spend
from app.core.order import LineKind
from app.core.outcome import Decision, Facts
from app.core.overlay import POINTS_PENDING, POINTS_SPENT, effects_of
from app.core.reasons import Reason
from app.core.records import Attendance, order_record, redemption_record
from app.core.tiers import Activity, What, tier_on
from app.core.voucher import Presentation, picked
from tests.conformance.ledger_kinds import Case, cents, effects, kind, money, types
from tests.conformance.ledger_points import SOME_DAY, tiers_of

POINTS_ONLY = {"points_earn", "points_multiplier", "points_bonus"}
OF_THEIR_OWN = {
    "points_expiry", "points_spend", "tier_window", "tier_by_active_points", "tier_downgrade", "issue_coupon",
    "points_earn_by_spend_tier", "free_product", "sell_gift_card",
}  # fmt: skip


def has_topup(case: Case) -> bool:
    return any("topup" in line["categories"] for line in case["order"]["lines"])


def earns_before_own_reward(case: Case) -> bool:
    return any(effect.get("basis") == "before_own_reward" for effect in effects(case))


def has_limit_an_order(case: Case) -> bool:
    return any("max_points_per_transaction" in one.get("limits", {}) for one in case["program"]["promotions"])


def is_plain_order(case: Case) -> bool:
    is_known = case["action"].keys() <= ACTION_KEYS and case["member"].keys() <= MEMBER_KEYS
    is_special = has_topup(case) or earns_before_own_reward(case) or has_limit_an_order(case)
    return bool(types(case)) and is_known and not is_special and not types(case) & OF_THEIR_OWN


def translated(case: Case) -> Translation:
    return translate(Spot("", case))


def answered(case: Case, translation: Translation) -> Case:
    return dict(answer(case["expected"], translation, decide(translation.facts)))


@kind(is_plain_order)
def an_order(case: Case) -> Case:
    return answered(case, translated(case))


@kind(has_limit_an_order)
def points_cut_at_a_limit_of_the_order(case: Case) -> Case:
    """At most so many points an order: ours cuts, where others give none."""
    bare = copy.deepcopy(case)
    most = bare["program"]["promotions"][0].pop("limits")["max_points_per_transaction"]
    translation = translated(bare)
    translation.program["earning"][0]["limits"] = [{"points": most, "period": "order"}]
    return answered(case, translation)


@kind(has_topup)
def an_order_with_a_topup(case: Case) -> Case:
    """The line that tops the wallet up is no goods, and what it brings can't pay for the order that brings it."""
    translation = translated(case)
    lines = tuple(
        replace(line, kind=LineKind.CARD) if "topup" in line.categories else line
        for line in translation.order.lines
    )
    translation.order = replace(translation.order, lines=lines)
    decision = decide(translation.facts)
    topped_up = sum(line.amount for line in lines if line.kind is LineKind.CARD)
    entries = [
        CardEntry("wallet", CardEntryKind.ISSUED, cents(case["member"]["wallet"])),
        CardEntry("wallet", CardEntryKind.PAID, -decision.tenders[0].amount),
        CardEntry("wallet", CardEntryKind.TOPPED_UP, topped_up),
    ]
    return {"amount_due": money(decision.due), "wallet_after": money(card_balance(entries))}


@kind(earns_before_own_reward)
def an_order_that_spends_and_earns(case: Case) -> Case:
    """Ours earns after the own reward, and what is earned can't be spent in the order that earns it."""
    ours = copy.deepcopy(case)
    for effect in effects(ours):
        if effect.pop("basis", ""):
            effect["basis"] = "net_paid"
    points = ours["member"].pop("lots", [ours["member"].get("points", 0)])
    ours["member"]["points"] = sum(points)
    translation = translated(ours)
    decision = decide(translation.facts)
    spent = sum(outcome.points for outcome in decision.outcomes)
    account = Account(tuple(Lot(f"old {place}", left, left, SOME_DAY) for place, left in enumerate(points)))
    if spent:
        spending = spend(account, spent, day=SOME_DAY)
        assert isinstance(spending, Spending)
        account = spending.account
    account = credit(account, Lot("order", decision.points, decision.points, SOME_DAY))
    return {
        "points_earned": decision.points,
        "points_spent": spent,
        "total_payable": money(decision.payable),
        "lots_after": [lot.left for lot in account.lots],
    }


@kind(lambda case: types(case) == {"points_earn_by_spend_tier"})
def points_at_the_rate_of_a_tier(case: Case) -> Case:
    """Which tier the spend has reached, and what that tier earns: below the lowest one nothing."""
    levels = effects(case)[0]["tiers"]
    tiers = tiers_of(
        [["none", 0], *([str(place), cents(level["min_spend"])] for place, level in enumerate(levels))],
        measure="spend", valid="ever",
    )  # fmt: skip
    bare = copy.deepcopy(case)
    bare["program"]["promotions"] = []
    translation = translated(bare)
    translation.program["earning"] = [
        {
            "id": str(place), "points_milli": level["points"] * 1000, "per": cents(level["per_amount"]),
            "mode": "full_unit", "condition": {"fact": "member.tier", "op": "is", "value": str(place)},
        }
        for place, level in enumerate(levels)
    ]  # fmt: skip

    def points_for(spend_of_order: int) -> int:
        tier = tier_on(tiers, [Activity(SOME_DAY, What.SPEND, spend_of_order)], day=SOME_DAY).tier_id
        order = replace(
            translation.order, lines=(replace(translation.order.lines[0], amount=spend_of_order),)
        )
        member = replace(translation.member, tier=tier)
        return decide(replace(translation.facts, order=order, member=member)).points

    bound = cents(levels[0]["min_spend"])
    assert (points_for(bound - 1), points_for(bound)) == (0, bound // cents(levels[0]["per_amount"]))
    return {"points_earned": points_for(translation.order.total)}


@kind(lambda case: types(case) == {"free_product"})
def a_reward_that_costs_points_each_time(case: Case) -> Case:
    """The engine works the cost out; what the till says it is doesn't matter."""
    effect, free = effects(case)[0], case["action"]["free_qty"]
    bare = copy.deepcopy(case)
    bare["action"] = {}
    bare["program"]["promotions"] = []
    translation = translated(bare)
    sku = case["order"]["lines"][0]["sku"]
    rule = {
        "id": "r", "name": "r", "trigger": "choice", "priority": 0,
        "cost_points": case["program"]["promotions"][0]["cost_points"],
        "effect": {"kind": "gift", "sku": sku, "units": effect["qty_per_reward"]},
    }  # fmt: skip
    translation.program |= {"campaigns": [a_campaign(rule)], "order_of_application": []}
    times = -(-free // effect["qty_per_reward"])
    voucher = replace(picked("r"), uses_max=times)
    translation.presented = tuple(Presentation(str(number), voucher, "") for number in range(times))
    decision = decide(translation.facts)
    units = sum(units for outcome in decision.outcomes for _, units in outcome.gifts)
    assert units - effect["qty_per_reward"] < free <= units
    spent = sum(outcome.points for outcome in decision.outcomes)
    return {"points_spent": spent, "points_balance_after": case["member"]["points"] - spent}


def a_campaign(rule: Case) -> Case:
    return {
        "id": f"campaign {rule['id']}", "name": "c", "starts_on": "2000-01-01", "ends_on": "2099-12-31",
        "audience": None, "offline": "always", "rules": [rule],
    }  # fmt: skip


COUPON = "next order"


@kind(lambda case: types(case) == {"issue_coupon"})
def a_coupon_for_the_next_order(case: Case) -> Case:
    """Such a coupon is a point of a currency of its own: earned by this order, and spent from the next one on."""
    effect = effects(case)[0]
    conditions = case["program"]["promotions"][0]["conditions"]
    bare = copy.deepcopy(case)
    bare["program"]["promotions"] = []
    translation = translated(bare)
    of = "unit" if "points_per_unit" in effect else "order"
    translation.program["earning"] = [
        {
            "id": "e", "points": COUPON, "of": of, "per": 1, "mode": "full_unit",
            "points_milli": effect[f"points_per_{of}"] * 1000, "condition": condition_of(conditions),
        }
    ]  # fmt: skip
    rule = {
        "id": "r", "name": "r", "trigger": "choice", "priority": 0, "cost_points": 1,
        "effect": {"kind": "percent_off", "target": "order", "basis_points": 1000},
    }  # fmt: skip
    translation.program |= {"campaigns": [a_campaign(rule)], "order_of_application": []}
    translation.member = replace(translation.member, balance=0)  # as it is before the order has been paid
    translation.presented = (Presentation("claim", picked("r"), ""),)
    decision = decide(translation.facts)
    points = sum(part.points for part in decision.earned if part.currency == COUPON)
    assert decision.points == 0
    refusals = [refusal.reason for refusal in decision.presented[0].refusals]
    return {
        "coupon_points": points,
        "coupon_points_before_payment": translation.member.balance,
        "coupon_points_after_payment": translation.member.balance + points,
        "claimable_in_this_order": refusals != [Reason.INSUFFICIENT_POINTS],
        "total_payable": money(decision.payable),
    }


def condition_of(conditions: Case) -> Case:
    if "min_total" in conditions:
        return {"fact": "order.total", "op": "at_least", "value": cents(conditions["min_total"]["value"])}
    return {"fact": "order.quantity", "op": "at_least", "value": conditions["min_qty"]["value"]}


@kind(lambda case: "registered_discounts" in case["action"])
def a_budget_that_is_used(case: Case) -> Case:
    """A budget of uses counts orders, whatever number of lines; one of money takes a redemption after the other."""
    amounts = [cents(amount) for amount in case["action"]["registered_discounts"]]
    budget = case["program"]["promotions"][0]["budget"]
    if budget["type"] == "usage":
        used = budget["used"]
        for decision in decisions_one_by_one(case, [amounts], used):
            outcome = decision.automatic[0]
            assert [share for _, share in outcome.allocation] == amounts
            used += outcome.is_approved
        return {"budget_used": used}
    given = [
        one.discount for one in decisions_one_by_one(case, [[one] for one in amounts], cents(budget["used"]))
    ]
    assert given == [amounts[0], 0]  # the second one finds nothing left
    return {"budget_used": money(cents(budget["used"]) + sum(given))}


def decisions_one_by_one(case: Case, orders: list[list[int]], used: int) -> list[Decision]:
    """Decide orders with lines of these amounts, each knowing what the ones before have used of the budget."""
    decisions = []
    for amounts in orders:
        ours = copy.deepcopy(case)
        ours["action"] = {}
        ours["order"]["lines"] = [
            {"id": str(place), "sku": "A", "qty": 1, "unit_price": money(amount)}
            for place, amount in enumerate(amounts)
        ]
        translation = translated(ours)
        for key in (uses_key("r0001"), discount_key("r0001")):
            translation.known[key] = used
        decisions.append(decide(translation.facts))
        used += decisions[-1].discount
    return decisions


@kind(lambda case: "concurrent_redemptions" in case["action"])
def a_code_taken_at_the_same_time(case: Case) -> Case:
    """Whoever comes second decides with the first one's use: a decision and its effects are one step."""
    ours = copy.deepcopy(case)
    times = ours["action"].pop("concurrent_redemptions")
    approved = []
    for _ in range(times):
        ours["action"]["used_total"] = sum(approved)
        outcome = decide(translated(ours).facts).presented[0]
        approved.append(outcome.is_approved)
    return {"accepted": approved.count(True), "rejected": approved.count(False)}


@kind(lambda case: case["action"].get("offline") is True)
def points_spent_offline(case: Case) -> Case:
    """The station's own entries lower the balance at once; HQ takes the same points from the lots."""
    ours = copy.deepcopy(case)
    ours["action"] = {"points_to_spend": case["action"]["points_to_spend"]}
    facts = translated(ours).facts
    decision = decide(facts)
    spent = -own_effect(facts, decision, POINTS_SPENT)
    balance = case["member"]["points"]
    at_hq = spend(Account((Lot("old", balance, balance, SOME_DAY),)), spent, day=SOME_DAY)
    assert isinstance(at_hq, Spending)
    return {
        "points_balance_after_local": balance - spent,
        "points_balance_after_sync": at_hq.account.active(SOME_DAY),
    }


def own_effect(facts: Facts, decision: Decision, effect_kind: str) -> int:
    """What the entries of an order do to the station's own figures, before HQ has heard of them."""
    attendance = Attendance(link="offline")
    entries: list[tuple[str, Any]] = [(ORDER, order_record(facts, decision, attendance))]
    entries += [
        (REDEEM, redemption_record(facts, outcome, shown, attendance))
        for outcome, shown in zip(decision.presented, facts.presented, strict=True)
    ]
    found = [effect for entry_type, body in entries for effect in effects_of(entry_type, body)]
    assert effect_kind in (POINTS_SPENT, POINTS_PENDING)
    return sum(effect.delta for effect in found if effect.kind == effect_kind)

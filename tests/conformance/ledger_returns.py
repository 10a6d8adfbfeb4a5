"""Cases about returns: the order is sold first, by the engine, and what it stored is what the return works from."""

import copy
from dataclasses import dataclass, replace

import orjson

from app.cases.translate import Translation
from app.core.decision import decide
from app.core.gift_cards import (
    CardEntry,
    CardEntryKind,
    GiftCard,
    WhenUsed,
    balance,
    issue,
    jurisdiction_of,
    take_back,
    tender_of,
)
from app.core.lots import Account, Lot, Spending, Taken, credit, deduct, put_back, spend, total
from app.core.outcome import Decision
from app.core.paid_order import KeptLine, PaidLine, PaidOrder, PaidRedemption, ReturnedUnits, ReturnOutcome
from app.core.program_format import read_program
from app.core.reasons import Refusal
from app.core.returns import Recount, give_back
from tests.conformance.ledger_kinds import Case, cents, kind, money, types
from tests.conformance.ledger_orders import translated
from tests.conformance.ledger_points import SOME_DAY, has_return_policy

RETURN_KEYS = {"refund", "refund_lines", "refund_of", "points_spent_in_order"}


def is_return_of_points_and_money(case: Case) -> bool:
    action = case["action"]
    is_return = bool(action) and action.keys() <= RETURN_KEYS
    return is_return and not has_return_policy(case) and types(case) != {"sell_gift_card"}


@dataclass(frozen=True)
class Sale:
    """An order as it was sold, and the member's points afterwards."""

    translation: Translation
    decision: Decision
    account: Account
    order: PaidOrder


def sold(case: Case) -> Sale:
    """Sell the order of a case; the balance the case speaks of is the one afterwards, where it says one."""
    bare = copy.deepcopy(case)
    bare["action"] = {}
    member = bare["member"]
    before = member.pop("points_before_order", 0)
    after = member.pop("points", None)
    bare["member"]["points"] = before
    translation = translated(bare)
    decision = decide(translation.facts)
    spent = sum(outcome.points for outcome in decision.outcomes)
    spending = spend(Account((Lot("old", before, before, SOME_DAY),)), spent, day=SOME_DAY)
    assert isinstance(spending, Spending)
    account = credit(spending.account, Lot("order", decision.points, decision.points, SOME_DAY))
    assert after is None or account.active(SOME_DAY) == after
    assert spent == case["action"].get("points_spent_in_order", spent)
    assert decision.points == case["action"].get("refund_of", {}).get("points_earned", decision.points)
    return Sale(translation, decision, account, paid_order(translation, decision, spending.taken))


def paid_order(translation: Translation, decision: Decision, taken: tuple[Taken, ...]) -> PaidOrder:
    """Put down what was stored of the order. Points of several redemptions would have to be told apart."""
    spending = [outcome for outcome in decision.outcomes if outcome.points]
    assert len(spending) <= 1 and decision.tax == 0
    given: dict[int, int] = {}
    for outcome in decision.outcomes:
        for number, share in outcome.allocation:
            given[number] = given.get(number, 0) + share
    lines = tuple(
        PaidLine(line.line, line.quantity_milli, line.amount, given.get(line.line, 0))
        for line in translation.order.lines
    )
    redemptions = tuple(
        PaidRedemption(
            redemption_id=outcome.rule_id,
            shares=outcome.allocation,
            points=tuple((part.lot_id, part.points) for part in taken) if outcome.points else (),
        )
        for outcome in decision.outcomes
        if outcome.is_approved
    )
    return PaidOrder(lines, redemptions, earned=(("points", decision.points),))


def earned_again(translation: Translation, kept: tuple[KeptLine, ...]) -> dict[str, int]:
    """What the lines that were kept would have earned, by the engine: paid as they were, with no more discounts."""
    program = {**translation.program, "campaigns": [], "order_of_application": []}
    by_number = {line.line: line for line in translation.order.lines}
    lines = tuple(
        replace(by_number[one.line], quantity=one.quantity_milli // 1000, amount=one.remaining)
        for one in kept
    )
    facts = replace(
        translation.facts,
        program=read_program(orjson.dumps(program, option=orjson.OPT_SORT_KEYS)),
        order=replace(translation.order, lines=lines),
        presented=(),
    )
    return {"points": decide(facts).points}


def returned(case: Case, sale: Sale) -> ReturnOutcome:
    """Return the lines that a case names, or all of them."""
    if case["action"].get("refund") == "full":
        units = [ReturnedUnits(line.line, line.left_milli) for line in sale.order.lines]
    else:
        by_sku = {line.sku: line.line for line in sale.translation.order.lines}
        units = [
            ReturnedUnits(by_sku[one["sku"]], one["qty"] * 1000) for one in case["action"]["refund_lines"]
        ]
    recount = Recount(lambda _, __: 0, lambda kept: earned_again(sale.translation, kept))
    return give_back(sale.order, units, recount=recount)


@kind(is_return_of_points_and_money)
def a_return(case: Case) -> Case:
    """Points that had been spent come back to their lots, and what was earned is taken back."""
    sale = sold(case)
    outcome = returned(case, sale)
    parts = [Taken(*share) for back in outcome.redemptions for share in back.points]
    lots, came_to = put_back(sale.account.lots, parts, day=SOME_DAY, renewed_id="renewed")
    taken_back = -sum(difference for _, difference in outcome.earned)
    deduction = deduct(replace(sale.account, lots=lots), taken_back, day=SOME_DAY)
    return {
        "paid": money(sale.decision.payable),
        "refund_amount": money(outcome.amount),
        "points_returned": total(came_to),
        "points_deducted": deduction.points,
        "points_balance_after": deduction.account.active(SOME_DAY),
    }


@kind(lambda case: types(case) == {"sell_gift_card"})
def a_gift_card_that_comes_back(case: Case) -> Case:
    """The card is emptied and its price given back; once it has been used, it is not taken back."""
    line, face = case["order"]["lines"][0], cents(case["program"]["promotions"][0]["effect"]["face"])
    card, issued = issue(GiftCard("card"), amount=face, on_day=SOME_DAY, law=jurisdiction_of(""))
    assert balance([issued]) == cents(case["action"]["card_balance"])
    price = cents(line["unit_price"])
    result = take_back(card, tender_of(card, [issued]), face=face, paid=price, when_used=WhenUsed.REFUSE)
    assert not isinstance(result, Refusal)
    entry, refund = result
    assert refund == price
    used = [issued, CardEntry("card", CardEntryKind.PAID, -1)]
    refused = take_back(card, tender_of(card, used), face=face, paid=price, when_used=WhenUsed.REFUSE)
    assert isinstance(refused, Refusal)
    return {"gift_card_balance_after": money(balance([issued, entry]))}


@kind(lambda case: case["action"].get("refund_to") == "wallet")
def a_refund_to_the_wallet(case: Case) -> Case:
    """What the till's own money had paid goes to the wallet instead of back over the counter."""
    sale = sold(case | {"member": {}, "program": {"promotions": []}})
    outcome = returned(case, sale)
    entries = [
        CardEntry("wallet", CardEntryKind.ISSUED, cents(case["member"]["wallet"])),
        CardEntry("wallet", CardEntryKind.GIVEN_BACK, outcome.till),
    ]
    return {"wallet_after": money(balance(entries))}

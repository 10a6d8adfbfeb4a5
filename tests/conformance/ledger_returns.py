"""Cases about returns: the order is sold first, by the engine, and what it stored is what the return works from."""

import copy
from dataclasses import dataclass, replace

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
from app.core.lots import Account, Lot, Spending, Taken, credit, deduct, spend, total
from app.core.lots import give_back as lots_given_back
from app.core.outcome import Decision, Facts
from app.core.paid_order import ReturnedUnits, ReturnOutcome
from app.core.reasons import Refusal
from app.core.returning import paid_order, recount
from app.core.returns import give_back
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
    """An order as it was sold, the member's points afterwards, and which lots had paid."""

    facts: Facts
    decision: Decision
    account: Account
    taken: tuple[Taken, ...]

    def returned(self, case: Case) -> ReturnOutcome:
        """Return the lines that a case names, or all of them."""
        order = paid_order(self.facts, self.decision)
        if case["action"].get("refund") == "full":
            units = [ReturnedUnits(line.line, line.left_milli) for line in order.lines]
        else:
            lines = {line.sku: line.line for line in self.facts.order.lines}
            wanted = case["action"]["refund_lines"]
            units = [ReturnedUnits(lines[one["sku"]], one["qty"] * 1000) for one in wanted]
        return give_back(order, units, recount=recount(self.facts, order))


def sold(case: Case) -> Sale:
    """Sell the order of a case; the balance the case speaks of is the one afterwards, where it says one."""
    bare = copy.deepcopy(case)
    bare["action"] = {}
    before = bare["member"].pop("points_before_order", 0)
    after = bare["member"].pop("points", None)
    bare["member"]["points"] = before
    facts = translated(bare).facts
    decision = decide(facts)
    spent = sum(outcome.points for outcome in decision.outcomes)
    spending = spend(Account((Lot("old", before, before, SOME_DAY),)), spent, day=SOME_DAY)
    assert isinstance(spending, Spending)
    account = credit(spending.account, Lot("order", decision.points, decision.points, SOME_DAY))
    assert after is None or account.active(SOME_DAY) == after
    assert spent == case["action"].get("points_spent_in_order", spent)
    assert decision.points == case["action"].get("refund_of", {}).get("points_earned", decision.points)
    return Sale(facts, decision, account, spending.taken)


@kind(is_return_of_points_and_money)
def a_return(case: Case) -> Case:
    """Points that had been spent come back to their lots, and what was earned is taken back."""
    sale = sold(case)
    outcome = sale.returned(case)
    points = sum(part for back in outcome.redemptions for _, part in back.points)
    back = lots_given_back(sale.account.lots, sale.taken, points, day=SOME_DAY, renewed_id="renewed")
    taken_back = -sum(difference for _, difference in outcome.earned)
    deduction = deduct(replace(sale.account, lots=back.lots), taken_back, day=SOME_DAY)
    return {
        "paid": money(sale.decision.payable),
        "refund_amount": money(outcome.amount),
        "points_returned": total(back.returned),
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
    outcome = sale.returned(case)
    entries = [
        CardEntry("wallet", CardEntryKind.ISSUED, cents(case["member"]["wallet"])),
        CardEntry("wallet", CardEntryKind.GIVEN_BACK, outcome.till),
    ]
    return {"wallet_after": money(balance(entries))}

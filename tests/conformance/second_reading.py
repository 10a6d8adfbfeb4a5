"""A second reading of the order cases, written from the pages of the format alone and without a look at the product.

Its job is to disagree: `read` computes everything a case may expect, as plainly as possible, so that a difference to
the product's answer shows a mistake on one side. It is slow, it knows one order at a time, and no other code uses it.

Where the pages are silent it reads as follows (`random_cases` stays away from these, unless told otherwise):
- Negative lines lower the total an order discount is taken of and may take, whether they are chosen or not; they get
  no discount themselves.
- A whole-order percentage is weighed by what it is taken of: what is left of the lines, or what there was at first.
- A floor holds for every unit: half of a line's units can give half of the room only.
- A tier is measured on the initial total or quantity of the lines chosen, and its percentage rounded by line.
- Steps by unit count the units of all lines chosen as one series; they are shared like an amount off.
- A cap over several lines is shared in proportion to what each line would have got.
- `cheapest_line` is the line of the cheapest unit; the cheapest unit of less than one unit is all there is. A line
  at its floor has nothing left that could be given.
- Bought and free units may stand on the same lines in any mixture. Set after set, the bought ones are chosen first
  (of equal ones the earlier), unless the dearest are to be free, and leave the free ones what only these can be. Units
  worth nothing are left out, of weighed goods only whole units count. What makes single units free takes nothing off
  the others of the line; any other discount takes its part off each.
- Promotions that `order_of_application` leaves out come after it, by priority. Points and payments always come last.
- An exclusive promotion that is refused or has no effect excludes nobody; `always_stackable` stands beside it. One that
  finds something to do only after others have applied is excluded by them.
- `best_of`: the one that itself saves most at its turn, ties to the one evaluated first. Who has no effect, or whom
  points or budget are missing for, doesn't compete and keeps that reason.
- A group's limit counts promotions that had an effect. A spend budget with nothing left is exhausted, not exceeded.
- A promotion whose code isn't presented isn't there: neither applied nor refused.
- `reject_all`: any refusal refuses all discounts, for whatever reason, and so does an unknown code.
- Without `member.points` the balance isn't known, and rewards are not refused for it.
- Points paid count as a discount of the lines; whoever asks to pay with more than there are pays with none.
- Earning counts tax, but no levies; full units are counted by factor. A bonus needs something that isn't free.
- A bundle takes the dearest units there are (of equal ones the earlier), shares its discount among them by their worth
  and uses them up.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.conformance import second_reading_points as points_of
from tests.conformance.second_reading_conditions import first, reasons_against
from tests.conformance.second_reading_effects import Plan, plan
from tests.conformance.second_reading_lines import ReadLine, cents, money, read_line

Promotion = dict[str, Any]


@dataclass
class Outcome:
    """One run through the promotions: the lines afterwards, who applied, who was refused for what."""

    lines: list[ReadLine]
    points: int | None
    applied: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    points_spent: int = 0
    prompts: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    saved: dict[str, int] = field(default_factory=dict)  # by promotion
    able: set[str] = field(default_factory=set)  # the barred ones that could have applied

    @property
    def payable(self) -> int:
        return sum(line.payable() + line.levy for line in self.lines)


def read(case: dict[str, Any]) -> dict[str, Any]:
    """Everything a case may expect, whether or not it does; money as decimal strings, points as whole numbers."""
    claimed, unknown = _claimed(case)
    sequence = [p for p in _in_order(claimed, case["program"]) if p["effect"]["type"] not in _AFTERWARDS]
    outcome = _stacked(sequence, case)
    all_or_nothing = (case["program"].get("policy") or {}).get("on_invalid") == "reject_all"
    if all_or_nothing and (unknown or outcome.refused):
        outcome = _nothing(outcome.refused, sequence, case)
    return _settled(outcome, claimed, case, unknown=unknown)


_AFTERWARDS = points_of.PAYING | points_of.TENDERING | points_of.EARNING


def _claimed(case: dict[str, Any]) -> tuple[list[Promotion], bool]:
    """The promotions that are there for this order, and whether a code was presented that none of them has."""
    codes = (case.get("action") or {}).get("code") or []
    codes = [codes] if isinstance(codes, str) else codes
    promotions = case["program"]["promotions"]
    known = {promotion.get("code") for promotion in promotions}
    claimed = [p for p in promotions if p.get("code") is None or p["code"] in codes]
    return claimed, any(code not in known for code in codes)


def _in_order(promotions: list[Promotion], program: dict[str, Any]) -> list[Promotion]:
    stated = list(program.get("order_of_application") or [])
    return sorted(
        promotions,
        key=lambda p: (stated.index(p["id"]) if p["id"] in stated else len(stated), -p.get("priority", 0)),
    )


def _lines(case: dict[str, Any]) -> list[ReadLine]:
    basis = (case["program"].get("policy") or {}).get("amount_basis", "line_price")
    return [read_line(raw, basis=basis) for raw in case["order"]["lines"]]


def _balance(case: dict[str, Any]) -> int | None:
    member, action = case.get("member") or {}, case.get("action") or {}
    if "points" not in member:
        return None  # then nothing is refused for want of points
    return int(member["points"]) + int(action.get("points_earned_in_order") or 0)


def _run(sequence: list[Promotion], case: dict[str, Any], barred: dict[str, str]) -> Outcome:
    """Go through the promotions one after the other; the barred ones are only asked for their reason."""
    outcome = Outcome(_lines(case), _balance(case))
    for promotion in sequence:
        _consider(promotion, case, outcome, barred.get(promotion["id"]))
    return outcome


def _consider(promotion: Promotion, case: dict[str, Any], outcome: Outcome, barred: str | None) -> None:
    policy = case["program"].get("policy") or {}
    against = reasons_against(promotion, case, outcome.lines, running=True) | ({barred} if barred else set())
    planned = plan(promotion["effect"], outcome.lines, policy)
    own = _against_plan(promotion, planned, outcome, policy)
    if barred and not own:
        outcome.able.add(promotion["id"])
    against |= set() if barred else own
    for sku in planned.prompt:
        outcome.prompts.setdefault(sku, 0)
    if not against and not _goes_with_those_that_stand_alone(promotion, case, outcome):
        against = {"excluded_by_exclusive"}
    if against:
        outcome.refused[promotion["id"]] = first(against)
    else:
        _apply(promotion, planned, outcome)


def _goes_with_those_that_stand_alone(promotion: Promotion, case: dict[str, Any], outcome: Outcome) -> bool:
    """An exclusive one may find something to do only after others; whose turn was first stays."""
    if promotion.get("always_stackable"):
        return True
    before = [
        one
        for one in case["program"]["promotions"]
        if one["id"] in outcome.applied and not one.get("always_stackable")
    ]
    return not before or not (promotion.get("exclusive") or any(one.get("exclusive") for one in before))


def _against_plan(promotion: Promotion, planned: Plan, outcome: Outcome, policy: dict[str, Any]) -> set[str]:
    against = set()
    budget = promotion.get("budget")
    spends = planned.total if budget and budget["type"] == "spend" else 0
    if budget and spends and spends + cents(budget.get("used", "0")) > cents(budget["limit"]):
        against.add("budget_exceeded")
    limit = (policy.get("group_limits") or {}).get(promotion.get("group"))
    if limit is not None and outcome.groups.get(promotion["group"], 0) >= limit:
        against.add("group_limit")
    cost = int(promotion.get("cost_points") or 0)
    if cost and outcome.points is not None and outcome.points < cost:
        against.add("insufficient_points")
    if not planned.does_something:
        against.add("no_effect")
    return against


def _apply(promotion: Promotion, planned: Plan, outcome: Outcome) -> None:
    for index, more in planned.replaced.items():
        outcome.lines[index].initial += more
    for index, off in planned.discounts.items():
        outcome.lines[index].take(off, frees=planned.frees)
    for index, units in planned.used.items():
        outcome.lines[index].units_used += units
    outcome.applied.append(promotion["id"])
    outcome.saved[promotion["id"]] = planned.total
    for sku, units in planned.prompt.items():
        outcome.prompts[sku] = outcome.prompts[sku] + units
    cost = int(promotion.get("cost_points") or 0)
    outcome.points_spent += cost
    if outcome.points is not None:
        outcome.points -= cost
    if promotion.get("group") is not None:
        outcome.groups[promotion["group"]] = outcome.groups.get(promotion["group"], 0) + 1


def _stacked(sequence: list[Promotion], case: dict[str, Any]) -> Outcome:
    """The exclusive promotion with the highest priority that has an effect stands alone; else all go together."""
    exclusives = sorted((p for p in sequence if p.get("exclusive")), key=lambda p: -p.get("priority", 0))
    for alone in exclusives:
        barred = {
            p["id"]: "excluded_by_exclusive"
            for p in sequence
            if p is not alone and not p.get("always_stackable")
        }
        outcome = _with_best(sequence, case, barred)
        if alone["id"] in outcome.applied:
            return outcome
    return _with_best(sequence, case, {})


def _with_best(sequence: list[Promotion], case: dict[str, Any], barred: dict[str, str]) -> Outcome:
    """Try every way to let one promotion of each `best_of` group apply; keep the one in which these save most."""
    groups: dict[str, list[str]] = {}
    for promotion in sequence:
        group = promotion.get("best_of")
        if group is None or promotion["id"] in barred:
            continue
        if not reasons_against(promotion, case, _lines(case), running=False):
            groups.setdefault(group, []).append(promotion["id"])
    runs: dict[tuple[str, ...], Outcome] = {}
    for winners in itertools.product(*groups.values()):
        losers = [one for group in groups.values() for one in group if one not in winners]
        runs[winners] = _run(sequence, case, barred | dict.fromkeys(losers, "not_best"))
    best = max(runs.items(), key=lambda run: [_success(run[1], run[0]), -list(runs).index(run[0])])[1]
    for tried, outcome in runs.items():  # who could never have applied didn't lose: it keeps its own reason
        for one in set(tried) - best.able:
            if one in outcome.refused and best.refused.get(one) == "not_best":
                best.refused[one] = outcome.refused[one]
    return best


def _success(outcome: Outcome, winners: tuple[str, ...]) -> tuple[int, int]:
    """What the winners saved, and how many of them applied at all: a gift saves nothing and is more than no effect."""
    applied = [one for one in winners if one in outcome.applied]
    return sum(outcome.saved[one] for one in applied), len(applied)


def _nothing(refused: dict[str, str], sequence: list[Promotion], case: dict[str, Any]) -> Outcome:
    """Who was refused keeps the reason; the others are refused for its sake."""
    nothing = _run(sequence, case, {promotion["id"]: "stack_invalid" for promotion in sequence})
    nothing.refused |= refused
    return nothing


def _settled(
    outcome: Outcome, claimed: list[Promotion], case: dict[str, Any], *, unknown: bool
) -> dict[str, Any]:
    """Points paid, tax, payments, points earned; then all figures."""
    before_points = [line.payable() for line in outcome.lines]
    afterwards = _afterwards(outcome, claimed, case)
    lines, payable = outcome.lines, outcome.payable
    paid = points_of.tendered([p for p in afterwards if p["effect"]["type"] == "tender"], case, payable)
    today = int((case.get("member") or {}).get("earned_today") or 0)
    before = points_of.worth_before(_lines(case))
    earned = points_of.earned(afterwards, lines, before_points, before, earned_today=today)
    reasons = ({"unknown_code"} if unknown else set()) | set(outcome.refused.values())
    return {
        "line_discounts": {line.id: money(line.given) for line in lines},
        "total_discount": money(sum(line.given for line in lines)),
        "total_payable": money(payable),
        "tax_total": money(sum(line.tax() for line in lines)),
        "amount_due": money(payable - paid),
        "tendered": money(paid),
        "points_earned": earned,
        "points_spent": outcome.points_spent,
        "refused": outcome.refused,
        "refusal_reason": first(reasons) if reasons else None,
        "free_units": outcome.prompts,
    }


def _afterwards(outcome: Outcome, claimed: list[Promotion], case: dict[str, Any]) -> list[Promotion]:
    """The points and payments that apply; paying with points happens on the way."""
    applied = []
    later = [p for p in _in_order(claimed, case["program"]) if p["effect"]["type"] in _AFTERWARDS]
    for promotion in sorted(later, key=lambda p: p["effect"]["type"] not in points_of.PAYING):
        against = reasons_against(promotion, case, outcome.lines, running=True)
        if not against and promotion["effect"]["type"] == "pay_with_points":
            against = _pay_with_points(promotion["effect"], case, outcome)
        if against:
            outcome.refused[promotion["id"]] = first(against)
        else:
            applied.append(promotion)
    return applied


def _pay_with_points(effect: dict[str, Any], case: dict[str, Any], outcome: Outcome) -> set[str]:
    remainder = (case["program"].get("policy") or {}).get("remainder", "largest")
    had, wanted = outcome.points, int((case.get("action") or {}).get("points_to_spend") or 0)
    if had is not None and had < max(wanted, points_of.step_of(effect)):
        return {"insufficient_points"}
    spent = points_of.pay_with_points(effect, case, outcome.lines, had, remainder)
    outcome.points_spent += spent
    outcome.points = None if had is None else had - spent
    return set() if spent else {"no_effect"}

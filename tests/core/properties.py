"""What must hold of allocation, decision and earning, as plain functions: the searches and the planted bugs share them.

They reach the engine through its modules, so that a planted bug (a patched function) is what they look at.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

import orjson

from app.core import allocation, decision, earning, facts_record, quote, records
from app.core.canonical import canonical
from app.core.circumstances import Circumstances
from app.core.effects import PointsPayment
from app.core.member import Member
from app.core.order import Line
from app.core.outcome import Decision, Facts
from app.core.policy import Multipliers, Policy
from app.core.reasons import Reason, Refusal
from app.core.sheet import sheet_of
from tests.core import exactly, oracle
from tests.core.facts import MEMBER, order

NOTHING = (Reason.NO_EFFECT, Reason.POINTS_MIN_NOT_MET)
Allocating = tuple[int, list[int], list[int]]  # amount, weights, limits


def search(
    check: Callable[[Any], None],
    cases: Callable[[Random], Any],
    *,
    examples: int = 400,
    read_anew: bool = False,
) -> None:
    """Look for a case that breaks a property; the same cases each time, so that a planted bug is surely found.

    Cases are made once for all searches; `read_anew` makes them under a bug that sits where programs are read.
    """
    for seed in range(examples):
        case = cases(Random(seed)) if read_anew else _case(cases, seed)
        try:
            check(case)
        except AssertionError as found:
            found.add_note(f"seed {seed}: {case}")
            raise


@lru_cache(maxsize=8000)
def _case(cases: Callable[[Random], Any], seed: int) -> Any:
    return cases(Random(seed))


def allocation_is_exact(case: Allocating) -> None:
    """The shares sum to the amount, or to all there is; none is negative or above its limit."""
    amount, weights, limits = case
    shares = allocation.allocate(amount, weights=weights, limits=limits)
    able = sum(limit for weight, limit in zip(weights, limits, strict=True) if weight)
    assert len(shares) == len(weights)
    assert sum(shares) == min(amount, able)
    assert all(0 <= share <= limit for share, limit in zip(shares, limits, strict=True))
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


def allocation_is_by_largest_remainder(case: Allocating) -> None:
    """Every share is its exact share, rounded; cents left over go by largest remainder, then place."""
    amount, weights, limits = case
    shares = allocation.allocate(amount, weights=weights, limits=limits)
    exact = exactly.exact_shares(amount, weights, limits)
    assert all(abs(share - fair) < 1 for share, fair in zip(shares, exact, strict=True))
    up = [(fair - int(fair), -place) for place, fair in enumerate(exact) if shares[place] > fair]
    down = [
        (fair - int(fair), -place) for place, fair in enumerate(exact) if int(fair) == shares[place] < fair
    ]
    assert not up or not down or min(up) > max(down)


def allocation_holds(case: Allocating) -> None:
    allocation_is_exact(case)
    allocation_is_by_largest_remainder(case)


def allocation_is_as_the_oracle_says(case: Allocating) -> None:
    amount, weights, limits = case
    shares = allocation.allocate(amount, weights=weights, limits=limits)
    assert shares == exactly.whole_shares(amount, weights, limits)


def sums_are_exact(facts: Facts) -> None:
    """Allocations are what discounts and totals say; no line gives what it has not, and none goes below its floor."""
    decided, audit = decision.decide(facts), oracle.Audit(facts)
    outcomes = decided.outcomes
    amounts = {left.number: left.line for left in audit.lines}
    assert decided.total == sum(line.amount for line in amounts.values())
    assert decided.discount == sum(outcome.discount for outcome in outcomes)
    for outcome in outcomes:
        assert outcome.discount == sum(share for _, share in outcome.allocation)
        assert all(share > 0 for _, share in outcome.allocation)
        assert [number for number, _ in outcome.allocation] == sorted(
            number for number, _ in outcome.allocation
        )
        gives = outcome.allocation or outcome.gifts or outcome.credit or outcome.paid or outcome.counts
        assert bool(gives) is outcome.is_approved
        assert outcome.is_approved or not outcome.points
    for number, line in amounts.items():
        given_ = sum(share for outcome in outcomes for place, share in outcome.allocation if place == number)
        assert (
            given_ == 0 if line.amount <= 0 else line.amount - given_ >= min(max(line.floor, 0), line.amount)
        )
    assert sum(outcome.points for outcome in outcomes) <= audit.points


def every_rule_gives_what_it_must(facts: Facts) -> None:
    """Walk the outcomes in turn and hold each against the audit's own figures; at the end what is due, with its tax."""
    decided, audit = decision.decide(facts), oracle.Audit(facts)
    for _, rule, outcome in oracle.in_turn(facts, decided):
        if outcome.is_approved:
            must = audit.must(rule, outcome)
            assert dict(outcome.allocation) == must.shares
            assert (outcome.gifts, outcome.credit, outcome.paid) == (must.gifts, must.credit, must.paid)
            assert (outcome.points, outcome.counts) == (must.points or rule.cost_points, must.counts)
            audit.take(must, outcome)
        elif outcome.refusals[0].reason in NOTHING and facts.program.policy.codes == "each":
            must = audit.must(rule, outcome)
            assert not (must.shares or must.gifts or must.credit or must.points or must.counts)
    assert (decided.payable, decided.tax) == (audit.payable(), audit.tax())
    assert decided.due == audit.payable() - audit.paid - sum(tender.amount for tender in decided.tenders)
    assert decided.points == _points(audit, decided)


def _points(audit: oracle.Audit, decided: Decision) -> int:
    """A point for each full unit paid for goods, with tax and before gift cards."""
    if audit.facts.member is None:
        return 0
    goods = [left for left in audit.lines if left.line.kind == "goods"]
    paid = sum(audit.paid_for(left) for left in goods)
    if audit.paid:
        return decided.points  # which lines points have paid is told by tests of their own
    return max(paid, 0) // 100


def vouchers_are_not_overused(facts: Facts) -> None:
    """Of a code's presentations no more are approved than it has uses left."""
    approved: Counter[str] = Counter()
    for shown, outcome in zip(facts.presented, decision.decide(facts).presented, strict=True):
        voucher = shown.voucher
        approved[voucher.code_hash] += outcome.is_approved
        assert outcome.redemption_id == shown.redemption_id
        assert not voucher.uses_max or approved[voucher.code_hash] <= max(voucher.uses_max - voucher.uses, 0)


def scan_order_changes_nothing(rescan: tuple[Facts, Sequence[Any], Sequence[Any]]) -> None:
    """The same vouchers in another order, and the same numbered lines listed otherwise: the same for each of them."""
    facts, presented, lines = rescan
    other = replace(facts, presented=tuple(presented), order=replace(facts.order, lines=tuple(lines)))
    before, after = decision.decide(facts), decision.decide(other)
    assert by_redemption(before) == by_redemption(after)
    assert replace(before, presented=()) == replace(after, presented=())


def by_redemption(decided: Decision) -> dict[str | None, Any]:
    return {outcome.redemption_id: outcome for outcome in decided.presented}


def replay_gives_the_same(facts: Facts) -> None:
    """The quote is the decision, and its record, through canonical bytes, is decided the same by HQ.

    Only automatic rules that don't apply, which stand in no record, are left out of what HQ decides.
    """
    decided = decision.decide(facts)
    assert quote.quote(facts).decision == decided
    attendance = records.Attendance("offline")
    data = orjson.loads(canonical(records.order_record(facts, decided, attendance)))
    assert facts_record.read_facts(data, facts.program) == facts
    again = records.replay_order(data, facts.program)
    applied = tuple(outcome for outcome in decided.automatic if outcome.is_approved)
    assert again == replace(decided, automatic=applied)
    assert records.order_differences(data, again) == []
    for shown, outcome in zip(facts.presented, decided.presented, strict=True):
        redemption = records.redemption_record(facts, outcome, shown, attendance)
        assert records.redemption_differences(orjson.loads(canonical(redemption)), again) == []


def the_index_leaves_nothing_out(facts: Facts) -> None:
    """Every automatic rule that applies is found by what is in the order, and without explanations all is the same."""
    decided = decision.decide(facts)
    found = facts.program.index.find(decision.circumstances(facts))
    assert found == sorted(set(found))
    applied = tuple(outcome for outcome in decided.automatic if outcome.is_approved)
    assert all(facts.program.rules_by_id[outcome.rule_id] in found for outcome in applied)
    assert decision.decide(facts, explain=False) == replace(decided, automatic=applied)


def what_is_given_stays_within_limits(facts: Facts) -> None:
    """No campaign is used more often than it may be, nor gives more than was set aside; what nobody knows stops it."""
    decided = decision.decide(facts)
    given_: Counter[str] = Counter()

    def counted(key: str) -> int:
        assert key in facts.known
        return facts.known[key]

    for outcome in decided.outcomes:
        given_[outcome.campaign_id] += outcome.discount
    goods = sum(line.amount for line in facts.order.lines if line.kind == "goods")
    for name in {outcome.campaign_id for outcome in decided.outcomes if outcome.is_approved}:
        campaign = next(one for one in facts.program.campaigns if one.campaign_id == name)
        limits, budget = campaign.limits, campaign.budget
        if limits is not None:
            assert limits.uses is None or counted(f"uses:{name}") < limits.uses
            assert all(
                counted(f"member_uses:{name}/{one.period}") < one.at_most for one in limits.member_uses
            )
            is_counted = limits.members is None or counted(f"member_counted:{name}")
            assert is_counted or counted(f"members:{name}") < (limits.members or 0)
            assert facts.member is not None or (limits.members is None and not limits.member_uses)
        if budget is not None:
            assert budget.uses is None or counted(f"uses:{name}") + 1 <= budget.uses
            assert budget.discount is None or counted(f"discount:{name}") + given_[name] <= budget.discount
            assert budget.order_value is None or counted(f"order_value:{name}") + goods <= budget.order_value


def campaigns_go_together_as_they_say(facts: Facts) -> None:
    """Of all that apply: the exclusive one alone, one of a group of best ones, and whoever goes with whom.

    Points are a payment, against which only those speak that name it; a campaign that pays with them applies by that.
    """
    decided, program = decision.decide(facts), facts.program
    approved = [program.rules[program.rules_by_id[o.rule_id]] for o in decided.outcomes if o.is_approved]
    applied = {campaign.campaign_id: campaign for campaign, _ in approved}
    paying = {c.campaign_id for c, rule in approved if isinstance(rule.effect, PointsPayment)}
    giving = [campaign for name, campaign in applied.items() if name not in paying]
    alone = [campaign for campaign in giving if campaign.stacking.is_exclusive]
    assert not alone or all(campaign is alone[0] or campaign.stacking.is_always for campaign in giving)
    best = Counter(campaign.stacking.best_of for campaign in giving if campaign.stacking.best_of)
    assert all(count == 1 for count in best.values())
    groups = Counter(campaign.stacking.group for campaign in giving if campaign.stacking.group)
    assert all(count <= program.policy.group_limits[group] for group, count in groups.items())
    for name, campaign in applied.items():
        stacking = campaign.stacking
        assert stacking.only_with <= applied.keys()
        assert applied.keys().isdisjoint(stacking.not_with - {name})
        assert "till" not in stacking.not_with or not facts.order.is_reduced
        paid = {str(tender.kind) for tender in decided.tenders if tender.amount}
        paid |= {
            "points" for c, rule in approved if c is not campaign and isinstance(rule.effect, PointsPayment)
        }
        assert paid.isdisjoint(stacking.not_with)
    shown = [outcome.is_approved for outcome in decided.presented]
    assert program.policy.codes != "all_or_none" or all(shown) or not any(shown)


def what_is_missing_is_enough(facts: Facts) -> None:
    """Whoever does what a refusal asks for doesn't hear it again."""
    decided = decision.decide(facts)
    for outcome in decided.outcomes:
        pair = facts.program.pair(outcome.rule_id)
        if pair is None or pair.rule.is_running:
            continue  # what is left when a rule's turn comes grows with the order, but by less
        for refusal in outcome.refusals:
            mended = _mended(facts, refusal)
            if mended is not None:
                again = {
                    one.rule_id: one for one in decision.decide(mended).outcomes if one.redemption_id is None
                }
                again |= {one.redemption_id: one for one in decision.decide(mended).presented}
                after = again[outcome.redemption_id or outcome.rule_id]
                assert refusal.reason not in {one.reason for one in after.refusals}


def _mended(facts: Facts, refusal: Refusal) -> Facts | None:
    """Return the facts with what a refusal says is missing; None where it says nothing of that kind."""
    missing, seen = refusal.numbers.get("missing"), facts.order
    more: Line | None = None
    match refusal.reason:
        case Reason.MEMBER_NEEDED:
            return replace(facts, member=MEMBER)
        case Reason.INSUFFICIENT_POINTS if facts.member is not None and len(facts.presented) == 1:
            return replace(
                facts, member=replace(facts.member, balance=facts.member.balance + int(missing or 0))
            )
        case Reason.HISTORY_NOT_MET:
            known = {key: count + int(missing or 0) for key, count in facts.known.items()}
            return replace(facts, known=known)
        case Reason.MIN_QTY_NOT_MET:
            more = Line(99, "espresso", int(missing or 0), 1)
        case Reason.MIN_TOTAL_NOT_MET if not any(line.tax_ppm for line in seen.lines):
            more = Line(99, "green", 1, int(missing or 0))
    return None if more is None else replace(facts, order=replace(seen, lines=(*seen.lines, more)))


def ten_times_the_money_is_ten_times_the_discount(twice: tuple[Facts, Facts]) -> None:
    """With all amounts ten times as large each outcome is too, but for a cent at each rounding."""
    one, ten = twice
    before, after = decision.decide(one), decision.decide(ten)
    assert after.total == before.total * 10
    cents = 0
    for small, large in zip(before.outcomes, after.outcomes, strict=True):
        assert small.is_approved is large.is_approved
        cents += 10 * len(one.order.lines)  # each line may have been rounded, and what came before as well
        assert abs(large.discount - small.discount * 10) <= cents


def points_are_floored_once(case: tuple[list[earning.EarningRule], int]) -> None:
    """Each rule gives its exact points less a fraction of one; by full units, the fractions of a unit count nothing."""
    rules, base = case
    seen = Circumstances(order(), Member("M1", is_known=True), {})
    sheet_ = sheet_of(order(Line(1, "soap", 1, base)), Policy())
    earned = earning.earn(rules, sheet=sheet_, seen=seen, multipliers=Multipliers.HIGHEST)
    expected = []
    for rule in rules:
        units = Fraction(max(base, 0), rule.per)
        if rule.mode is earning.EarningMode.FULL_UNIT:
            units = Fraction(int(units))
        points = int(units * Fraction(rule.points_milli, 1000))
        expected += [points] if points else []
    assert [part.points for part in earned] == expected

"""What must hold of allocation, decision and earning, as plain functions: the searches and the planted bugs share them.

They reach the engine through its modules, so that a planted bug (a patched function) is what they look at.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import orjson
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from app.core import allocation, decision, earning, facts_record, quote, records
from app.core.canonical import canonical
from app.core.conditions import Circumstances
from app.core.member import Member
from app.core.outcome import Decision, Facts
from app.core.reasons import Reason
from tests.core import oracle
from tests.core.facts import order

Allocating = tuple[int, list[int], list[int]]  # amount, weights, limits


def search(check: Callable[..., None], *cases: SearchStrategy[Any], examples: int = 400) -> None:
    """Look for a case that breaks a property; the same cases each time, so that a planted bug is surely found."""
    quick = settings(
        derandomize=True,
        database=None,
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        report_multiple_bugs=False,
    )
    quick(given(*cases)(check))()


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
    exact = oracle.exact_shares(amount, weights, limits)
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
    assert shares == oracle.whole_shares(amount, weights, limits)


def sums_are_exact(facts: Facts) -> None:
    """Allocations are what discounts and totals say; no line gives what it has not, and none goes below its floor."""
    decided = decision.decide(facts)
    outcomes = [*decided.presented, *decided.automatic]
    assert decided.total == sum(line.amount for line in facts.order.lines)
    assert decided.discount == sum(outcome.discount for outcome in outcomes)
    assert decided.payable == decided.total - decided.discount
    for outcome in outcomes:
        assert outcome.discount == sum(share for _, share in outcome.allocation)
        assert bool(outcome.allocation) is outcome.is_approved
        assert all(share > 0 for _, share in outcome.allocation)
    for line in facts.order.lines:
        given_ = sum(
            share for outcome in outcomes for number, share in outcome.allocation if number == line.line
        )
        assert (
            given_ == 0 if line.amount <= 0 else line.amount - given_ >= min(max(line.floor, 0), line.amount)
        )


def every_rule_gives_what_it_must(facts: Facts) -> None:
    """Walk the outcomes in turn and hold each against the audit's own figures."""
    audit = oracle.Audit(facts)
    for _, rule, outcome in oracle.in_turn(facts, decision.decide(facts)):
        expected = audit.expected(rule)
        if outcome.is_approved:
            assert dict(outcome.allocation) == expected
            audit.take(outcome.allocation)
        elif outcome.refusals[0].reason is Reason.NO_EFFECT:
            assert expected == {}


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


def points_are_floored_once(rules: list[earning.EarningRule], base: int) -> None:
    """Each rule gives its exact points less a fraction of one; by full units, the fractions of a unit count nothing."""
    seen = Circumstances(order(), Member("M1", is_known=True), {})
    points = earning.points_earned(rules, base=base, seen=seen)
    expected = 0
    for rule in rules:
        units = Fraction(max(base, 0), rule.per)
        if rule.mode is earning.EarningMode.FULL_UNIT:
            units = Fraction(int(units))
        expected += int(units * Fraction(rule.points_milli, 1000))
    assert points == expected >= 0

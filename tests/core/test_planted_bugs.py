"""The properties bite: each bug that people really write, planted into the engine, makes its property fail.

The searches are those of the property tests, with the same cases at every run.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.core import allocation, decision, earning, effects, quote, records
from app.core.effects import AmountOff, PercentOff, Target
from app.core.money import divide_half_up
from app.core.order import Line
from tests.core import properties, strategies

Bug = tuple[Any, str, Any]  # where it is planted, under which name, and the bug itself

allocate, apply, sort_key, line_record = (
    allocation.allocate,
    decision.apply,
    decision._sort_key,
    records._line_record,
)
about_voucher, decide = decision._about_voucher, decision.decide


def each_share_rounded(amount: int, *, weights, limits) -> list[int]:
    total = sum(weights) or 1
    return [min(divide_half_up(amount * w, total), limit) for w, limit in zip(weights, limits, strict=True)]


def never_clipped(amount: int, *, weights, limits) -> list[int]:
    return allocate(amount, weights=weights, limits=[amount] * len(limits))


def ties_to_the_later_line(amount: int, *, weights, limits) -> list[int]:
    return allocate(amount, weights=weights[::-1], limits=limits[::-1])[::-1]


def rest_to_the_first_line(amount: int, *, weights, limits) -> list[int]:
    shares = [min(amount * w // (sum(weights) or 1), limit) for w, limit in zip(weights, limits, strict=True)]
    rest = min(amount, sum(limit for w, limit in zip(weights, limits, strict=True) if w)) - sum(shares)
    for place, limit in enumerate(limits):
        more = min(rest, limit - shares[place]) if weights[place] else 0
        shares[place], rest = shares[place] + more, rest - more
    return shares


def by_scan_order(candidate) -> tuple[Any, ...]:
    return sort_key(candidate)[:-2]  # of equal rules, whoever was scanned first


def without_limit(member, voucher, *, uses: int, today) -> list[Any]:
    return about_voucher(member, voucher, uses=voucher.uses, today=today)  # forgets what this order has used


def without_clip(effect, lines, left, eligible) -> list[int]:
    return apply(effect, lines, [max(line.amount, 0) for line in lines], eligible)


def rounded_a_line(effect, lines, left, eligible) -> list[int]:
    if isinstance(effect, PercentOff) and effect.target is Target.ORDER and effect.cap is None:
        effect = replace(effect, target=Target.PRODUCTS)
    return apply(effect, lines, left, eligible)


def without_cap(effect, lines, left, eligible) -> list[int]:
    return apply(
        effect if isinstance(effect, AmountOff) else replace(effect, cap=None), lines, left, eligible
    )


def at_a_glance(table, campaign, rule) -> bool:
    return rule.condition is None  # what asks for more is left out too


def without_floor(line: Line) -> dict[str, Any]:
    return {key: value for key, value in line_record(line).items() if key != "floor"}


def own_mind(facts):
    return decide(replace(facts, presented=facts.presented[:1]))  # the quote shows less than is decided


def sum_floored_once(rules, *, base: int, seen) -> int:
    whole = [base // r.per * r.per if r.mode is earning.EarningMode.FULL_UNIT else base for r in rules]
    milli = sum(amount * r.points_milli / r.per for amount, r in zip(whole, rules, strict=True))
    return max(int(milli / 1000), 0)


def ceiling(rule, base: int) -> int:
    units = base // rule.per if rule.mode is earning.EarningMode.FULL_UNIT else base / rule.per
    return -int(-units * rule.points_milli // 1000)


def always_pro_rata(rule, base: int) -> int:
    return base * rule.points_milli // (rule.per * 1000)


def always_full_units(rule, base: int) -> int:
    return base // rule.per * rule.points_milli // 1000


def floored_a_unit(rule, base: int) -> int:
    return base // rule.per * (rule.points_milli // 1000)


def also_for_nothing(rules, *, base: int, seen) -> int:
    return sum(earning._points(rule, base) for rule in rules)  # a return of bottles costs points


ENOUGH = 3000  # a search ends with the first find, mostly within a hundred
ALLOCATION = (each_share_rounded, never_clipped, ties_to_the_later_line, rest_to_the_first_line)
WALK, SUMS, SCAN = (
    (properties.every_rule_gives_what_it_must, strategies.decidable),
    (properties.sums_are_exact, strategies.decidable),
    (properties.scan_order_changes_nothing, strategies.rescans),
)
USES, REPLAY = (
    (properties.vouchers_are_not_overused, strategies.decidable),
    (properties.replay_gives_the_same, strategies.decidable),
)
DECISION: tuple[tuple[Bug, tuple[Callable[..., None], Any]], ...] = (
    ((decision, "_sort_key", by_scan_order), SCAN),
    ((decision, "sorted", lambda rows, key: list(rows)), SCAN),
    ((decision, "_about_voucher", without_limit), USES),
    ((decision, "apply", without_clip), SUMS),
    ((decision, "apply", rounded_a_line), WALK),
    ((decision, "apply", without_cap), WALK),
    ((effects, "_remaining", lambda line, left: line.amount), WALK),  # a percentage of the initial amount
    ((effects, "divide_half_up", lambda a, b: -(-a // b)), WALK),
    ((effects, "divide_half_up", lambda a, b: a // b), WALK),
    ((effects, "allocate", ties_to_the_later_line), WALK),
    ((records, "_line_record", without_floor), REPLAY),
    ((quote, "decide", own_mind), REPLAY),
    ((decision._Table, "may_apply", at_a_glance), REPLAY),
    ((decision._Table, "may_apply", lambda table, campaign, rule: campaign.audience is None), REPLAY),
)
EARNING: tuple[Bug, ...] = (
    (earning, "_points", ceiling),
    (earning, "_points", always_pro_rata),
    (earning, "_points", always_full_units),
    (earning, "_points", floored_a_unit),
    (earning, "points_earned", sum_floored_once),
    (earning, "points_earned", also_for_nothing),
)


@pytest.mark.parametrize("check", [properties.allocation_holds, properties.allocation_is_as_the_oracle_says])
@pytest.mark.parametrize("bug", ALLOCATION)
def test_bugs_of_allocation_are_found(monkeypatch: pytest.MonkeyPatch, bug, check) -> None:
    monkeypatch.setattr(allocation, "allocate", bug)
    with pytest.raises(AssertionError):
        properties.search(check, strategies.allocations(12))


@pytest.mark.parametrize(("bug", "found_by"), DECISION)
def test_bugs_of_decisions_are_found(monkeypatch: pytest.MonkeyPatch, bug: Bug, found_by) -> None:
    module, name, planted = bug
    check, cases = found_by
    monkeypatch.setattr(module, name, planted, raising=name != "sorted")  # a builtin is no name of the module
    with pytest.raises(AssertionError):
        properties.search(check, cases(), examples=ENOUGH)


@pytest.mark.parametrize("bug", EARNING)
def test_bugs_of_earning_are_found(monkeypatch: pytest.MonkeyPatch, bug: Bug) -> None:
    monkeypatch.setattr(*bug)
    with pytest.raises(AssertionError):
        properties.search(properties.points_are_floored_once, strategies.earning_rules(), strategies.bases())

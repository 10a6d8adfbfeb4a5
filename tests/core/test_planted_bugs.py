"""The properties bite: each bug that people really write, planted into the engine, makes its property fail.

The searches are those of the property tests, with the same cases at every run.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.core import (
    allocation,
    conditions,
    decision,
    discounts,
    earning,
    index,
    limits,
    program_format,
    quote,
    records,
    sheet,
    stacking,
    table,
    tax,
    unit_sets,
)
from app.core.effects import Target
from app.core.money import MILLION, divide_half_up
from app.core.order import MILLI
from app.core.policy import Remainder
from app.core.reasons import Refusal
from tests.core import properties, strategies
from tests.core.test_allocation import SMALL

Bug = tuple[Any, str, Any]  # where it is planted, under which name, and the bug itself

allocate, percent_off, place_in_order = (
    allocation.allocate,
    discounts._percent_off,
    program_format.place_in_order,
)
decide, line_record, presentation_record, facts_record = (
    decision.decide,
    records.line_record,
    records.presentation_record,
    records.facts_record,
)
points_paid, by_worth, taking, short_of = (
    table.points_paid,
    unit_sets._by_worth,
    sheet.Sheet.take,
    conditions._short_of,
)
about_voucher, refused_by_budget, totals_of = (
    table.Table._about_voucher,
    table.refused_by_budget,
    sheet.totals_of,
)


# --- sharing out -------------------------------------------------------------------------------------------------


def each_share_rounded(amount: int, *, weights, limits, remainder=None) -> list[int]:
    total = sum(weights) or 1
    return [min(divide_half_up(amount * w, total), limit) for w, limit in zip(weights, limits, strict=True)]


def never_clipped(amount: int, *, weights, limits, remainder=Remainder.LARGEST) -> list[int]:
    return allocate(amount, weights=weights, limits=[amount] * len(limits), remainder=remainder)


def ties_to_the_later_line(amount: int, *, weights, limits, remainder=Remainder.LARGEST) -> list[int]:
    return allocate(amount, weights=weights[::-1], limits=limits[::-1], remainder=remainder)[::-1]


def rest_to_the_first_line(amount: int, *, weights, limits, remainder=None) -> list[int]:
    shares = [min(amount * w // (sum(weights) or 1), limit) for w, limit in zip(weights, limits, strict=True)]
    rest = min(amount, sum(limit for w, limit in zip(weights, limits, strict=True) if w)) - sum(shares)
    for place, limit in enumerate(limits):
        more = min(rest, limit - shares[place]) if weights[place] else 0
        shares[place], rest = shares[place] + more, rest - more
    return shares


def remainder_forgotten(amount: int, *, weights, limits, remainder=None) -> list[int]:
    return allocate(amount, weights=weights, limits=limits)


# --- effects on lines --------------------------------------------------------------------------------------------


def without_cap(effect, seen, places) -> list[int]:
    return percent_off(replace(effect, cap=None), seen, places)


def rounded_a_line(effect, seen, places) -> list[int]:
    is_plain = effect.target is Target.ORDER and effect.cap is None
    return percent_off(replace(effect, target=Target.PRODUCTS) if is_plain else effect, seen, places)


def without_clip(seen, places, wanted) -> list[int]:
    return [wanted(place) if place in places else 0 for place in range(len(seen.lines))]


def bound_left_out(measure, steps, seen, places, *, below: int) -> int:
    reached = sum(seen.lines[place].amount for place in places)
    return max([step for step in steps if step[0] < reached], default=(0, below))[1]


def cheapest_line(seen, places) -> list[int]:
    open_lines = [place for place in places if seen.left[place] > 0]
    return [min(open_lines, key=lambda place: seen.remaining[place])] if open_lines else []


# --- units -------------------------------------------------------------------------------------------------------


def always_cheapest_first(seen, places, *, dearest_first: bool) -> list[int]:
    return by_worth(seen, places, dearest_first=False)


def later_line_first(seen, places, *, dearest_first: bool) -> list[int]:
    return by_worth(seen, places, dearest_first=dearest_first)[::-1]


def also_off_the_unused(seen, shares, used=()) -> None:
    taking(seen, shares)


def an_incomplete_set_gives_what_it_has(pool, places, units: int) -> dict[int, int] | None:
    picked: dict[int, int] = {}
    for place in places:
        taken = min(pool.open(place), units - sum(picked.values()))
        if taken:
            picked[place] = taken
            pool.used[place] = pool.used.get(place, 0) + taken
    return picked or None


# --- money at the end --------------------------------------------------------------------------------------------


def tax_of_the_sum(seen) -> sheet.Totals:
    found = totals_of(seen)
    gross = sum(seen.amount_now(p) for p, line in enumerate(seen.lines) if line.tax_ppm and not line.is_net)
    rates = [line.tax_ppm for line in seen.lines if line.tax_ppm and not line.is_net]
    return replace(found, tax=gross - tax.net_of_gross(gross, rates[0])) if len(set(rates)) == 1 else found


def points_in_any_number(effect, **more) -> Any:
    return points_paid(replace(effect, points=effect.points, step=1, worth=effect.worth), **more)


def more_points_than_there_are(effect, *, balance: int, **more) -> Any:
    return points_paid(effect, balance=max(balance, more["wanted"]), **more)


# --- what speaks against rules -----------------------------------------------------------------------------------


def uses_of_this_order_forgotten(self, shown) -> list[Refusal]:
    self.used.clear()
    return about_voucher(self, shown)


def each_rule_by_itself(budget, name, known, *, discount: int, given: int, order_value: int) -> list[Refusal]:
    return refused_by_budget(budget, name, known, discount=0, given=0, order_value=order_value)


def zero_when_unknown(known, key: str, at_most: int, refusal: Refusal) -> list[Refusal]:
    return [refusal] if known.get(key, 0) >= at_most else []


def once_too_often(known, key: str, at_most: int, refusal: Refusal) -> list[Refusal]:
    counted = known.get(key)
    return [limits.NOT_KNOWN] if counted is None else [refusal] if counted > at_most else []


def one_way(one, other) -> bool:
    return other.campaign_id in one.stacking.not_with and one.campaign_id != other.campaign_id


def one_less(fact, *, operator: str, wanted: int) -> Any:
    return short_of(fact, operator=operator, wanted=wanted - (1 if operator == "at_least" else 2))


# --- what is left out --------------------------------------------------------------------------------------------


def by_place(candidate) -> tuple[Any, ...]:
    return (candidate.place,)  # of equal rules, whoever was scanned first


def without_priority(campaign, rule) -> tuple[Any, ...]:
    return place_in_order(campaign, replace(rule, priority=0))


def at_a_glance(candidate, seen, places) -> bool:
    return candidate.rule.condition is None  # what asks for more is left out too


def asked_at_once(candidate, seen, places) -> bool:
    return candidate.rule.condition is None or not candidate.rule.condition(seen)


def without(key: str, record: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    return lambda *a, **more: {name: value for name, value in record(*a, **more).items() if name != key}


def own_mind(facts) -> Any:
    return decide(replace(facts, presented=facts.presented[:1]))  # the quote shows less than is decided


def only_skus(seen) -> dict[str, list[Any]]:
    keys = index_keys(seen)
    return {**keys, "product": [key for key in keys["product"] if key[0] == "sku"]}


def hour_before(seen) -> dict[str, list[Any]]:
    return {**index_keys(seen), "hour": [("hour", f"{seen.local.isoweekday()}/{seen.local.hour - 1}")]}


index_keys = index._keys_of


# --- points earned -----------------------------------------------------------------------------------------------


def points_of(rule, seen, of: Callable[[int], int]) -> int:
    return of(max(sum(line.amount for line in seen.lines), 0))


def ceiling(rule, seen, factors) -> int:
    full = rule.mode is earning.EarningMode.FULL_UNIT
    return points_of(
        rule, seen, lambda n: -int(-(n // rule.per if full else n / rule.per) * rule.points_milli // MILLI)
    )


def always_pro_rata(rule, seen, factors) -> int:
    return points_of(rule, seen, lambda n: n * rule.points_milli // (rule.per * MILLI))


def always_full_units(rule, seen, factors) -> int:
    return points_of(rule, seen, lambda n: n // rule.per * rule.points_milli // MILLI)


def floored_a_unit(rule, seen, factors) -> int:
    return points_of(rule, seen, lambda n: n // rule.per * (rule.points_milli // MILLI))


def also_for_nothing(rule, seen, factors) -> int:
    total = sum(line.amount for line in seen.lines)  # a return of bottles costs points
    return total // rule.per * rule.points_milli // MILLI


LINES, UNITS, ALL = (
    (properties.every_rule_gives_what_it_must, cases)
    for cases in (strategies.on_lines, strategies.on_units, strategies.stacked)
)
SUMS, USES = (
    (properties.sums_are_exact, strategies.on_lines),
    (properties.vouchers_are_not_overused, strategies.decidable),
)
SCAN, REPLAY = (
    (properties.scan_order_changes_nothing, strategies.rescans),
    (properties.replay_gives_the_same, strategies.decidable),
)
INDEX, STACK = (
    (properties.the_index_leaves_nothing_out, strategies.decidable),
    (properties.campaigns_go_together_as_they_say, strategies.stacked),
)
LIMITS, ENOUGH_SAID, TEN = (
    (properties.what_is_given_stays_within_limits, strategies.decidable),
    (properties.what_is_missing_is_enough, strategies.decidable),
    (properties.ten_times_the_money_is_ten_times_the_discount, strategies.whole_amounts),
)
DECISION: tuple[tuple[Bug, tuple[Callable[..., None], Any]], ...] = (
    ((decision, "_turn", by_place), SCAN),
    ((decision, "sorted", lambda rows, key: list(rows)), SCAN),
    ((program_format, "place_in_order", without_priority), ALL),
    ((discounts, "_percent_off", without_cap), LINES),
    ((discounts, "_percent_off", rounded_a_line), LINES),
    ((discounts, "_each", without_clip), SUMS),
    ((discounts, "_bases", lambda effect, seen: seen.remaining), LINES),
    ((discounts, "_bases", lambda effect, seen: seen.initial), LINES),
    ((discounts, "_step_reached", bound_left_out), LINES),
    ((discounts, "cheapest", cheapest_line), LINES),
    ((discounts, "_milli", lambda seen, place: max(seen.lines[place].quantity_milli, 1)), LINES),
    ((discounts, "worth_together", lambda seen: sum(seen.remaining)), LINES),
    ((discounts, "divide_half_up", lambda a, b: -(-a // b)), LINES),
    ((discounts, "divide_half_up", lambda a, b: a // b), LINES),
    ((discounts, "divide_half_up", lambda a, b: divide_half_up(a, b * 50) * 50), TEN),
    ((discounts, "allocate", ties_to_the_later_line), LINES),
    ((discounts, "allocate", remainder_forgotten), LINES),
    ((unit_sets, "_by_worth", always_cheapest_first), UNITS),
    ((unit_sets, "_by_worth", later_line_first), UNITS),
    ((unit_sets._Pool, "pick", an_incomplete_set_gives_what_it_has), UNITS),
    ((unit_sets._Pool, "put_back", lambda pool, picked: None), UNITS),
    ((unit_sets, "allocate", ties_to_the_later_line), UNITS),
    ((sheet.Sheet, "take", also_off_the_unused), UNITS),
    ((sheet.Sheet, "use", lambda seen, place, units: None), UNITS),  # units serve two offers
    ((sheet, "_of_whole_units", lambda line: max(line.amount, 0)), UNITS),
    ((decision, "totals_of", tax_of_the_sum), ALL),
    ((tax, "divide_half_up", lambda a, b: a // b), ALL),
    ((tax, "net_of_gross", lambda gross, rate: gross - divide_half_up(gross * rate, MILLION)), ALL),
    ((table, "points_paid", points_in_any_number), ALL),
    ((table, "points_paid", more_points_than_there_are), ALL),
    ((table.Table, "_about_voucher", uses_of_this_order_forgotten), USES),
    ((table, "refused_by_budget", each_rule_by_itself), LIMITS),
    ((limits, "_reached", once_too_often), LIMITS),
    ((limits, "_reached", zero_when_unknown), LIMITS),
    ((stacking.Stacking, "_about_exclusive", lambda self, campaign: []), STACK),
    ((stacking.Stacking, "_about_best", lambda self, campaign: []), STACK),
    ((stacking.Stacking, "_about_group", lambda self, campaign: []), STACK),
    ((stacking, "_are_apart", one_way), STACK),
    ((stacking.Stacking, "_about_points", lambda self, campaign: []), STACK),
    ((decision, "fallen", lambda candidates, outcomes, campaigns: {}), STACK),
    ((decision, "_all_or_none", lambda facts, candidates, outcomes: {}), STACK),
    ((decision, "refused_tenders", lambda tenders, applied: {}), STACK),
    ((conditions, "_short_of", one_less), ENOUGH_SAID),
    ((index, "_keys_of", only_skus), INDEX),
    ((index, "_keys_of", hour_before), INDEX),
    ((index.RuleIndex, "_count_reached", lambda self, seen: 0), INDEX),
    ((decision, "may_apply", at_a_glance), INDEX),
    ((decision, "may_apply", asked_at_once), INDEX),
    ((records, "line_record", without("floor", line_record)), REPLAY),
    ((records, "line_record", without("milli", line_record)), REPLAY),
    ((records, "presentation_record", without("points", presentation_record)), REPLAY),
    ((records, "facts_record", without("known", facts_record)), REPLAY),
    ((quote, "decide", own_mind), REPLAY),
)
EARNING: tuple[Bug, ...] = (
    (earning, "_points", ceiling),
    (earning, "_points", always_pro_rata),
    (earning, "_points", always_full_units),
    (earning, "_points", floored_a_unit),
    (earning, "_points", also_for_nothing),
)
WHERE_PROGRAMS_ARE_READ = ((program_format, "place_in_order"), (conditions, "_short_of"))
ALLOCATION = (each_share_rounded, never_clipped, ties_to_the_later_line, rest_to_the_first_line)


@pytest.mark.parametrize("check", [properties.allocation_holds, properties.allocation_is_as_the_oracle_says])
@pytest.mark.parametrize("bug", ALLOCATION)
def test_bugs_of_allocation_are_found(monkeypatch: pytest.MonkeyPatch, bug, check) -> None:
    monkeypatch.setattr(allocation, "allocate", bug)
    with pytest.raises(AssertionError):
        properties.search(check, SMALL)


@pytest.mark.parametrize(("bug", "found_by"), DECISION)
def test_bugs_of_decisions_are_found(monkeypatch: pytest.MonkeyPatch, bug: Bug, found_by) -> None:
    module, name, planted = bug
    check, cases = found_by
    monkeypatch.setattr(module, name, planted, raising=name != "sorted")  # a builtin is no name of the module
    with pytest.raises(AssertionError):
        properties.search(check, cases, read_anew=(module, name) in WHERE_PROGRAMS_ARE_READ)


@pytest.mark.parametrize("bug", EARNING)
def test_bugs_of_earning_are_found(monkeypatch: pytest.MonkeyPatch, bug: Bug) -> None:
    monkeypatch.setattr(*bug)
    with pytest.raises(AssertionError):
        properties.search(properties.points_are_floored_once, strategies.earnings)

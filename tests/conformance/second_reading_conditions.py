"""Whether one promotion may apply at all, as the second reading has it: all reasons against it, none means yes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any

from tests.conformance.second_reading_lines import ReadLine, cents, matches

# First by class (identity, authority, time, member, order, limit, stacking, balance, effect), then as the pages list
# them: the store after the dates, before the hours and the member.
PRECEDENCE = [
    "unknown_code",
    "not_owner",
    "not_started",
    "expired",
    "wrong_store",
    "outside_hours",
    "not_in_segment",
    "not_nth_order",
    "min_qty_not_met",
    "required_item_missing",
    "min_total_not_met",
    "limit_total_reached",
    "limit_per_member_reached",
    "budget_exhausted",
    "budget_exceeded",
    "excluded_by_exclusive",
    "not_best",
    "group_limit",
    "stack_invalid",
    "insufficient_points",
    "wallet_expired",
    "no_effect",
]


def first(reasons: set[str]) -> str:
    return min(reasons, key=PRECEDENCE.index)


def reasons_against(
    promotion: dict[str, Any], case: dict[str, Any], lines: list[ReadLine], *, running: bool
) -> set[str]:
    """All reasons of the conditions; with `running` also those that read what is left of the order just now."""
    conditions = promotion.get("conditions") or {}
    action, member = case.get("action") or {}, case.get("member") or {}
    against = _of_time(conditions, action) | _of_member(conditions, member) | _of_order(conditions, lines)
    if "stores" in conditions and action.get("store") not in conditions["stores"]:
        against.add("wrong_store")
    if "limit_total" in conditions and int(action.get("used_total") or 0) >= conditions["limit_total"]:
        against.add("limit_total_reached")
    if "limit_per_member" in conditions and _uses(promotion, member) >= conditions["limit_per_member"]:
        against.add("limit_per_member_reached")
    budget = promotion.get("budget")
    if budget and Fraction(str(budget.get("used", 0))) >= Fraction(str(budget["limit"])):
        against.add("budget_exhausted")
    for minimum in _minimums(conditions):
        if (running or minimum.get("on", "initial") == "initial") and not _reached(minimum, lines):
            against.add("min_total_not_met")
    return against


def _minimums(conditions: dict[str, Any]) -> list[dict[str, Any]]:
    minimum = conditions.get("min_total", [])
    return minimum if isinstance(minimum, list) else [minimum]


def _reached(minimum: dict[str, Any], lines: list[ReadLine]) -> bool:
    total = 0
    for line in lines:
        if not matches(line, minimum.get("selector")):
            continue
        amount = line.remaining if minimum.get("on") == "running" else line.initial
        total += _measured(line, amount, minimum.get("measured"))
    value = cents(minimum["value"])
    return total > value if minimum.get("strict") else total >= value


def _measured(line: ReadLine, amount: int, measured: str | None) -> int:
    """The amount with tax or without; if it isn't said, as the price of the line is quoted."""
    if measured is None:
        measured = "gross" if line.quoted_gross else "net"
    if amount == line.initial and measured == ("gross" if line.quoted_gross else "net"):
        return line.quoted  # what stands on the shelf isn't worked out
    return line.with_tax(amount) if measured == "gross" else line.without_tax(amount)


def _of_order(conditions: dict[str, Any], lines: list[ReadLine]) -> set[str]:
    against = set()
    total = sum(_measured(line, line.initial, None) for line in lines)
    if "min_qty" in conditions:
        wanted = conditions["min_qty"]
        found = sum((li.quantity for li in lines if matches(li, wanted.get("selector"))), Fraction(0))
        if found < Fraction(str(wanted["value"])):
            against.add("min_qty_not_met")
    for selector in conditions.get("contains_all", []):
        if not any(matches(line, selector) for line in lines):
            against.add("required_item_missing")
    if "subtotal_equals" in conditions and total != cents(conditions["subtotal_equals"]):
        against.add("min_total_not_met")
    if "max_initial_total" in conditions and total >= cents(conditions["max_initial_total"]):
        against.add("min_total_not_met")
    return against


def _of_member(conditions: dict[str, Any], member: dict[str, Any]) -> set[str]:
    against = set()
    if "member_groups" in conditions and member.get("group") not in conditions["member_groups"]:
        against.add("not_in_segment")
    if "nth_order" in conditions and int(member.get("completed_orders") or 0) + 1 != conditions["nth_order"]:
        against.add("not_nth_order")
    return against


def _uses(promotion: dict[str, Any], member: dict[str, Any]) -> int:
    """The member's uses; one whose order was cancelled is given back, unless the promotion says otherwise."""
    past = [one["order_state"] for one in member.get("history", []) if one["code"] == promotion.get("code")]
    used = max(int(member.get("used_by_member") or 0), len(past))
    is_given_back = (promotion.get("conditions") or {}).get("reusable_after_cancel", True)
    return used - past.count("cancelled") if is_given_back else used


def _of_time(conditions: dict[str, Any], action: dict[str, Any]) -> set[str]:
    """Wall-clock times of the store; both ends of the validity count, of the hours only the first."""
    if "at" not in action:
        return set()
    at = datetime.fromisoformat(action["at"])
    against = set()
    if "valid_from" in conditions and at < datetime.fromisoformat(conditions["valid_from"]):
        against.add("not_started")
    if "valid_until" in conditions and at > _last_moment(conditions["valid_until"]):
        against.add("expired")
    if "weekdays" in conditions and at.isoweekday() not in conditions["weekdays"]:
        against.add("outside_hours")
    if "hours" in conditions and not _within(at.time(), *map(time.fromisoformat, conditions["hours"])):
        against.add("outside_hours")
    return against


def _last_moment(text: str) -> datetime:
    """A day given without a time lasts to its end."""
    moment = datetime.fromisoformat(text)
    return moment if "T" in text else moment + timedelta(days=1) - timedelta(microseconds=1)


def _within(now: time, start: time, end: time) -> bool:
    return start <= now < end if start <= end else (now >= start or now < end)

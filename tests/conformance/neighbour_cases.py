"""Neighbours of a case: the same program and order with a few figures moved, by a seed.

A case shows one figure of a rule; its neighbours stand at the other sides of the same bounds. What they must give is
not known beforehand, so they are only good for holding two readings against each other.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

Case = dict[str, Any]
PRICES = ("unit_price", "min_unit_price", "fixed_fee_per_unit")
COUNTS = ("buy_qty", "get_qty", "max_units", "limit_total", "limit_per_member", "nth_order")


def neighbour(case: Case, seed: int) -> Case:
    """The case without `expected` and with some figures moved."""
    chance = Random(f"{case['id']} {seed}")
    moved = copy.deepcopy(case)
    moved.pop("expected", None)
    moved["id"] = f"{case['id']}-{seed}"
    for line in moved["order"]["lines"]:
        _move_line(line, chance)
    for promotion in moved["program"]["promotions"]:
        _move_effect(promotion["effect"], chance)
        _move_conditions(promotion.get("conditions", {}), moved, chance)
        if chance.random() < 0.05:
            promotion["exclusive"] = True
        if chance.random() < 0.1:
            promotion["priority"] = chance.choice((1, 5, 50))
    _move_circumstances(moved, chance)
    return moved


def _money(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def _cents(text: Any) -> int:
    return round(float(text) * 100)


def _move_line(line: dict[str, Any], chance: Random) -> None:
    for key in PRICES:
        if key in line and chance.random() < 0.4 and _cents(line[key]) >= 0:
            line[key] = _money(max(0, _cents(line[key]) + chance.choice((-1, 1, -7, 13, 101))))
    if isinstance(line["qty"], int) and chance.random() < 0.3:
        line["qty"] = max(1, line["qty"] + chance.choice((-1, 1, 2)))
    if chance.random() < 0.2:
        line["tax_rate"] = chance.choice(("0", "7", "19", "20", "25"))
    if chance.random() < 0.1:
        line["tax_included"] = not line["tax_included"]


def _move_effect(effect: dict[str, Any], chance: Random) -> None:
    if "value" in effect and chance.random() < 0.4:
        if effect["type"] == "percent_off":
            effect["value"] = chance.choice(("5", "12.5", "20", "33", "50", "75", "100"))
        else:
            effect["value"] = _money(max(1, _cents(effect["value"]) + chance.choice((-1, 1, 50, -33, 100))))
    if "cap" in effect and chance.random() < 0.4:
        effect["cap"] = chance.choice(("1.00", "9.99", "25.00", "100.00"))
    _move_counts(effect, chance)


def _move_counts(holder: dict[str, Any], chance: Random) -> None:
    for key in COUNTS:
        if holder.get(key) and chance.random() < 0.4:
            holder[key] = max(1, holder[key] + chance.choice((-1, 1)))


def _move_conditions(conditions: dict[str, Any], case: Case, chance: Random) -> None:
    _move_counts(conditions, chance)
    if "min_qty" in conditions and chance.random() < 0.4:
        conditions["min_qty"]["value"] = max(1, conditions["min_qty"]["value"] + chance.choice((-1, 1)))
    minimum = conditions.get("min_total")
    if isinstance(minimum, dict) and chance.random() < 0.5:
        total = sum(_cents(line["unit_price"]) * line["qty"] for line in case["order"]["lines"])
        minimum["value"] = _money(max(0, total + chance.choice((-1, 0, 1))))
        for key, choices in (
            ("strict", (True,)),
            ("on", ("initial", "running")),
            ("measured", ("net", "gross")),
        ):
            if chance.random() < 0.3:
                minimum[key] = chance.choice(choices)


def _move_circumstances(case: Case, chance: Random) -> None:
    program, action, member = case["program"], case["action"], case["member"]
    if "order_of_application" in program and chance.random() < 0.3:
        chance.shuffle(program["order_of_application"])
    policy = program.setdefault("policy", {})
    for key, choices, share in (
        ("percent_base", ("initial", "remaining"), 0.1),
        ("remainder", ("first", "last", "largest"), 0.1),
        ("amount_basis", ("gross", "line_price", "net"), 0.05),
        ("round", ("price", "discount"), 0.05),
    ):
        if chance.random() < share:
            policy[key] = chance.choice(choices)
    for holder, key in (
        (action, "used_total"),
        (member, "used_by_member"),
        (member, "completed_orders"),
        (member, "points"),
    ):
        if key in holder and chance.random() < 0.4:
            holder[key] = max(0, int(holder[key]) + chance.choice((-1, 1)))
    moments = [
        promotion.get("conditions", {}).get(key)
        for promotion in program["promotions"]
        for key in ("valid_from", "valid_until")
    ]
    if "at" in action and any(moments) and chance.random() < 0.4:
        action["at"] = chance.choice([moment for moment in moments if moment])

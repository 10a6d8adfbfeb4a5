"""Points paid and points earned, gift cards and the wallet, as the second reading has them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.conformance.second_reading_lines import ReadLine, cents, half_up, matches, share

PAYING = {"pay_with_points"}
TENDERING = {"tender"}
EARNING = {"points_earn", "points_multiplier", "points_bonus"}


def pay_with_points(
    effect: dict[str, Any], case: dict[str, Any], lines: list[ReadLine], points: int | None, remainder: str
) -> int:
    """Take off what the points are worth, as one amount off the order; the answer is how many are spent.

    As many whole steps as the member has, the cashier allows and the order absorbs.
    """
    wanted = (case.get("action") or {}).get("points_to_spend")
    limits = [points] if points is not None else []
    limits += [int(wanted)] if wanted is not None else []
    step = step_of(effect)
    value = _value_of_point(effect) * step
    worth = sum(line.room for line in lines)
    worth = max(0, min(worth, sum(line.remaining for line in lines)))
    steps = min([int(worth / value), *(limit // step for limit in limits)])
    weights = [Fraction(max(0, line.remaining)) for line in lines]
    parts = share(int(steps * value), weights, [line.room for line in lines], remainder)
    for line, part in zip(lines, parts, strict=True):
        line.take(part)
    return steps * step


def step_of(effect: dict[str, Any]) -> int:
    """The points that go together: by the program's step, and so that they buy whole minor units."""
    return int(effect.get("step_points") or 1) * int(effect.get("points_per_minor_unit") or 1)


def _value_of_point(effect: dict[str, Any]) -> Fraction:
    if "points_per_minor_unit" in effect:
        return Fraction(1, int(effect["points_per_minor_unit"]))
    return Fraction(str(effect["value_per_point"])) * 100


def tendered(promotions: list[dict[str, Any]], case: dict[str, Any], payable: int) -> int:
    """What gift cards and the wallet pay of the order, one after the other, at most what is due."""
    action, member = case.get("action") or {}, case.get("member") or {}
    paid = 0
    for promotion in promotions:
        if promotion["effect"].get("kind") == "gift_card":
            balances = [cents(card["balance"]) for card in action.get("gift_cards", [])]
        else:
            balances = [cents(action.get("wallet_balance", member.get("wallet", "0")))]
        for balance in balances:
            paid += max(0, min(balance, payable - paid))
    return paid


def earned(
    promotions: list[dict[str, Any]],
    lines: list[ReadLine],
    before_points: list[int],
    before_discounts: list[int],
    *,
    earned_today: int,
) -> int:
    """Points of all earning promotions: base by what is paid with tax, times the factor, plus the fixed bonus.

    The two lists are the lines' payable amounts before points were paid with and before any discount.
    """
    rules = [promotion for promotion in promotions if promotion["effect"]["type"] == "points_earn"]
    factors = [p["effect"] for p in promotions if p["effect"]["type"] == "points_multiplier"]
    total = 0
    for rule in rules:
        total += _earned_by(rule, factors, lines, before_points, before_discounts, earned_today=earned_today)
    for promotion in promotions:
        effect = promotion["effect"]
        if effect["type"] == "points_bonus" and any(
            matches(line, effect.get("selector")) and line.payable() > 0 for line in lines
        ):
            total += int(effect["points"])
    return total


def _earned_by(
    rule: dict[str, Any],
    factors: list[dict[str, Any]],
    lines: list[ReadLine],
    before_points: list[int],
    before_discounts: list[int],
    *,
    earned_today: int,
) -> int:
    effect = rule["effect"]
    bases = {"before_own_reward": before_points, "before_discounts": before_discounts}
    amounts = bases.get(effect.get("basis", ""), [line.payable() for line in lines])
    rate = Fraction(str(effect["points"]))
    by_factor: dict[Fraction, Fraction] = {}
    for line, amount in zip(lines, amounts, strict=True):
        if not matches(line, effect.get("selector")):
            continue
        factor = _factor(line, factors)
        if "per_unit" in effect:
            size = (line.quantity if amount > 0 else Fraction(0)) / int(effect["per_unit"])
        else:
            size = Fraction(amount, cents(effect["per_amount"]))
        by_factor[factor] = by_factor.get(factor, Fraction(0)) + size
    points = int(
        max(Fraction(0), sum((int(size) * rate * by for by, size in by_factor.items()), Fraction(0)))
    )
    limits = rule.get("limits") or {}
    caps = [limits["max_points_per_transaction"]] if "max_points_per_transaction" in limits else []
    if "max_points_per_day" in limits:
        caps.append(max(0, limits["max_points_per_day"] - earned_today))
    return min([points, *caps])


def _factor(line: ReadLine, effects: list[dict[str, Any]]) -> Fraction:
    """The highest factor that is meant for the line, or their product where one of them says so."""
    found = []
    for effect in effects:
        if not matches(line, effect.get("selector")):
            continue
        if "by_label" in effect:
            found += [Fraction(str(by)) for label, by in effect["by_label"] if label in line.categories]
        else:
            found.append(Fraction(str(effect["factor"])))
    if any(effect.get("combine") == "product" for effect in effects):
        product = Fraction(1)
        for factor in found:
            product *= factor
        return product
    return max(found, default=Fraction(1))


def worth_before(lines: list[ReadLine]) -> list[int]:
    """What the lines would cost with tax had nothing been taken off."""
    return [
        line.initial if line.gross else line.initial + half_up(line.initial * line.rate) for line in lines
    ]

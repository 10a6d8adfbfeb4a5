"""A second, slow reading of RULES §1–§5 in exact fractions. It shares no arithmetic with app.core.

The audit walks a decision's outcomes in the order in which they must have applied and works out, from what was left by
then, what each must have given, line by line.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from app.core.campaign import Campaign, Rule
from app.core.effects import AmountOff, PercentOff
from app.core.order import Line
from app.core.outcome import Decision, Facts, Outcome

NEVER_GIVE = 0


def exact_shares(amount: int, weights: Sequence[int], limits: Sequence[int]) -> list[Fraction]:
    """Fill lines like vessels whose width is their weight: find the level at which they hold `amount`."""
    lines = [i for i, weight in enumerate(weights) if weight > 0 and limits[i] > 0]
    levels = sorted({Fraction(limits[i], weights[i]) for i in lines})
    below = Fraction(0)
    for level in levels:
        held = sum(min(Fraction(limits[i]), level * weights[i]) for i in lines)
        if held >= amount:
            width = sum(weights[i] for i in lines if Fraction(limits[i], weights[i]) > below)
            before = sum(min(Fraction(limits[i]), below * weights[i]) for i in lines)
            below += (amount - before) / width
            break
        below = level
    return [
        min(Fraction(limit), below * weight) if weight > 0 else Fraction(0)
        for weight, limit in zip(weights, limits, strict=True)
    ]


def whole_shares(amount: int, weights: Sequence[int], limits: Sequence[int]) -> list[int]:
    """Round the exact shares to cents: the largest fractions get one more, of equal ones the earlier."""
    exact = exact_shares(amount, weights, limits)
    shares = [int(share) for share in exact]
    missing = int(sum(exact)) - sum(shares)
    by_fraction = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_fraction[:missing]:
        shares[i] += 1
    return shares


def half_up(value: Fraction) -> int:
    """Round a number that isn't negative to the nearest whole one, halves up."""
    return int(value + Fraction(1, 2))


class Audit:
    """What remains of each line while the outcomes are walked through."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.lines = sorted(facts.order.lines, key=lambda line: line.line)
        self.remaining = {line.line: max(line.amount, 0) for line in self.lines}

    def room(self, line: Line) -> int:
        return max(self.remaining[line.line] - max(line.floor, 0), 0)

    def expected(self, rule: Rule) -> dict[int, int]:
        """Return what the rule must give now, by line number; lines that give nothing are left out."""
        effect = rule.effect
        lines = [line for line in self.lines if self._is_for(line, effect.products)]
        if effect.target == "cheapest":
            lines = self._cheapest(lines)
        remaining, room = [self.remaining[line.line] for line in lines], [self.room(line) for line in lines]
        if isinstance(effect, PercentOff) and effect.target == "products":
            shares = self._line_by_line(effect, remaining, room)
        else:
            wanted = self._wanted(effect, lines, sum(remaining))
            weights = [amount if limit else NEVER_GIVE for amount, limit in zip(remaining, room, strict=True)]
            shares = whole_shares(min(wanted, sum(room)), weights, room)
        return {line.line: share for line, share in zip(lines, shares, strict=True) if share}

    def take(self, allocation: Sequence[tuple[int, int]]) -> None:
        for number, share in allocation:
            self.remaining[number] -= share

    def _is_for(self, line: Line, products: str | None) -> bool:
        return products is None or line.sku in self.facts.program.product_sets[products]

    def _cheapest(self, lines: list[Line]) -> list[Line]:
        prices = [
            (Fraction(self.remaining[line.line], max(line.quantity, 1)), line.line, line)
            for line in lines
            if self.room(line)
        ]
        return [min(prices, key=lambda price: price[:2])[2]] if prices else []

    def _wanted(self, effect: AmountOff | PercentOff, lines: list[Line], remaining: int) -> int:
        if isinstance(effect, AmountOff):
            return effect.amount
        units = max(lines[0].quantity, 1) if lines and effect.target == "cheapest" else 1
        wanted = half_up(Fraction(remaining * effect.basis_points, 10_000 * units))
        return wanted if effect.cap is None else min(wanted, effect.cap)

    def _line_by_line(self, effect: PercentOff, remaining: list[int], room: list[int]) -> list[int]:
        shares = [
            min(half_up(Fraction(amount * effect.basis_points, 10_000)), limit)
            for amount, limit in zip(remaining, room, strict=True)
        ]
        if effect.cap is None or sum(shares) <= effect.cap:
            return shares
        return whole_shares(effect.cap, shares, shares)


def in_turn(facts: Facts, decision: Decision) -> list[tuple[Campaign, Rule, Outcome]]:
    """Return the outcomes of known rules in the order in which RULES §1 applies them."""
    hashes = {shown.redemption_id: shown.voucher.code_hash for shown in facts.presented}
    outcomes = [*decision.automatic, *(outcome for outcome in decision.presented if outcome.campaign_id)]
    known = [(*facts.program.rules_by_id[outcome.rule_id], outcome) for outcome in outcomes]

    def turn(item: tuple[Campaign, Rule, Outcome]) -> tuple[Any, ...]:
        campaign, rule, outcome = item
        width = ["cheapest", "products", "order"].index(rule.effect.target)
        is_order = rule.effect.target == "order"
        who = (hashes.get(outcome.redemption_id or "", ""), outcome.redemption_id or "")
        return (is_order, -rule.priority, width, campaign.starts_on, campaign.campaign_id, rule.rule_id, who)

    return sorted(known, key=turn)

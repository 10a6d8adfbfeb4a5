"""What the points of an order are for: the rules that gave them, with the multipliers that counted."""

from dataclasses import dataclass

from app.core.earning import POINTS, EarningRule
from app.core.outcome import Decision
from app.core.program import Program


@dataclass(frozen=True, slots=True)
class EarnedBy:
    """Points that one rule gives; those of the multipliers are among them."""

    points: int
    rule: EarningRule
    multipliers: tuple[EarningRule, ...] = ()


def earned_by(program: Program | None, decision: Decision) -> tuple[EarnedBy, ...]:
    """Return what gives the points of a decision, the most first; points of other currencies are left out."""
    if program is None:
        return ()
    rules = {rule.rule_id: rule for rule in program.earning}
    found = [
        EarnedBy(each.points, rules[each.rule_id], tuple(rules[by] for by in each.by))
        for each in decision.earned
        if each.currency == POINTS
    ]
    return tuple(sorted(found, key=lambda each: -each.points))

"""Points earned on an order: whole points, floored once an order and rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.conditions import Check, Circumstances

MILLI = 1000


class EarningMode(StrEnum):
    """Whether only full units count, or fractions of them too."""

    FULL_UNIT = "full_unit"
    PRO_RATA = "pro_rata"


@dataclass(frozen=True, slots=True)
class EarningRule:
    """`points_milli` thousandths of a point for each `per` minor units paid (1500 and 100: 1.5 points per 1.00)."""

    rule_id: str
    points_milli: int
    per: int
    mode: EarningMode
    condition: Check | None


def points_earned(rules: Sequence[EarningRule], *, base: int, seen: Circumstances) -> int:
    """Return the points for `base` minor units paid; none on nothing or less, and none without a member."""
    if seen.member is None or base <= 0:
        return 0
    return sum(_points(rule, base) for rule in rules if rule.condition is None or not rule.condition(seen))


def _points(rule: EarningRule, base: int) -> int:
    if rule.mode is EarningMode.FULL_UNIT:
        return base // rule.per * rule.points_milli // MILLI
    return base * rule.points_milli // (rule.per * MILLI)

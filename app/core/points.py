"""Points as payment: how many are used of what a member has, and what they are worth.

Spending takes what the order absorbs, in whole steps; the member can choose less. Points are whole, worth is in minor
units.
"""

from dataclasses import dataclass

from app.core.effects import PointsPayment
from app.core.money import BASIS_POINTS
from app.core.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True)
class PointsPaid:
    """Points used and what they are worth, or why none are."""

    points: int
    worth: int
    refusals: tuple[Refusal, ...] = ()


def points_paid(
    effect: PointsPayment, *, balance: int, absorbs: int, payable: int, wanted: int
) -> PointsPaid:
    """Return what points pay.

    `absorbs` is what the order can take (minor units) of the `payable`, of which only a share may be paid in points;
    `wanted` are the points the member wants to use, 0 = as many as possible.
    """
    if wanted > balance:
        return _refused(Reason.INSUFFICIENT_POINTS, wanted=wanted, found=balance)
    room = min(absorbs, payable * effect.share_max // BASIS_POINTS)
    steps = min(room // effect.step_worth, (wanted or balance) // effect.step)
    points = steps * effect.step
    if points > 0 and points >= effect.least:
        return PointsPaid(points, steps * effect.step_worth)
    least = max(effect.least, effect.step)
    if balance < least:
        return _refused(Reason.INSUFFICIENT_POINTS, wanted=least, found=balance)
    if room < effect.step_worth:
        return PointsPaid(0, 0, (Refusal(Reason.NO_EFFECT),))
    return PointsPaid(0, 0, (Refusal(Reason.POINTS_MIN_NOT_MET, {"wanted": least}),))


def _refused(reason: Reason, *, wanted: int, found: int) -> PointsPaid:
    numbers = {"wanted": wanted, "found": found, "missing": wanted - found}
    return PointsPaid(0, 0, (Refusal(reason, numbers),))

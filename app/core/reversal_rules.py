"""Who may undo what has been given, for how long, and where a manager has to approve it.

A reversal is a void (an order is undone, with all it gave and took) or a return (a part of it comes back). What is
undone by oneself within minutes is a slip; what is older, a colleague's, large or frequent needs a second person.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.core.document import Place
from app.core.money import Currency
from app.core.order import AMOUNT_MAX
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.core.standing import OWN, ROOM, SIGN_IN, SPENDING

MINUTE_MS, DAY_MS = 60_000, 86_400_000
MINUTES_MAX, TIMES_MAX, DAYS_MAX = 24 * 60, 1_000, 3_650


class ReversalReason(StrEnum):
    """Why something is undone: no words of people's own, since records name nobody."""

    MISTAKE = "mistake"  # the wrong offer, amount or order
    WRONG_MEMBER = "wrong_member"
    NOT_HANDED_OVER = "not_handed_over"  # the answer was lost, or the reward was not there
    CHANGED_MIND = "changed_mind"
    TILL_VOIDED = "till_voided"  # the shop's till undid the sale
    GOODS_BACK = "goods_back"
    GOODS_FAULTY = "goods_faulty"


REASONS: dict[Kind, tuple[ReversalReason, ...]] = {
    Kind.VOID: (
        ReversalReason.MISTAKE,
        ReversalReason.WRONG_MEMBER,
        ReversalReason.NOT_HANDED_OVER,
        ReversalReason.CHANGED_MIND,
        ReversalReason.TILL_VOIDED,
    ),
    Kind.RETURN: (
        ReversalReason.GOODS_BACK,
        ReversalReason.GOODS_FAULTY,
        ReversalReason.CHANGED_MIND,
        ReversalReason.MISTAKE,
    ),
}


@dataclass(frozen=True, slots=True)
class ReversalPolicy:
    """How far a program lets cashiers undo by themselves.

    `own_minutes`: so long somebody voids their own orders, `own_times` in a day; `value_max` (minor units): what a
    reversal may give back of discounts, of points as payment and on gift cards; beyond any of them a manager approves.
    `days`: how long a station undoes anything at all; behind that it is head office's to correct.
    """

    own_minutes: int = 10
    own_times: int = 3
    value_max: int = 5_000
    days: int = 30


def read_reversal_policy(root: Place, currency: Currency) -> ReversalPolicy:
    """Return what a program says, and the ordinary for what it leaves out. Raises `DocumentInvalid`."""
    ordinary = ReversalPolicy()
    value_max = ordinary.value_max * 10**currency.digits // 100
    if not root.has("reversals"):
        return ReversalPolicy(value_max=value_max)
    place = root.inner("reversals").only("own_minutes", "own_times", "value_max", "days")
    return ReversalPolicy(
        own_minutes=_number(place, "own_minutes", MINUTES_MAX, ordinary.own_minutes),
        own_times=_number(place, "own_times", TIMES_MAX, ordinary.own_times),
        value_max=_number(place, "value_max", AMOUNT_MAX, value_max),
        days=_number(place, "days", DAYS_MAX, ordinary.days),
    )


def _number(place: Place, key: str, most: int, ordinary: int) -> int:
    return place.number(key, least=0, most=most) if place.has(key) else ordinary


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: `age_ms` after the order, of what `value` (see `Reversal.at_stake`), by whose hand both are.

    `times` are the voids of this cashier today, `is_manager` says that they are one: then another's order has been seen
    by two. With a doubtful clock nobody knows the age (None).
    """

    kind: Kind
    age_ms: int | None
    value: int
    order_cashier: str
    cashier: str
    is_manager: bool = False
    times: int = 0


def too_late(policy: ReversalPolicy, age_ms: int | None) -> Refusal | None:
    """Return why an order is too old to be undone by a station."""
    is_late = age_ms is not None and age_ms > policy.days * DAY_MS
    return Refusal(Reason.UNDO_TOO_LATE, {"wanted": policy.days}) if is_late else None


def needs_approval(policy: ReversalPolicy, asked: Request) -> bool:
    """Tell whether a manager has to approve a reversal."""
    is_anothers = asked.cashier != asked.order_cashier
    if asked.is_manager and is_anothers and asked.order_cashier:
        return False
    if asked.value > policy.value_max:
        return True
    if asked.kind is Kind.RETURN:
        return False  # goods come back whenever they do, to whoever is at the till
    is_slip = asked.age_ms is not None and asked.age_ms <= policy.own_minutes * MINUTE_MS
    return not is_slip or is_anothers or asked.times >= policy.own_times


def refused_by_standing(stopped: Collection[str]) -> Refusal | None:
    """Return why this station, or who is at it, undoes nothing, by words of `Facts.stopped`."""
    found = {
        SPENDING: Reason.SPENDING_STOPPED,
        ROOM: Reason.DISK_LOW,
        SIGN_IN: Reason.SIGN_IN_NEEDED,
        OWN: Reason.OWN_ORDER,
    }
    return next((Refusal(reason) for word, reason in found.items() if word in stopped), None)

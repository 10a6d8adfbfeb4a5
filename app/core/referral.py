"""Referrals: when a friend's orders count for the member who brought them, and when that is taken back.

The state is worked out from the friend's orders as they stand now, after returns; what was granted before is a count.
So a return takes a referral back by itself, an order that was heard of twice counts once, and two stations make the
same grant. Amounts are minor units as paid and kept, days the store's calendar.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from app.core.benefits import Benefit, Grant, grant
from app.core.reasons import Reason, Refusal


class Counts(StrEnum):
    """Whether one order must reach the threshold, or all of them together."""

    ONE_ORDER = "one_order"
    IN_TOTAL = "in_total"


@dataclass(frozen=True, slots=True)
class ReferralScheme:
    """The friend must spend at least `wanted`, within `within_days` after the referral (None: whenever)."""

    scheme_id: str
    wanted: int
    counts: Counts
    within_days: int | None
    referrer_benefits: tuple[Benefit, ...]
    friend_benefits: tuple[Benefit, ...] = ()


@dataclass(frozen=True, slots=True)
class Referral:
    """Who brought whom and when; how often it was granted and taken back so far."""

    referrer: str
    friend: str
    referred_on: date
    granted: int = 0
    taken_back: int = 0


@dataclass(frozen=True, slots=True)
class FriendOrder:
    """An order of the friend: what of it was paid and not returned since. `at_ms` (UTC) puts orders in sequence."""

    order_id: str
    on_day: date
    at_ms: int
    kept: int


class ReferralStatus(StrEnum):
    """What the referrer is shown."""

    WAITING = "waiting"
    COUNTED = "counted"
    TAKEN_BACK = "taken_back"  # it had counted; a later order may make it count again
    TOO_LATE = "too_late"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a referral stands: the order that made it count, or why it does not count, and what to post.

    `take_back` holds ids of grants to reverse.
    """

    status: ReferralStatus
    order_id: str | None = None
    refusal: Refusal | None = None
    grants: tuple[Grant, ...] = ()
    take_back: tuple[str, ...] = ()


def refused_referral(
    *, referrer: str, friend: str, friend_orders: int, referred_by: str | None
) -> Refusal | None:
    """Return why a referral is not taken: nobody refers themselves, a friend who buys already, or one who was referred.

    `friend_orders` counts orders before the referral.
    """
    if referrer == friend:
        return Refusal(Reason.SELF_REFERRAL)
    if friend_orders > 0:
        return Refusal(Reason.HISTORY_DOES_NOT_FIT)
    if referred_by is not None and referred_by != referrer:
        return Refusal(Reason.LIMIT_PER_MEMBER_REACHED)
    return None


def settle(
    scheme: ReferralScheme,
    referral: Referral,
    orders: Iterable[FriendOrder],
    *,
    on_day: date,
    is_stopped: bool = False,
    is_one_person: bool = False,
) -> Settlement:
    """Return where a referral stands on a day, from all orders of the friend, and what to grant or take back.

    The referrer is rewarded once; after a return took it back, an order still in time may make it count again. While
    the scheme is stopped nothing is granted; what was granted before stays. `is_one_person`: referrer and friend were
    found to be the same since, so that what was granted is taken back.
    """
    if is_one_person or referral.referrer == referral.friend:
        return _not_counted(referral, ReferralStatus.REFUSED, Refusal(Reason.SELF_REFERRAL), scheme)
    in_time = sorted(
        {order.order_id: order for order in orders if _is_in_time(scheme, referral, order.on_day)}.values(),
        key=lambda order: (order.at_ms, order.order_id),
    )
    order = _counting_order(scheme, in_time)
    if order is None:
        is_over = not _is_in_time(scheme, referral, max(on_day, referral.referred_on))
        status = ReferralStatus.TOO_LATE if is_over else ReferralStatus.WAITING
        return _not_counted(referral, status, _short(scheme, in_time), scheme)
    is_granted = referral.granted > referral.taken_back
    if is_stopped and not is_granted:
        return Settlement(ReferralStatus.WAITING, refusal=Refusal(Reason.STOPPED))
    return Settlement(
        ReferralStatus.COUNTED, order.order_id, grants=() if is_granted else _grants(scheme, referral)
    )


def last_day(scheme: ReferralScheme, referral: Referral) -> date | None:
    """Return the last day on which the friend's orders count; None = there is none."""
    if scheme.within_days is None:
        return None
    return referral.referred_on + timedelta(days=scheme.within_days)


def _is_in_time(scheme: ReferralScheme, referral: Referral, day: date) -> bool:
    last = last_day(scheme, referral)
    return referral.referred_on <= day and (last is None or day <= last)


def _counting_order(scheme: ReferralScheme, orders: Sequence[FriendOrder]) -> FriendOrder | None:
    """Return the first order with which the threshold was reached."""
    if scheme.counts is Counts.ONE_ORDER:
        return next((order for order in orders if order.kept >= scheme.wanted), None)
    spent = 0
    for order in orders:
        spent += order.kept
        if spent >= scheme.wanted:
            return order
    return None


def _short(scheme: ReferralScheme, orders: Sequence[FriendOrder]) -> Refusal:
    """Return by how much the threshold was missed: by the largest order, or by all together."""
    if scheme.counts is Counts.ONE_ORDER:
        most = max((order.kept for order in orders), default=0)
        return Refusal(
            Reason.MIN_TOTAL_NOT_MET,
            {"wanted": scheme.wanted, "found": most, "missing": scheme.wanted - most},
        )
    spent = sum(order.kept for order in orders)
    return Refusal(
        Reason.SPEND_NOT_MET, {"wanted": scheme.wanted, "found": spent, "missing": scheme.wanted - spent}
    )


def _grants(scheme: ReferralScheme, referral: Referral) -> tuple[Grant, ...]:
    """Return what both get; the number counts what was taken back, so that only then a second grant is another one."""
    number = referral.taken_back + 1
    both = ((referral.referrer, scheme.referrer_benefits), (referral.friend, scheme.friend_benefits))
    return tuple(
        grant(
            "referral",
            scheme.scheme_id,
            referral.referrer,
            referral.friend,
            member=member,
            number=number,
            benefits=benefits,
        )
        for member, benefits in both
        if benefits
    )


def _not_counted(
    referral: Referral, status: ReferralStatus, refusal: Refusal, scheme: ReferralScheme
) -> Settlement:
    if not referral.granted:
        return Settlement(status, refusal=refusal)
    if referral.granted == referral.taken_back:
        return Settlement(ReferralStatus.TAKEN_BACK, refusal=refusal)
    given = replace(referral, taken_back=referral.granted - 1)
    ids = tuple(one.grant_id for one in _grants(scheme, given))
    return Settlement(ReferralStatus.TAKEN_BACK, refusal=refusal, take_back=ids)

"""Referrals: what counts, once, until a return takes it back; and who may refer whom."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest

from app.core.benefits import Benefit, BenefitKind, grant_id
from app.core.reasons import Reason, Refusal
from app.core.referral import (
    Counts,
    FriendOrder,
    Referral,
    ReferralScheme,
    ReferralStatus,
    Settlement,
    last_day,
    refused_referral,
    settle,
)

DAY = date(2026, 3, 10)
FOR_REFERRER = (Benefit(BenefitKind.POINTS, 500),)
FOR_FRIEND = (Benefit(BenefitKind.VOUCHER, name="welcome"),)
SCHEME = ReferralScheme("friends", 5000, Counts.ONE_ORDER, 30, FOR_REFERRER)
IN_TOTAL = replace(SCHEME, counts=Counts.IN_TOTAL)
REFERRAL = Referral("M1", "M2", DAY)


def order(number: int, kept: int, *, after: int = 1) -> FriendOrder:
    return FriendOrder(f"O{number}", DAY + timedelta(days=after), number, kept)


def settled(
    *orders: FriendOrder,
    scheme: ReferralScheme = SCHEME,
    referral: Referral = REFERRAL,
    after: int = 5,
) -> Settlement:
    return settle(scheme, referral, orders, on_day=DAY + timedelta(days=after))


def short(missing: int, found: int, reason: Reason = Reason.MIN_TOTAL_NOT_MET) -> Refusal:
    return Refusal(reason, {"wanted": 5000, "found": found, "missing": missing})


def test_t36_an_order_of_49_99_does_not_count_and_one_of_50_does_once_until_it_is_returned() -> None:
    assert settled(order(1, 4999)) == Settlement(ReferralStatus.WAITING, refusal=short(1, 4999))

    counted = settled(order(1, 4999), order(2, 5000))
    assert (counted.status, counted.order_id, counted.refusal) == (ReferralStatus.COUNTED, "O2", None)
    (given,) = counted.grants
    assert (given.member, given.benefits) == ("M1", FOR_REFERRER)

    rewarded = replace(REFERRAL, granted=1)
    assert settled(order(2, 5000), order(3, 9000), referral=rewarded).grants == ()

    back = settled(order(2, 4999), referral=rewarded, after=200)
    assert back == Settlement(ReferralStatus.TAKEN_BACK, refusal=short(1, 4999), take_back=(given.grant_id,))
    settled_back = replace(rewarded, taken_back=1)
    assert settled(order(2, 4999), referral=settled_back).take_back == ()
    assert settled(order(2, 4999), referral=settled_back).status is ReferralStatus.TAKEN_BACK


def test_while_a_scheme_is_stopped_nothing_is_granted_and_nothing_taken_back() -> None:
    day = DAY + timedelta(days=5)
    stopped = settle(SCHEME, REFERRAL, [order(1, 5000)], on_day=day, is_stopped=True)
    assert stopped == Settlement(ReferralStatus.WAITING, refusal=Refusal(Reason.STOPPED))
    rewarded = replace(REFERRAL, granted=1)
    assert settle(SCHEME, rewarded, [order(1, 5000)], on_day=day, is_stopped=True) == settled(
        order(1, 5000), referral=rewarded
    )


def test_t36_nobody_refers_themselves() -> None:
    assert refused_referral(referrer="M1", friend="M1", friend_orders=9, referred_by="M3") == Refusal(
        Reason.SELF_REFERRAL
    )
    own = Referral("M1", "M1", DAY)
    refused = Settlement(ReferralStatus.REFUSED, refusal=Refusal(Reason.SELF_REFERRAL))
    assert settled(order(1, 9000), referral=own) == refused


def test_a_friend_is_new_and_is_brought_by_one_member() -> None:
    def refusal(friend_orders: int = 0, referred_by: str | None = None) -> Refusal | None:
        return refused_referral(
            referrer="M1", friend="M2", friend_orders=friend_orders, referred_by=referred_by
        )

    assert refusal() is None and refusal(referred_by="M1") is None
    assert refusal(friend_orders=1) == Refusal(Reason.HISTORY_DOES_NOT_FIT)
    assert refusal(referred_by="M3") == Refusal(Reason.LIMIT_PER_MEMBER_REACHED)


def test_in_one_order_small_ones_do_not_add_up_and_in_total_they_do() -> None:
    orders = (order(1, 3000), order(2, 1999))
    assert settled(*orders).refusal == short(2000, 3000)
    assert settled(*orders, scheme=IN_TOTAL).refusal == short(1, 4999, Reason.SPEND_NOT_MET)
    for turned in permutations((*orders, order(3, 1), order(4, 50))):
        assert settled(*turned, scheme=IN_TOTAL).order_id == "O3"
    assert settled(scheme=IN_TOTAL).refusal == short(5000, 0, Reason.SPEND_NOT_MET)
    assert settled().refusal == short(5000, 0)


def test_orders_count_from_the_referral_to_the_last_day_both_inclusive() -> None:
    assert last_day(SCHEME, REFERRAL) == date(2026, 4, 9)
    for scheme in (SCHEME, IN_TOTAL):
        for after, counts in ((-1, False), (0, True), (30, True), (31, False)):
            found = settled(order(1, 5000, after=after), scheme=scheme, after=40)
            assert (found.status is ReferralStatus.COUNTED) == counts
    whenever = replace(SCHEME, within_days=None)
    assert last_day(whenever, REFERRAL) is None
    assert settled(order(1, 5000, after=900), scheme=whenever, after=999).order_id == "O1"


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (-1, ReferralStatus.WAITING),
        (30, ReferralStatus.WAITING),
        (31, ReferralStatus.TOO_LATE),
    ],
)
def test_the_referrer_sees_whether_it_can_still_count(after: int, status: ReferralStatus) -> None:
    assert settled(after=after).status is status
    assert settled(after=after, scheme=replace(SCHEME, within_days=None)).status is ReferralStatus.WAITING


def test_an_order_heard_of_twice_counts_once() -> None:
    assert settled(order(1, 2500), order(1, 2500), scheme=IN_TOTAL).status is ReferralStatus.WAITING


def test_two_stations_with_two_orders_that_count_make_the_same_grants() -> None:
    both = replace(SCHEME, friend_benefits=FOR_FRIEND)
    one = settled(order(1, 5000), scheme=both).grants
    assert one == settled(order(2, 8000), scheme=both).grants
    assert one[1].grant_id == grant_id("referral", "friends", "M1", "M2", member="M2", number=1)
    assert [(grant.member, grant.benefits) for grant in one] == [("M1", FOR_REFERRER), ("M2", FOR_FRIEND)]
    other_friend = settled(order(1, 5000), scheme=both, referral=Referral("M1", "M3", DAY)).grants
    assert not {grant.grant_id for grant in one} & {grant.grant_id for grant in other_friend}


def test_after_it_was_taken_back_a_later_order_counts_as_another_grant() -> None:
    first = settled(order(1, 5000)).grants
    again = settled(order(1, 0), order(2, 5000), referral=replace(REFERRAL, granted=1, taken_back=1))
    assert (again.status, again.order_id) == (ReferralStatus.COUNTED, "O2")
    assert again.grants[0].grant_id != first[0].grant_id
    twice = replace(REFERRAL, granted=2, taken_back=1)
    assert settled(order(1, 0), referral=twice).take_back == (again.grants[0].grant_id,)

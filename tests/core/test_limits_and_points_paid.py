"""Limits and budgets at their last use, and points as payment at their last step, each with the numbers told."""

from typing import Any

import pytest

from app.core.authority import Offline
from app.core.campaign import Budget, Campaign, Limit, Limits
from app.core.effects import PointsPayment
from app.core.limits import keys_of, refused_by_budget, refused_by_limits, refused_by_spent, stock_of
from app.core.points import PointsPaid, points_paid
from app.core.reasons import Reason, Refusal
from app.core.stock import Stock
from tests.core.facts import amount_off, campaign, program, rule

NOT_KNOWN = Refusal(Reason.ONLINE_ONLY)
NEEDED = Refusal(Reason.MEMBER_NEEDED)
PER_MEMBER = Refusal(Reason.LIMIT_PER_MEMBER_REACHED)
REACHED = Refusal(Reason.LIMIT_CAMPAIGN_REACHED)


@pytest.mark.parametrize(
    ("limits", "known", "refusals"),
    [
        (Limits(uses=3), {"uses:c": 2}, []),
        (Limits(uses=3), {"uses:c": 3}, [REACHED]),
        (Limits(uses=3), {"uses:c": 4}, [REACHED]),
        (Limits(uses=0), {"uses:c": 0}, [REACHED]),
        (Limits(uses=3), {"uses:d": 9}, [NOT_KNOWN]),
        (Limits(member_uses=(Limit(2, ""),)), {"member_uses:c": 1}, []),
        (Limits(member_uses=(Limit(2, ""),)), {"member_uses:c": 2}, [PER_MEMBER]),
        (Limits(member_uses=(Limit(2, "month"),)), {"member_uses:c/month": 2}, [PER_MEMBER]),
        (Limits(member_uses=(Limit(2, "month"),)), {"member_uses:c": 0}, [NOT_KNOWN]),
        (
            Limits(uses=1, member_uses=(Limit(2, ""), Limit(1, "day"))),
            {"uses:c": 1, "member_uses:c": 2, "member_uses:c/day": 1},
            [REACHED, PER_MEMBER, PER_MEMBER],
        ),
        (Limits(members=2), {"member_counted:c": 0, "members:c": 1}, []),
        (
            Limits(members=2),
            {"member_counted:c": 0, "members:c": 2},
            [Refusal(Reason.LIMIT_MEMBERS_REACHED, {"wanted": 2})],
        ),
        (
            Limits(uses=1, members=2, member_uses=(Limit(2, ""),)),
            {"uses:c": 1, "member_uses:c": 2, "member_counted:c": 0, "members:c": 2},
            [REACHED, PER_MEMBER, Refusal(Reason.LIMIT_MEMBERS_REACHED, {"wanted": 2})],
        ),
        (Limits(members=2), {"member_counted:c": 1, "members:c": 2}, []),
        (Limits(members=2), {"member_counted:c": 1}, []),
        (Limits(members=2), {"member_counted:c": 0}, [NOT_KNOWN]),
        (Limits(members=2), {"members:c": 0}, [NOT_KNOWN]),
        (Limits(), {}, []),
    ],
)
def test_a_limit_refuses_the_use_after_the_last(limits: Limits, known, refusals: list[Refusal]) -> None:
    assert refused_by_limits(limits, "c", known, has_member=True) == refusals


@pytest.mark.parametrize(
    ("limits", "refusals"),
    [
        (Limits(uses=3), []),
        (Limits(members=2), [NEEDED]),
        (Limits(member_uses=(Limit(2, ""),)), [NEEDED]),
        (Limits(uses=2, members=2, member_uses=(Limit(2, ""),)), [REACHED, NEEDED]),
    ],
)
def test_a_limit_of_members_needs_one(limits: Limits, refusals: list[Refusal]) -> None:
    assert refused_by_limits(limits, "c", {"uses:c": 2}, has_member=False) == refusals


BUDGET = Budget(uses=3, discount=1000, order_value=5000)
EXHAUSTED = Refusal(Reason.BUDGET_EXHAUSTED)


@pytest.mark.parametrize(
    ("used", "spent", "exceeded"),
    [
        ((2, 900, 4500), [], []),
        ((2, 901, 4500), [], [99]),
        ((2, 900, 4501), [], [499]),
        ((3, 900, 4500), [EXHAUSTED], [0]),
        ((2, 999, 4999), [], [1, 1]),
        ((2, 1000, 4500), [EXHAUSTED], [0]),
        ((4, 1001, 5001), [EXHAUSTED] * 3, [-1, -1, -1]),
        ((0, 0, 0), [], []),
    ],
)
def test_a_budget_gives_its_last_cent_and_none_more(used, spent: list[Refusal], exceeded: list[int]) -> None:
    known = dict(zip(("uses:c", "discount:c", "order_value:c"), used, strict=True))
    assert refused_by_spent(BUDGET, "c", known) == spent
    found = refused_by_budget(BUDGET, "c", known, discount=100, given=0, order_value=500)
    assert found == [Refusal(Reason.BUDGET_EXCEEDED, {"left": left}) for left in exceeded]


def test_what_a_campaign_gave_before_in_the_order_is_gone_from_its_budget() -> None:
    """Three times 40 of 100: the third is told that 20 are left."""
    budget, known = Budget(discount=100), {"discount:c": 0}
    for given, left in ((0, None), (40, None), (60, None), (61, 39), (80, 20)):
        found = refused_by_budget(budget, "c", known, discount=40, given=given, order_value=0)
        assert [refusal.numbers["left"] for refusal in found] == ([] if left is None else [left])


def test_a_budget_that_nobody_knows_gives_nothing() -> None:
    assert refused_by_spent(BUDGET, "c", {"uses:c": 3, "order_value:c": 1}) == [EXHAUSTED, NOT_KNOWN]
    assert refused_by_spent(Budget(discount=5), "c", {"discount:c": 4}) == []
    assert refused_by_spent(Budget(), "c", {}) == []


@pytest.mark.parametrize(
    ("known", "used", "stock"),
    [
        ({}, 0, None),
        ({"stock_elsewhere:r": 4}, 0, None),
        ({"stock:r": 3}, 0, Stock(3, None)),
        ({"stock:r": 3}, 2, Stock(1, None)),
        ({"stock:r": 3, "stock_elsewhere:r": 4}, 1, Stock(2, 4)),
    ],
)
def test_what_this_order_takes_is_no_longer_in_stock(known, used: int, stock: Stock | None) -> None:
    assert stock_of("r", known, used=used) == stock


def asking(*, has_stock: bool = False, **more: Any) -> Campaign:
    made = rule("r", amount_off(100), trigger="voucher", has_stock=has_stock)
    return program(campaign("c", made, **more)).campaigns[0]


@pytest.mark.parametrize(
    ("more", "keys"),
    [
        ({}, set()),
        ({"limits": {"uses": 0}}, {"uses:c"}),
        ({"limits": {"members": 0}}, {"members:c", "member_counted:c"}),
        (
            {"limits": {"member_uses": [{"at_most": 1}, {"at_most": 1, "period": "month"}]}},
            {"member_uses:c", "member_uses:c/month"},
        ),
        ({"budget": {"uses": 1}}, {"uses:c"}),
        ({"budget": {"discount": 1}}, {"discount:c"}),
        ({"budget": {"order_value": 0}}, {"order_value:c"}),
        (
            {"limits": {"uses": 1, "members": 1}, "budget": {"discount": 1}},
            {"uses:c", "members:c", "member_counted:c", "discount:c"},
        ),
    ],
)
def test_a_campaign_names_the_counters_it_asks_for(more: dict[str, Any], keys: set[str]) -> None:
    assert keys_of(asking(**more)) == keys
    assert keys_of(asking(**more)) <= set(program(campaign("c", **more)).counters)
    assert asking(**more).offline is Offline.ALWAYS


def test_a_reward_with_a_stock_asks_for_it() -> None:
    assert "stock:r" in keys_of(asking(has_stock=True))
    assert keys_of(asking(has_stock=False)) == set()


# --- points as payment -------------------------------------------------------------------------------------------

TENS = PointsPayment(points=100, worth=50, step=10)  # 10 points are 5 cents
FROM_30 = PointsPayment(points=100, worth=50, step=10, least=30)
FROM_25 = PointsPayment(points=100, worth=50, step=10, least=25)
HALF = PointsPayment(points=100, worth=50, step=10, share_max=5000)


def short(wanted: int, found: int) -> PointsPaid:
    numbers = {"wanted": wanted, "found": found, "missing": wanted - found}
    return PointsPaid(0, 0, (Refusal(Reason.INSUFFICIENT_POINTS, numbers),))


NOTHING = PointsPaid(0, 0, (Refusal(Reason.NO_EFFECT),))


def too_few(least: int) -> PointsPaid:
    return PointsPaid(0, 0, (Refusal(Reason.POINTS_MIN_NOT_MET, {"wanted": least}),))


@pytest.mark.parametrize(
    ("effect", "balance", "absorbs", "wanted", "paid"),
    [
        (TENS, 100, 1000, 0, PointsPaid(100, 50)),
        (TENS, 109, 1000, 0, PointsPaid(100, 50)),
        (TENS, 100, 24, 0, PointsPaid(40, 20)),
        (TENS, 100, 25, 0, PointsPaid(50, 25)),
        (TENS, 100, 1000, 30, PointsPaid(30, 15)),
        (TENS, 100, 1000, 39, PointsPaid(30, 15)),
        (TENS, 100, 1000, 100, PointsPaid(100, 50)),
        (TENS, 100, 1000, 101, short(101, 100)),
        (TENS, 100, 5, 100, PointsPaid(10, 5)),
        (TENS, 10, 1000, 0, PointsPaid(10, 5)),
        (TENS, 9, 1000, 0, short(10, 9)),
        (TENS, 0, 1000, 0, short(10, 0)),
        (TENS, 100, 4, 0, NOTHING),
        (TENS, 100, 0, 0, NOTHING),
        (TENS, 9, 0, 0, short(10, 9)),
        (TENS, 100, 1000, 9, too_few(10)),
        (FROM_30, 100, 1000, 30, PointsPaid(30, 15)),
        (FROM_30, 100, 1000, 29, too_few(30)),
        (FROM_30, 29, 1000, 0, short(30, 29)),
        (FROM_30, 30, 1000, 0, PointsPaid(30, 15)),
        (FROM_30, 100, 14, 0, too_few(30)),
        (FROM_30, 100, 15, 0, PointsPaid(30, 15)),
        (FROM_30, 100, 5, 0, too_few(30)),
        (FROM_30, 100, 4, 0, NOTHING),
        (FROM_25, 29, 1000, 0, too_few(25)),
        (FROM_25, 25, 1000, 0, too_few(25)),
        (FROM_25, 24, 1000, 0, short(25, 24)),
        (FROM_25, 30, 1000, 0, PointsPaid(30, 15)),
    ],
)
def test_points_pay_in_whole_steps_what_the_order_takes(effect, balance, absorbs, wanted, paid) -> None:
    found = points_paid(effect, balance=balance, absorbs=absorbs, payable=absorbs, wanted=wanted)
    assert found == paid


@pytest.mark.parametrize(
    ("payable", "absorbs", "paid"),
    [
        (100, 100, PointsPaid(100, 50)),
        (99, 99, PointsPaid(90, 45)),  # half are 49.5
        (40, 30, PointsPaid(40, 20)),
        (40, 15, PointsPaid(30, 15)),
        (10, 10, PointsPaid(10, 5)),
        (9, 9, NOTHING),
    ],
)
def test_only_a_share_of_what_is_to_be_paid_may_be_paid_in_points(payable: int, absorbs: int, paid) -> None:
    assert points_paid(HALF, balance=1000, absorbs=absorbs, payable=payable, wanted=0) == paid

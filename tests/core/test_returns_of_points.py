"""Returns: points spent go back to their lots, points earned are counted again, and uses come back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.lots import Account, Lot, Taken, credit, deduct, spend
from app.core.lots import give_back as give_back_to_lots
from app.core.paid_order import (
    KeptLine,
    OnReturn,
    PaidOrder,
    PaidRedemption,
)
from app.core.reasons import Reason, Refusal
from app.core.returns import Recount
from tests.core.returning import (
    SPEND_100_SAVE_10,
    THREE_FOR_TWO,
    TODAY,
    TWO_LINES,
    UNIT,
    line,
    per_unit,
    returning,
)


def test_a_use_comes_back_with_the_last_unit_it_was_for_unless_the_campaign_says_otherwise() -> None:
    on_one = PaidRedemption("one", ((1, 500),))
    kept = replace(on_one, redemption_id="kept", is_reusable=False)
    on_all = PaidRedemption("all", ((1, 100), (2, 100)))
    nowhere = PaidRedemption("nowhere")
    order = PaidOrder(
        (line(1, 3000, units=2, discount=600), line(2, 800, discount=100)), (on_one, kept, on_all, nowhere)
    )
    uses = []
    for step in ((1, UNIT), (1, UNIT), (2, UNIT)):
        order, outcome = returning(order, step)
        uses.append([back.redemption_id for back in outcome.redemptions if back.is_use_given_back])
    assert uses == [[], ["one"], ["all", "nowhere"]]
    assert [one.is_use_returned for one in order.redemptions] == [True, False, True, True]


def test_a_discount_recomputed_away_gives_back_its_use_and_all_its_points_once() -> None:
    paid_in_points = replace(SPEND_100_SAVE_10, points=(("lot", 300),))
    left, outcome = returning(replace(TWO_LINES, redemptions=(paid_in_points,)), (2, UNIT))
    (back,) = outcome.redemptions
    assert (back.points, back.is_use_given_back) == ((("lot", 300),), True)
    assert returning(left, (1, UNIT))[1].redemptions == ()


def test_points_come_back_pro_rata_rounded_down_until_the_last_unit() -> None:
    reward = PaidRedemption("reward", ((1, 1000),), points=(("early", 60), ("late", 40)))
    order = replace(THREE_FOR_TWO, redemptions=(reward,))
    found = []
    for _ in range(3):
        order, outcome = returning(order, (1, UNIT))
        found.append(outcome.redemptions[0].points)
    assert found == [(("late", 33),), (("late", 7), ("early", 26)), (("early", 34),)]


def test_points_follow_the_discount_and_not_the_price() -> None:
    reward = PaidRedemption("reward", ((1, 0), (2, 300), (3, 100)), points=(("lot", 101),))
    lines = (line(1, 9000), line(2, 600, units=2, discount=300), line(3, 350, units=7, discount=100))
    order = PaidOrder(lines, (reward,))
    found = []
    for step in ((1, UNIT), (2, UNIT), (3, 3 * UNIT), (3, 4 * UNIT), (2, UNIT)):
        order, outcome = returning(order, step)
        found.append(sum(points for back in outcome.redemptions for _, points in back.points))
    assert found == [0, 37, 11, 15, 38]


def test_points_that_paid_as_money_come_back_as_points_and_the_rest_as_money() -> None:
    points = PaidRedemption("points", ((1, 1000), (2, 500)), points=(("lot", 150),), is_payment=True)
    order = PaidOrder((line(1, 2000, units=3), line(2, 1000)), (points,))
    found = []
    for step in ((1, UNIT), (1, 2 * UNIT), (2, UNIT)):
        order, outcome = returning(order, step)
        (back,) = outcome.redemptions
        found.append((outcome.amount, back.worth, outcome.till, back.points))
    assert found == [
        (667, 333, 334, (("lot", 33),)),
        (1333, 667, 666, (("lot", 67),)),
        (1000, 500, 500, (("lot", 50),)),
    ]


def test_a_charge_never_reaches_what_comes_back_as_points() -> None:
    points = PaidRedemption("points", ((2, 500),), points=(("lot", 50),), is_payment=True)
    half = PaidRedemption("half", ((1, 4750), (2, 250)), on_return=OnReturn.RECOMPUTE)
    order = PaidOrder((line(1, 9500, discount=4750), line(2, 750, discount=250)), (half, points))
    left, outcome = returning(order, (2, UNIT))
    assert (outcome.amount, outcome.till) == (500, 0)
    left, outcome = returning(left, (1, UNIT))
    assert (outcome.amount, outcome.till) == (4750, 4750)


def test_points_earned_are_counted_again_for_what_was_kept() -> None:
    order = PaidOrder((line(1, 7500), line(2, 2500)), earned=(("points", 100),))
    left, outcome = returning(order, (1, UNIT), recount=per_unit(1))
    assert outcome.earned == (("points", -75),)
    assert returning(
        left, (2, UNIT), recount=Recount(lambda _, __: 0, lambda _: pytest.fail("nothing is kept"))
    )[1].earned == (("points", -25),)


def test_points_earned_are_counted_on_what_was_really_paid_in_the_end() -> None:
    left, outcome = returning(TWO_LINES, (2, UNIT), recount=per_unit(1))
    assert outcome.earned == (("points", -40),)  # 60.00 are paid for what is kept, without the lost discount
    assert left.earned == (("points", 60),)


def test_every_account_is_counted_and_only_differences_are_said() -> None:
    order = PaidOrder((line(1, 1000), line(2, 1000)), earned=(("points", 20), ("same", 3), ("wallet", 100)))
    recount = Recount(lambda _, __: 0, lambda _: {"points": 10, "same": 3, "bonus": 2})
    left, outcome = returning(order, (1, UNIT), recount=recount)
    assert outcome.earned == (("bonus", 2), ("points", -10), ("wallet", -100))
    assert dict(left.earned) == {"points": 10, "same": 3, "wallet": 0, "bonus": 2}


def test_points_earned_and_spent_elsewhere_are_owed_when_a_return_breaks_the_threshold() -> None:
    """120.00 earned 240 at "from 100.00 on, 2 points per 1.00"; 200 are spent; 60.00 come back: 0 are earned."""

    def from_100_on(kept: tuple[KeptLine, ...]) -> dict[str, int]:
        total = sum(one.amount for one in kept)
        return {"points": total // 100 * 2 if total >= 10_000 else 0}

    order = PaidOrder((line(1, 12_000, units=2),), earned=(("points", 240),))
    _, outcome = returning(order, (1, UNIT), recount=Recount(lambda _, __: 0, from_100_on))
    assert outcome.earned == (("points", -240),)
    account = credit(Account(), Lot("L1", 240, 240, TODAY))
    spent = spend(account, 200, day=TODAY)
    assert not isinstance(spent, Refusal)
    owing = deduct(spent.account, 240, day=TODAY).account
    assert owing.active(TODAY) == -200
    assert spend(owing, 1, day=TODAY) == Refusal(Reason.DEBT, {"missing": 200})


def test_points_come_back_to_the_lots_they_came_from_also_when_one_has_expired() -> None:
    taken = (("early", 60), ("late", 40))
    reward = PaidRedemption("reward", ((1, 1000),), points=taken)
    _, outcome = returning(replace(THREE_FOR_TWO, redemptions=(reward,)), (1, 2 * UNIT))
    shares = outcome.redemptions[0].points
    assert shares == (("late", 40), ("early", 26))
    lots = [
        Lot("early", 60, 0, TODAY - timedelta(days=400), expires_on=TODAY - timedelta(days=1)),
        Lot("late", 50, 10, TODAY, expires_on=TODAY),
    ]
    given = give_back_to_lots(lots, [Taken(*part) for part in taken], 66, day=TODAY, renewed_id="new")
    assert [(lot.lot_id, lot.left, lot.expires_on) for lot in given.lots] == [
        ("early", 0, TODAY - timedelta(days=1)),
        ("late", 50, TODAY),
        ("new", 26, TODAY + timedelta(days=30)),
    ]

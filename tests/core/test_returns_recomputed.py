"""Returns where a campaign recomputes: what is kept pays for the discount that it no longer gets."""

from dataclasses import replace

import pytest

from app.core.paid_order import (
    KeptLine,
    OnReturn,
    PaidOrder,
    PaidRedemption,
    ReturnedUnits,
)
from app.core.returns import Recount, give_back
from tests.core.returning import (
    NOTHING_LEFT,
    SPEND_100_SAVE_10,
    THREE_FOR_TWO,
    TWO_LINES,
    UNIT,
    line,
    refunds_of,
    returning,
)


def test_a_three_for_two_that_recomputes_gives_nothing_for_the_unit_that_was_free() -> None:
    offer = PaidRedemption("r1", ((1, 1000),), on_return=OnReturn.RECOMPUTE)
    order = replace(THREE_FOR_TWO, redemptions=(offer,))
    assert refunds_of(order, (1, UNIT), (1, UNIT), (1, UNIT)) == [0, 1000, 1000]


def test_a_threshold_no_longer_met_is_proportional_unless_the_campaign_recomputes() -> None:
    proportional = replace(SPEND_100_SAVE_10, on_return=OnReturn.PROPORTIONAL)
    asked = Recount(lambda _, __: pytest.fail("a proportional discount is never asked again"), lambda _: {})
    order = replace(TWO_LINES, redemptions=(proportional,))
    assert refunds_of(order, (2, UNIT), (1, UNIT), recount=asked) == [4545, 5455]
    assert refunds_of(TWO_LINES, (2, UNIT), (1, UNIT)) == [4000, 6000]


def test_a_discount_recomputed_to_less_is_charged_in_part() -> None:
    def gives_200(redemption_id: str, kept: tuple[KeptLine, ...]) -> int:
        assert (redemption_id, kept) == ("save", (KeptLine(1, 1000, 6000, 5455),))
        return 200

    left, outcome = returning(TWO_LINES, (2, UNIT), recount=Recount(gives_200, lambda _: {}))
    assert (outcome.amount, outcome.kept) == (4545 - 345, (KeptLine(1, 1000, 6000, 5800),))
    (back,) = outcome.redemptions
    assert (back.lost, back.is_use_given_back) == (345, False)
    assert returning(left, (1, UNIT))[1].amount == 5800


def test_a_recomputed_discount_never_gives_more_nor_asks_for_money() -> None:
    more = Recount(lambda _, __: 9999, lambda _: {})
    assert refunds_of(TWO_LINES, (2, UNIT), recount=more) == [4545]
    less_than_nothing = Recount(lambda _, __: -50, lambda _: {})
    assert refunds_of(TWO_LINES, (2, UNIT), recount=less_than_nothing) == [4000]
    half_price = PaidRedemption("half", ((1, 4750), (2, 250)), on_return=OnReturn.RECOMPUTE)
    order = PaidOrder((line(1, 9500, discount=4750), line(2, 500, discount=250), line(3, 0)), (half_price,))
    left, outcome = returning(order, (2, UNIT), (3, UNIT))
    assert [(one.line, one.amount) for one in outcome.lines] == [(2, 0), (3, 0)]
    assert (outcome.amount, outcome.till, outcome.kept) == (0, 0, (KeptLine(1, 1000, 9500, 5000),))
    assert not outcome.redemptions[0].is_use_given_back  # the member keeps most of the discount
    left, outcome = returning(left, (1, UNIT))
    assert (outcome.amount, outcome.redemptions[0].is_use_given_back) == (5000, True)


def test_what_is_kept_without_the_lost_discount_stays_as_it_was() -> None:
    order = replace(TWO_LINES, lines=(*TWO_LINES.lines, line(3, 700)))
    assert returning(order, (2, UNIT))[1].kept == (KeptLine(1, 1000, 6000, 6000), KeptLine(3, 1000, 700, 700))


def test_a_lost_discount_comes_back_on_the_lines_that_had_it() -> None:
    offer = PaidRedemption("save", ((1, 10), (2, 1000), (3, 90)), on_return=OnReturn.RECOMPUTE)
    lines = (line(1, 100, discount=10), line(2, 5000, discount=1000), line(3, 9000, discount=90))
    kept = returning(PaidOrder(lines, (offer,)), (3, UNIT))[1].kept
    assert [one.remaining for one in kept] == [100, 5000]


def test_single_cents_and_single_points_come_back_too() -> None:
    cent = PaidRedemption("cent", ((1, 1), (2, 1)), (("early", 1), ("late", 1)), OnReturn.RECOMPUTE)
    order = PaidOrder((line(1, 300, discount=1), line(2, 300, discount=1)), (cent,))
    _, outcome = returning(order, (2, UNIT))
    assert (outcome.amount, outcome.redemptions[0].points) == (298, (("late", 1), ("early", 1)))


def test_a_redemption_that_took_nothing_is_never_recomputed_away() -> None:
    perk = PaidRedemption("perk", ((1, 0),), (("lot", 9),), OnReturn.RECOMPUTE)
    order = PaidOrder((line(1, 300), line(2, 300)), (perk,))
    left, outcome = returning(order, (1, UNIT))
    assert outcome.redemptions == ()
    assert returning(left, (2, UNIT))[1].redemptions[0].points == (("lot", 9),)


def test_what_a_line_had_held_back_comes_with_the_last_one() -> None:
    left, _ = returning(TWO_LINES, (2, UNIT))
    outcome = give_back(left, [ReturnedUnits(1, UNIT)], recount=NOTHING_LEFT)
    assert [(one.line, one.quantity_milli, one.amount) for one in outcome.lines] == [
        (1, 1000, 5455),
        (2, 0, 545),
    ]


def test_a_charge_is_shared_by_the_lines_that_come_back() -> None:
    lines = (
        line(1, 6000, discount=600),
        line(2, 3000, discount=300),
        line(3, 1000, discount=100),
        line(4, -40),
    )
    offer = PaidRedemption("save", ((1, 600), (2, 300), (3, 100)), on_return=OnReturn.RECOMPUTE)
    _, outcome = returning(PaidOrder(lines, (offer,)), (2, UNIT), (3, UNIT), (4, UNIT))
    assert [(one.line, one.amount) for one in outcome.lines] == [(2, 2250), (3, 750), (4, -40)]

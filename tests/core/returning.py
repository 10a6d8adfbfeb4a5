"""What the tests of returns share: paid orders, and returning units step by step."""

from datetime import date

from app.core.paid_order import (
    OnReturn,
    PaidLine,
    PaidOrder,
    PaidRedemption,
    ReturnedUnits,
    ReturnOutcome,
    after,
)
from app.core.returns import Recount, give_back

UNIT = 1000
TODAY = date(2026, 3, 10)
NOTHING_LEFT = Recount(lambda _, __: 0, lambda _: {})


def line(number: int, amount: int, *, units: int = 1, **rest: int) -> PaidLine:
    return PaidLine(number, units * UNIT, amount, **rest)


def per_unit(points: int, cents: int = 100) -> Recount:
    """Points per full unit of money paid; a discount whose condition no longer holds gives nothing."""
    return Recount(
        lambda _, __: 0,
        lambda kept: {"points": sum(one.remaining for one in kept) // cents * points},
    )


def returning(
    order: PaidOrder, *units: tuple[int, int], recount: Recount = NOTHING_LEFT
) -> tuple[PaidOrder, ReturnOutcome]:
    outcome = give_back(order, [ReturnedUnits(*one) for one in units], recount=recount)
    assert outcome.amount == sum(refund.amount for refund in outcome.lines)
    given = sum(tender.amount for tender in outcome.tenders) + sum(back.worth for back in outcome.redemptions)
    assert outcome.amount == given + outcome.till
    return after(order, outcome), outcome


def refunds_of(order: PaidOrder, *steps: tuple[int, int], recount: Recount = NOTHING_LEFT) -> list[int]:
    amounts = []
    for step in steps:
        order, outcome = returning(order, step, recount=recount)
        amounts.append(outcome.amount)
    return amounts


THREE_FOR_TWO = PaidOrder((line(1, 3000, units=3, discount=1000),))

SPEND_100_SAVE_10 = PaidRedemption("save", ((1, 545), (2, 455)), on_return=OnReturn.RECOMPUTE)
TWO_LINES = PaidOrder(
    (line(1, 6000, discount=545), line(2, 5000, discount=455)),
    (SPEND_100_SAVE_10,),
    earned=(("points", 100),),
)

"""Voids and partial returns: money to the cent, points to their lots, uses, and what a lost threshold costs."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.gift_cards import Rest, TenderKind
from app.core.lots import Account, Lot, Taken, credit, deduct, spend
from app.core.lots import give_back as give_back_to_lots
from app.core.paid_order import (
    KeptLine,
    OnReturn,
    PaidLine,
    PaidOrder,
    PaidRedemption,
    PaidTender,
    RefundOrder,
    ReturnedUnits,
    ReturnOutcome,
    TenderRefund,
    after,
)
from app.core.reasons import Reason, Refusal
from app.core.returns import Recount, ReturnInvalid, give_back, void

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


def test_a_three_for_two_comes_back_unit_by_unit_and_sums_to_what_was_paid() -> None:
    assert refunds_of(THREE_FOR_TWO, (1, UNIT), (1, UNIT), (1, UNIT)) == [667, 666, 667]
    assert refunds_of(THREE_FOR_TWO, (1, 2 * UNIT), (1, UNIT)) == [1333, 667]
    assert refunds_of(THREE_FOR_TWO, (1, 3 * UNIT)) == [2000]


def test_a_three_for_two_that_recomputes_gives_nothing_for_the_unit_that_was_free() -> None:
    offer = PaidRedemption("r1", ((1, 1000),), on_return=OnReturn.RECOMPUTE)
    order = replace(THREE_FOR_TWO, redemptions=(offer,))
    assert refunds_of(order, (1, UNIT), (1, UNIT), (1, UNIT)) == [0, 1000, 1000]


def test_over_lines_each_gives_back_what_it_had_paid() -> None:
    order = PaidOrder((line(1, 2000, units=2), line(2, 900, discount=900)))
    assert refunds_of(order, (2, UNIT), (1, UNIT), (1, UNIT)) == [0, 1000, 1000]


def test_the_whole_discount_is_not_charged_to_one_line() -> None:
    order = PaidOrder((line(1, 15_000, discount=3000), line(2, 6000, discount=1200)))
    assert refunds_of(order, (1, UNIT)) == [12_000]


def test_zero_priced_and_negative_lines_come_back_too() -> None:
    order = PaidOrder((line(1, 0), line(2, -50, units=2), PaidLine(3, -3000, -100), PaidLine(4, 0, 700)))
    steps = ((1, UNIT), (2, UNIT), (2, UNIT), (3, UNIT), (3, 2 * UNIT), (4, UNIT))
    assert refunds_of(order, *steps) == [0, -25, -25, -33, -67, 700]
    _, outcome = returning(order, (3, UNIT))
    assert (outcome.till, outcome.tenders) == (-33, ())  # the member owes the till
    assert KeptLine(3, -2000, -67, -67) in outcome.kept


def test_weighed_goods_come_back_by_the_gram() -> None:
    order = PaidOrder((PaidLine(1, 350, 700),))
    assert refunds_of(order, (1, 1), (1, 349)) == [2, 698]


@pytest.mark.parametrize("units", [(1, 0), (1, -1), (1, 3001), (7, 1000)])
def test_what_was_not_bought_can_not_come_back(units: tuple[int, int]) -> None:
    with pytest.raises(ReturnInvalid, match=f"line {units[0]}"):
        returning(THREE_FOR_TWO, units)


def test_nothing_comes_back_twice() -> None:
    left, _ = returning(THREE_FOR_TWO, (1, 2 * UNIT))
    with pytest.raises(ReturnInvalid, match="expected 1 to 1000"):
        returning(left, (1, 1001))
    with pytest.raises(ReturnInvalid, match="expected 1 to 500"):
        returning(left, (1, 500), (1, 501))
    assert returning(left, (1, 400), (1, 600))[1].amount == 667


def test_tax_comes_back_with_the_money_and_sums_to_what_was_paid() -> None:
    net = line(1, 1000, units=3, on_top=190, tax=190)
    gross = line(2, 1190, tax=190)
    deposit = line(3, -119, tax=-19)
    taxes = []
    order = PaidOrder((net, gross, deposit))
    for step in ((1, UNIT), (1, UNIT), (1, UNIT), (2, UNIT), (3, UNIT)):
        order, outcome = returning(order, step)
        taxes += [(refund.amount, refund.tax) for refund in outcome.lines]
    assert taxes == [(397, 63), (396, 64), (397, 63), (1190, 190), (-119, -19)]


@st.composite
def orders(draw: st.DrawFn) -> PaidOrder:
    size = draw(st.integers(1, 3))
    shares = [draw(st.integers(0, 300)) for _ in range(size)]
    other = [draw(st.integers(0, 300)) for _ in range(size)]
    is_payment = draw(st.booleans())
    lines = []
    for place in range(size):
        discount = shares[place] + (0 if is_payment else other[place])
        kept = draw(st.integers(other[place] if is_payment else 0, 900))
        on_top = draw(st.sampled_from((0, 0, 19)))
        tax = draw(st.integers(0, 30)) if kept else 0
        quantity = draw(st.sampled_from((1000, 2000, 3000, 350, -2000)))
        lines.append(PaidLine(place + 1, quantity, discount + kept, discount, on_top, tax))
    if draw(st.booleans()):
        lines.append(PaidLine(9, UNIT, -25))
    redemptions = (
        PaidRedemption(
            "a",
            tuple((place + 1, share) for place, share in enumerate(shares)),
            on_return=draw(st.sampled_from(OnReturn)),
        ),
        PaidRedemption(
            "b",
            tuple((place + 1, share) for place, share in enumerate(other)),
            points=(("early", 40), ("late", 70)),
            is_payment=is_payment,
        ),
    )
    due = max(sum(one.paid for one in lines) - (sum(other) if is_payment else 0), 0)
    card = draw(st.integers(0, due))
    wallet = draw(st.integers(0, due - card))
    tenders = (PaidTender(TenderKind.GIFT_CARD, "G1", card), PaidTender(TenderKind.WALLET, "W1", wallet))
    return PaidOrder(
        tuple(lines), redemptions, tenders, (("points", 12),), refund_order=draw(st.sampled_from(RefundOrder))
    )


@settings(max_examples=40)
@given(orders(), st.lists(st.integers(1, 3000), max_size=5), st.integers(0, 400))
def test_returns_in_any_pieces_sum_to_what_was_paid(order: PaidOrder, pieces: list[int], gives: int) -> None:
    first, paid = order, sum(one.paid for one in order.lines)
    recount = Recount(lambda _, __: gives, lambda kept: {"points": sum(one.remaining for one in kept) // 7})
    found: Counter[str] = Counter()
    while open_lines := [one for one in order.lines if one.left_milli]:
        piece = pieces.pop() if pieces else 3000
        chosen = open_lines[piece % len(open_lines)]
        step = (chosen.line, min(piece, chosen.left_milli))
        order, outcome = returning(order, step, recount=recount)
        assert all(one.amount > 0 for one in outcome.tenders)
        assert all(part > 0 for back in outcome.redemptions for _, part in back.points)
        found["paid"] += outcome.amount
        found["tax"] += sum(refund.tax for refund in outcome.lines)
        for back in outcome.redemptions:
            found["worth"] += back.worth
            found["uses"] += back.is_use_given_back
            found.update(dict(back.points))
        found.update({tender.ref: tender.amount for tender in outcome.tenders})
        if not any(one.on_top for one in order.lines):
            assert sum(one.remaining for one in outcome.kept) == paid - found["paid"]
    payments = [one for one in first.redemptions if one.is_payment]
    assert +found == +Counter(
        paid=paid,
        tax=sum(one.tax for one in first.lines),
        worth=sum(share for one in payments for _, share in one.shares),
        uses=2,
        early=40,
        late=70,
        **{tender.ref: tender.amount for tender in first.tenders},
    )
    assert dict(order.earned) == {"points": 0}


SPEND_100_SAVE_10 = PaidRedemption("save", ((1, 545), (2, 455)), on_return=OnReturn.RECOMPUTE)
TWO_LINES = PaidOrder(
    (line(1, 6000, discount=545), line(2, 5000, discount=455)),
    (SPEND_100_SAVE_10,),
    earned=(("points", 100),),
)


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


CARD_AND_WALLET = (PaidTender(TenderKind.GIFT_CARD, "G1", 1000), PaidTender(TenderKind.WALLET, "W1", 500))


def test_a_refund_goes_first_where_the_program_says() -> None:
    order = PaidOrder((line(1, 3000, units=3),), tenders=CARD_AND_WALLET)

    def tenders(refund_order: RefundOrder) -> list[tuple[list[tuple[str, int]], int]]:
        left, found = replace(order, refund_order=refund_order), []
        for _ in range(3):
            left, outcome = returning(left, (1, UNIT))
            found.append(([(one.ref, one.amount) for one in outcome.tenders], outcome.till))
        return found

    assert tenders(RefundOrder.TENDERS_FIRST) == [
        ([("W1", 500), ("G1", 500)], 0),
        ([("G1", 500)], 500),
        ([], 1000),
    ]
    assert tenders(RefundOrder.TENDERS_LAST) == [
        ([], 1000),
        ([("W1", 500)], 500),
        ([("G1", 1000)], 0),
    ]


def test_where_tenders_come_last_the_till_gives_only_what_was_paid_in_its_own_money() -> None:
    """30.00: 6.00 in points, 15.00 by card and wallet, 9.00 in cash; 2.00 of each 10.00 come back as points."""
    points = PaidRedemption("points", ((1, 600),), points=(("lot", 60),), is_payment=True)
    order = PaidOrder(
        (line(1, 3000, units=3),), (points,), CARD_AND_WALLET, refund_order=RefundOrder.TENDERS_LAST
    )
    tills = []
    for _ in range(3):
        order, outcome = returning(order, (1, UNIT))
        tills.append(outcome.till)
    assert tills == [800, 100, 0]


def test_a_void_gives_everything_back_exactly() -> None:
    once = PaidTender(TenderKind.GIFT_CARD, "G2", 400, rest=100, rest_is=Rest.FORFEITED)
    cashed = PaidTender(TenderKind.GIFT_CARD, "G3", 300, rest=200, rest_is=Rest.PAID_OUT)
    reward = PaidRedemption("reward", ((1, 1000),), points=(("early", 60), ("late", 40)))
    lines = (line(1, 3000, units=3, discount=1000), line(2, 1190, tax=190), line(3, -25))
    order = PaidOrder(lines, (reward,), (*CARD_AND_WALLET, once, cashed), (("points", 31),))
    outcome = void(order)
    assert (
        outcome.amount == 3165 and outcome.till == 3165 - 2200 - 200
    )  # 2.00 in cash are handed back to the till
    assert {(one.ref, one.amount) for one in outcome.tenders} == {
        ("G1", 1000),
        ("W1", 500),
        ("G2", 500),
        ("G3", 500),
    }
    assert outcome.earned == (("points", -31),) and outcome.kept == ()
    assert dict(outcome.redemptions[0].points) == {"early": 60, "late": 40}
    assert outcome.redemptions[0].is_use_given_back
    again = void(after(order, outcome))
    assert (again.amount, again.till, again.tenders, again.earned, again.redemptions) == (0, 0, (), (), ())


def test_a_void_after_a_return_gives_back_what_is_left() -> None:
    left, first = returning(PaidOrder(THREE_FOR_TWO.lines, tenders=CARD_AND_WALLET), (1, UNIT))
    outcome = void(left)
    assert (first.amount, outcome.amount) == (667, 1333)
    assert [*first.tenders, *outcome.tenders] == [
        TenderRefund(TenderKind.WALLET, "W1", 500),
        TenderRefund(TenderKind.GIFT_CARD, "G1", 167),
        TenderRefund(TenderKind.GIFT_CARD, "G1", 833),
    ]


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

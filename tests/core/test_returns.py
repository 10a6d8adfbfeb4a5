"""Voids and returns: each line gives back what it had paid, to the cent, and the money goes where it came from."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.card_rest import Rest
from app.core.gift_cards import TenderKind
from app.core.paid_order import (
    KeptLine,
    LineRefund,
    OnReturn,
    PaidLine,
    PaidOrder,
    PaidRedemption,
    PaidTender,
    RefundOrder,
    TenderRefund,
    after,
)
from app.core.returns import Recount, ReturnInvalid, void
from tests.core.returning import (
    THREE_FOR_TWO,
    UNIT,
    line,
    refunds_of,
    returning,
)


def test_a_three_for_two_comes_back_unit_by_unit_and_sums_to_what_was_paid() -> None:
    assert refunds_of(THREE_FOR_TWO, (1, UNIT), (1, UNIT), (1, UNIT)) == [667, 666, 667]
    assert refunds_of(THREE_FOR_TWO, (1, 2 * UNIT), (1, UNIT)) == [1333, 667]
    assert refunds_of(THREE_FOR_TWO, (1, 3 * UNIT)) == [2000]


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
    assert returning(order, (1, 350))[1].lines == (LineRefund(1, 350, 700, tax=0),)


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

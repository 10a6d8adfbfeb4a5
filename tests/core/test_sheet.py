"""The sheet: how an order is laid out, what taking and using do to what is left, and what it comes to in the end."""

import pytest

from app.core.order import MILLI, LineKind
from app.core.policy import AmountBasis, Policy
from app.core.sheet import Sheet, in_basis, sheet_of
from tests.core.facts import line, order

LINES = (
    line(3, "c", 300, 3, floor=100),
    line(1, "a", 1000, 4),
    line(2, "b", -50, 1, floor=-20),
    line(4, "d", 200, 2, floor=500),
    line(5, "e", 100, 1, floor=-5),
    line(6, "f", 0, 2),
)


def laid_out(**policy) -> Sheet:
    return sheet_of(order(*LINES), Policy(**policy))


def test_lines_are_laid_out_by_their_numbers() -> None:
    seen = laid_out()
    assert [one.line for one in seen.lines] == [1, 2, 3, 4, 5, 6]
    assert seen.initial == seen.remaining == seen.open_amount == [1000, 0, 300, 200, 100, 0]
    assert seen.left == [1000, 0, 200, 0, 100, 0]
    assert seen.open_units == [4, 0, 3, 2, 1, 2]  # what is given back isn't bought
    assert seen.given == 0


def test_taking_lowers_what_is_left_and_makes_unused_units_cheaper() -> None:
    seen = laid_out()
    seen.take([250, 0, 100, 0, 0, 0])
    assert seen.remaining == [750, 0, 200, 200, 100, 0]
    assert seen.left == [750, 0, 100, 0, 100, 0]
    assert seen.open_amount == [750, 0, 200, 200, 100, 0]
    assert (seen.given, seen.taken(0), seen.taken(2), seen.taken(3)) == (350, 250, 100, 0)
    assert [seen.amount_now(place) for place in range(6)] == [750, -50, 200, 200, 100, 0]


def test_taking_off_used_units_leaves_the_others_their_worth() -> None:
    seen = laid_out()
    seen.use(0, 2)
    assert (seen.open_units[0], seen.open_amount[0]) == (2, 500)
    seen.take([250, 0, 30, 0, 0, 0], {0: 2})
    assert (seen.remaining[0], seen.left[0], seen.open_amount[0]) == (750, 750, 500)
    assert seen.open_amount[2] == 270
    seen.take([75, 0, 0, 0, 0, 0])  # a tenth off all: the unused half of the line becomes a tenth cheaper
    assert (seen.remaining[0], seen.open_amount[0]) == (675, 450)


@pytest.mark.parametrize(
    ("units", "basis_points", "worth"),
    [
        (1, 10_000, 333),
        (2, 10_000, 667),
        (3, 10_000, 1000),
        (1, 5000, 167),
        (2, 1000, 67),
        (1, 45, 2),
        (0, 10_000, 0),
    ],
)
def test_what_units_are_worth_is_rounded_half_up(units: int, basis_points: int, worth: int) -> None:
    """Three for 10.00; 0.45 % of 3.333 is 1.5 cents."""
    seen = sheet_of(order(line(1, "a", 1000, 3)), Policy())
    assert seen.worth(0, units, basis_points) == worth


def test_using_units_takes_their_rounded_worth_along() -> None:
    seen = sheet_of(order(line(1, "a", 1000, 3)), Policy())
    seen.use(0, 2)
    assert (seen.open_units, seen.open_amount) == ([1], [333])
    seen.use(0, 1)
    assert (seen.open_units, seen.open_amount) == ([0], [0])


def test_rounding_of_what_unused_units_lose() -> None:
    """Of 10.00 for 3 one is used: 6.67 left for two. 0.05 off the line is 0.03 off those."""
    seen = sheet_of(order(line(1, "a", 1000, 3)), Policy())
    seen.use(0, 1)
    seen.take([5])
    assert (seen.remaining, seen.open_amount) == ([995], [664])


@pytest.mark.parametrize(
    ("amount", "quantity", "milli", "worth"),
    [
        (2500, 2, 500, 2000),
        (350, 0, 350, 0),
        (1001, 1, 1, 1000),
        (999, 1, 999, 500),  # 499.75
        (1000, 3, 0, 1000),
        (-500, 2, 500, 0),
        (500, -2, 500, 500),
    ],
)
def test_of_weighed_goods_the_whole_units_count(amount, quantity, milli, worth) -> None:
    seen = sheet_of(order(line(1, "a", amount, quantity, milli=milli)), Policy())
    assert (seen.open_units, seen.open_amount) == ([quantity if amount > 0 else 0], [worth])


def test_a_copy_is_one_of_its_own() -> None:
    seen = laid_out()
    other = seen.copy()
    other.use(0, 1)
    other.take([100, 0, 0, 0, 0, 0])
    assert (seen, seen.given) == (laid_out(), 0)
    assert (other.given, other.policy, other.lines) == (100, seen.policy, seen.lines)


TAXED = line(1, "a", 1190, 2, floor=595, tax_ppm=190_000, levy=25, unit_price=595)
UNTAXED = line(2, "b", 1000, 2, floor=500, tax_ppm=190_000, is_net=True, levy=25, unit_price=500)


@pytest.mark.parametrize(
    ("basis", "seen", "amount", "floor", "is_net"),
    [
        (AmountBasis.NET, TAXED, 1000, 500, True),
        (AmountBasis.GROSS, TAXED, 1190, 595, False),
        (AmountBasis.NET, UNTAXED, 1000, 500, True),
        (AmountBasis.GROSS, UNTAXED, 1190, 595, False),
        (AmountBasis.NET, line(1, "a", 1190, tax_ppm=0), 1190, 0, False),
    ],
)
def test_a_line_in_a_price_basis(basis, seen, amount: int, floor: int, is_net: bool) -> None:
    found = in_basis(seen, basis)
    assert (found.amount, found.floor, found.is_net) == (amount, floor, is_net)
    assert (found.levy, found.unit_price, found.quantity) == (seen.levy, seen.unit_price, seen.quantity)


@pytest.mark.parametrize(
    ("basis", "amounts"),
    [
        (AmountBasis.LINE_PRICE, [1190, 1000]),
        (AmountBasis.GROSS, [1190, 1190]),
        (AmountBasis.NET, [1000, 1000]),
    ],
)
def test_a_sheet_is_laid_out_in_the_basis_of_the_policy(basis, amounts) -> None:
    seen = sheet_of(order(TAXED, UNTAXED), Policy(amount_basis=basis))
    assert seen.initial == amounts
    assert seen.left == [amount // 2 for amount in amounts]


def test_what_an_order_says_of_its_lines() -> None:
    seen = order(
        line(1, "", 100, 1, milli=5),
        line(2, "ship", 490, kind=LineKind.DELIVERY, levy=10),
        line(3, "a", -30, is_reduced=True),
    )
    assert (seen.total, seen.has_lines, seen.is_reduced) == (560, True, True)
    assert seen.lines[0].quantity_milli == MILLI + 5
    assert not order(line(1, "", 100)).has_lines and not order(line(1, "", 100)).is_reduced
    assert [one.discountable for one in LINES] == [200, 1000, 0, 0, 100, 0]

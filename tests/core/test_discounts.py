"""What each effect on lines takes, to the cent: roundings, bases, units, steps, caps, and lines without a quantity."""

from typing import Any

import pytest

from app.core.discounts import cheapest, shared_out, shares_of
from app.core.effects import (
    AmountOff,
    ByUnit,
    Measure,
    Per,
    PercentOff,
    StepsAmount,
    StepsPercent,
    Target,
    UnitPrice,
    Weights,
)
from app.core.order import Line
from app.core.policy import PercentBase, Policy, Remainder, RoundAt, Rounding
from app.core.sheet import Sheet, sheet_of
from tests.core.facts import line, order

ORDER, PRODUCTS, CHEAPEST = Target.ORDER, Target.PRODUCTS, Target.CHEAPEST
INITIAL, REMAINING = PercentBase.INITIAL, PercentBase.REMAINING
Row = tuple[int, ...]  # amount, quantity, milli, floor of a line


def lines(*rows: Row) -> tuple[Line, ...]:
    made = []
    for number, row in enumerate(rows, start=1):
        amount, quantity, milli, floor = row + (0, 1, 0, 0)[len(row) :]
        made.append(line(number, "soap", amount, quantity, floor, milli=milli))
    return tuple(made)


def sheet(*rows: Row, taken: tuple[int, ...] = (), **policy: Any) -> Sheet:
    made = sheet_of(order(*lines(*rows)), Policy(**policy))
    made.take(taken)
    return made


def off(effect: Any, *rows: Row, taken: tuple[int, ...] = (), **policy: Any) -> list[int]:
    return shares_of(effect, sheet(*rows, taken=taken, **policy), range(len(rows)))


# --- percentages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "of_discount", "of_price"),
    [
        (4, 0, 0),
        (5, 1, 0),
        (6, 1, 1),
        (14, 1, 1),
        (15, 2, 1),
        (16, 2, 2),
        (25, 3, 2),
        (100, 10, 10),
        (0, 0, 0),
    ],
)
def test_ten_percent_rounds_the_discount_or_the_price_half_up(amount, of_discount, of_price) -> None:
    for target in (ORDER, PRODUCTS, CHEAPEST):
        ten = PercentOff(target, 1000)
        assert off(ten, (amount,)) == [of_discount]
        assert off(ten, (amount,), round=Rounding.PRICE) == [of_price]


def test_off_the_order_rounds_once_off_products_once_a_line() -> None:
    fives = ((5,), (5,), (5,))
    assert off(PercentOff(ORDER, 1000), *fives) == [1, 1, 0]
    assert off(PercentOff(PRODUCTS, 1000), *fives) == [1, 1, 1]
    assert off(PercentOff(ORDER, 1000), *fives, round=Rounding.PRICE) == [1, 0, 0]
    assert off(PercentOff(PRODUCTS, 1000), *fives, round=Rounding.PRICE) == [0, 0, 0]


@pytest.mark.parametrize(
    ("units", "row", "share"),
    [
        (None, (1000, 3), 500),
        (1, (1000, 3), 167),  # 166.67
        (2, (1000, 3), 333),
        (3, (1000, 3), 500),
        (9, (1000, 3), 500),
        (1, (1500, 1, 500), 500),  # one of 1.5 kg
        (1, (700, 0, 350), 350),
        (1, (1000, 0), 500),  # a line without a quantity counts as one unit
        (1, (1000, -2), 500),
    ],
)
def test_half_off_so_many_units_of_a_line(units, row, share) -> None:
    assert off(PercentOff(PRODUCTS, 5000, units=units), row) == [share]


def test_the_price_of_some_units_is_rounded_as_it_was_and_as_it_is() -> None:
    """Two of three at 10.00: 6.67 become 3.33."""
    assert off(PercentOff(PRODUCTS, 5000, units=2), (1000, 3), round=Rounding.PRICE) == [334]


@pytest.mark.parametrize(
    ("basis_points", "units", "row", "share", "at_line"),
    [
        (1000, None, (1000, 3), 99, 100),  # 33.33 a unit
        (1000, 2, (1000, 3), 66, 67),
        (1000, 5, (1000, 3), 99, 100),
        (700, None, (1010, 2, 500), 70, 71),  # 28.28 a kilo
        (1000, None, (838, 2, 500), 85, 84),  # 33.52 a kilo, and 34 x 2.5
        (1000, None, (829, 2, 500), 83, 83),  # 33 x 2.5 = 82.5
        (700, None, (1010, 0), 71, 71),
    ],
)
def test_a_percentage_may_be_rounded_for_each_unit(basis_points, units, row, share, at_line) -> None:
    effect = PercentOff(PRODUCTS, basis_points, units=units)
    assert off(effect, row, round_at=RoundAt.UNIT) == [share]
    assert off(effect, row, round_at=RoundAt.LINE) == [at_line]


@pytest.mark.parametrize(
    ("cap", "remainder", "shares"),
    [
        (None, Remainder.LARGEST, [500, 300]),
        (800, Remainder.LARGEST, [500, 300]),
        (799, Remainder.LARGEST, [499, 300]),  # 499.375 and 299.625
        (799, Remainder.FIRST, [500, 299]),
        (799, Remainder.LAST, [499, 300]),
        (400, Remainder.LARGEST, [250, 150]),
        (1, Remainder.LARGEST, [1, 0]),
        (1, Remainder.LAST, [0, 1]),
    ],
)
def test_a_cap_is_shared_in_proportion_to_what_lines_would_give(cap, remainder, shares) -> None:
    assert off(PercentOff(PRODUCTS, 5000, cap=cap), (1000,), (600,), remainder=remainder) == shares
    assert off(PercentOff(ORDER, 5000, cap=cap), (1000,), (600,), remainder=remainder) == shares


@pytest.mark.parametrize(("cap", "share"), [(None, 250), (250, 250), (249, 249), (1, 1)])
def test_a_cap_on_the_cheapest_unit(cap, share) -> None:
    assert off(PercentOff(CHEAPEST, 5000, cap=cap), (600,), (500,)) == [0, share]


@pytest.mark.parametrize(
    ("of_policy", "of_effect", "share"),
    [
        (REMAINING, None, 60),
        (INITIAL, None, 100),
        (REMAINING, INITIAL, 100),
        (INITIAL, REMAINING, 60),
    ],
)
def test_a_percentage_is_of_what_is_left_or_of_the_initial_price(of_policy, of_effect, share) -> None:
    for target in (ORDER, PRODUCTS, CHEAPEST):
        effect = PercentOff(target, 1000, base=of_effect)
        assert off(effect, (1000,), taken=(400,), percent_base=of_policy) == [share]


def test_of_the_initial_price_no_more_is_taken_than_is_left() -> None:
    for target in (ORDER, PRODUCTS, CHEAPEST):
        effect = PercentOff(target, 1000, base=INITIAL)
        assert off(effect, (1000,), taken=(950,)) == [50]
        assert off(effect, (1000, 1, 0, 20), taken=(950,)) == [30]


def test_shares_of_an_order_go_by_the_price_that_the_percentage_is_of() -> None:
    rows = ((1000,), (3000,))
    assert off(PercentOff(ORDER, 1000, base=INITIAL), *rows, taken=(500, 0)) == [100, 300]
    assert off(PercentOff(ORDER, 1000), *rows, taken=(500, 0)) == [50, 300]
    assert off(PercentOff(ORDER, 1000, base=INITIAL), *rows, taken=(1000, 0)) == [0, 400]


@pytest.mark.parametrize(
    ("row", "share"),
    [
        ((900, 3), 300),
        ((1000, 3), 333),
        ((2500, 2, 500), 1000),  # a kilo of two and a half
        ((350, 0, 350), 350),  # of less than one unit there is one
        ((350, 0), 350),
        ((900, 3, 0, 700), 200),
    ],
)
def test_all_off_the_cheapest_is_the_price_of_a_unit(row, share) -> None:
    assert off(PercentOff(CHEAPEST, 10_000), row) == [share]
    assert off(PercentOff(CHEAPEST, 10_000), row, (100_000,)) == [share, 0]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (((900, 3), (350,)), [0]),
        (((350,), (1050, 3)), [0]),  # of equal ones the earlier line
        (((1053, 3), (350,)), [1]),
        (((350, 0, 350), (900,)), [1]),  # 10.00 a kilo
        (((314, 0, 350), (900,)), [0]),  # 8.97 a kilo
        (((100, 0), (150,)), [0]),
        (((200, -3), (150,)), [1]),
        (((0,), (-5,), (70,), (60, 1, 0, 60)), [2]),  # only among those with something left
        (((0,), (5, 1, 0, 9)), []),
        ((), []),
    ],
)
def test_the_line_with_the_cheapest_unit(rows, found) -> None:
    assert cheapest(sheet(*rows), range(len(rows))) == found


def test_the_cheapest_goes_by_what_is_left_and_by_the_lines_it_is_for() -> None:
    assert cheapest(sheet((300,), (400,), taken=(0, 150)), [0, 1]) == [1]
    assert cheapest(sheet((300,), (400,)), [1]) == [1]


# --- amounts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "rows", "shares"),
    [
        (AmountOff(ORDER, 100), ((300,), (100,)), [75, 25]),
        (AmountOff(ORDER, 100, times=3), ((300,), (100,)), [225, 75]),
        (AmountOff(ORDER, 1000), ((300,), (100,)), [300, 100]),
        (AmountOff(ORDER, 1000), ((300, 1, 0, 100), (100,)), [200, 100]),
        (AmountOff(PRODUCTS, 100), ((300,), (100,)), [75, 25]),
        (AmountOff(CHEAPEST, 60), ((300,), (100,)), [0, 60]),
        (AmountOff(CHEAPEST, 60, times=2), ((300,), (100,)), [0, 100]),
        (AmountOff(PRODUCTS, 300, per=Per.LINE), ((1000,), (200,), (0,)), [300, 200, 0]),
        (AmountOff(PRODUCTS, 300, per=Per.LINE, times=2), ((1000,), (200,)), [600, 200]),
        (AmountOff(PRODUCTS, 300, per=Per.LINE), ((1000, 1, 0, 900),), [100]),
        (AmountOff(PRODUCTS, 300, per=Per.LINE, units=1), ((1000, 4), (200,)), [250, 200]),
        (AmountOff(PRODUCTS, 300, per=Per.LINE, units=2), ((1000, 4), (200, 2)), [300, 200]),
        (AmountOff(PRODUCTS, 600, per=Per.LINE, units=1), ((1001, 2),), [501]),  # 5.005 a unit
        (AmountOff(PRODUCTS, 900, per=Per.LINE, units=1), ((1000, 0), (1000, -1)), [900, 900]),
        (AmountOff(PRODUCTS, 50, per=Per.UNIT), ((900, 3), (40, 1)), [150, 40]),
        (AmountOff(PRODUCTS, 50, per=Per.UNIT, times=2), ((900, 3),), [300]),
        (AmountOff(PRODUCTS, 50, per=Per.UNIT, units=2), ((900, 3), (900, 1)), [100, 50]),
        (AmountOff(PRODUCTS, 400, per=Per.UNIT), ((900, 3),), [900]),
        (AmountOff(PRODUCTS, 400, per=Per.UNIT, units=1), ((900, 3),), [300]),
        (AmountOff(PRODUCTS, 50, per=Per.UNIT), ((900, 2, 500),), [125]),
        (AmountOff(PRODUCTS, 50, per=Per.UNIT), ((900, 0, 350),), [18]),  # 17.5
        (AmountOff(PRODUCTS, 50, per=Per.UNIT), ((900, 0), (900, -2)), [50, 50]),
        (AmountOff(PRODUCTS, 400, weights=Weights.QUANTITY), ((1000, 1), (1000, 3)), [100, 300]),
        (AmountOff(ORDER, 300, weights=Weights.QUANTITY), ((1000, 0, 500), (1000, 1)), [100, 200]),
        (AmountOff(ORDER, 400, weights=Weights.QUANTITY), ((100, 3), (1000, 1)), [100, 300]),
        (AmountOff(ORDER, 400, weights=Weights.QUANTITY), ((1000, -1), (1000, 1)), [0, 400]),
        (UnitPrice(80), ((300, 3), (90,), (80,), (70,)), [60, 10, 0, 0]),
        (UnitPrice(0), ((300, 3),), [300]),
        (UnitPrice(80, units=2), ((300, 3), (90,)), [40, 10]),
        (UnitPrice(80, units=3), ((300, 3),), [60]),
        (UnitPrice(80), ((250, 2, 500), (35, 0, 350)), [50, 7]),
        (UnitPrice(80, units=2), ((250, 2, 500),), [40]),
        (UnitPrice(33), ((50, 0, 500),), [33]),  # half a kilo for 16.5
        (UnitPrice(80), ((100, 0), (100, -3)), [20, 20]),
        (UnitPrice(80), ((300, 3, 0, 290),), [10]),
        (ByUnit(100, 50), ((500,),), [100]),
        (ByUnit(100, 50), ((500, 2),), [150]),
        (ByUnit(100, 50), ((300,), (100,)), [113, 37]),  # 112.5 and 37.5
        (ByUnit(100, 50), ((500, 2, 999),), [150]),
        (ByUnit(100, 50), ((500, 0, 999), (500, 0)), [0, 0]),
        (ByUnit(100, 50), ((500, -4), (500, 1)), [50, 50]),
        (ByUnit(100, 50, units=2), ((500, 5),), [150]),
        (ByUnit(100, 50, units=1), ((500, 5),), [100]),
        (ByUnit(0, 50), ((500, 3),), [100]),
        (ByUnit(100, 0), ((500, 3),), [100]),
        (ByUnit(400, 50), ((300, 2),), [300]),
    ],
)  # fmt: skip
def test_amounts(effect, rows, shares) -> None:
    assert off(effect, *rows) == shares


def test_a_unit_price_is_compared_with_what_is_left() -> None:
    assert off(UnitPrice(80), (300, 3), taken=(30,)) == [30]
    assert off(UnitPrice(80, units=1), (300, 3), taken=(30,)) == [10]
    assert off(UnitPrice(80), (300, 3), taken=(60,)) == [0]


@pytest.mark.parametrize(
    ("effect", "shares"),
    [
        (AmountOff(ORDER, 5000), [700, 0, 0]),
        (AmountOff(ORDER, 700), [700, 0, 0]),
        (AmountOff(ORDER, 400, times=2), [700, 0, 0]),
        (AmountOff(PRODUCTS, 5000), [700, 0, 0]),
        (AmountOff(ORDER, 5000, weights=Weights.QUANTITY), [700, 0, 0]),
        (StepsAmount(Measure.AMOUNT, 5000, ((2000, 1),)), [700, 0, 0]),
        (StepsAmount(Measure.AMOUNT, 5000, ((2000, 1),), "tea"), [700, 0, 0]),
        (PercentOff(ORDER, 10_000), [700, 0, 0]),
        (PercentOff(ORDER, 5000), [350, 0, 0]),
        (StepsPercent(Measure.AMOUNT, 5000, ((2000, 1),), target=ORDER), [350, 0, 0]),
        (PercentOff(PRODUCTS, 10_000), [1000, 0, 0]),
        (AmountOff(PRODUCTS, 5000, per=Per.LINE), [1000, 0, 0]),
        (ByUnit(5000, 0), [1000, 0, 0]),
        (UnitPrice(0), [1000, 0, 0]),
    ],
)
def test_off_the_order_no_more_is_taken_than_all_lines_are_worth_together(effect, shares) -> None:
    """A bottle given back is worth -3.00; what goes line by line doesn't know of it."""
    assert off(effect, (1000,), (-300,), (0,)) == shares


def test_what_is_given_back_lowers_a_percentage_of_the_lines_it_is_for() -> None:
    """Half off 10.00 and -3.00; half off 10.00 alone, when the bottle is none of the products."""
    seen = sheet((1000,), (-300,))
    assert shares_of(PercentOff(ORDER, 5000), seen, [0, 1]) == [350, 0]
    assert shares_of(PercentOff(ORDER, 5000), seen, [0]) == [500, 0]
    assert shares_of(PercentOff(ORDER, 9000), seen, [0]) == [700, 0]
    assert off(PercentOff(ORDER, 5000), (1000,), (-300,), taken=(100, 0)) == [300, 0]
    assert off(PercentOff(ORDER, 5000, base=INITIAL), (1000,), (-300,), taken=(100, 0)) == [350, 0]


def test_an_order_that_is_worth_nothing_together_gives_nothing() -> None:
    assert off(AmountOff(ORDER, 50), (100,), (-100,)) == [0, 0]
    assert off(PercentOff(ORDER, 5000), (100,), (-300,)) == [0, 0]
    assert off(AmountOff(ORDER, 50), (100,), (-40,), taken=(30, 0)) == [30, 0]


# --- steps -------------------------------------------------------------------------------------------------------

BY_QUANTITY = StepsPercent(Measure.QUANTITY, 0, ((3, 1000), (5, 2000)))
BY_AMOUNT = StepsPercent(Measure.AMOUNT, 500, ((3000, 1000), (5000, 2000)))


@pytest.mark.parametrize(
    ("effect", "rows", "shares"),
    [
        (BY_QUANTITY, ((1000, 2),), [0]),
        (BY_QUANTITY, ((1000, 2, 999),), [0]),
        (BY_QUANTITY, ((1000, 3),), [100]),
        (BY_QUANTITY, ((1000, 2), (1000, 2)), [100, 100]),
        (BY_QUANTITY, ((1000, 4, 999),), [100]),
        (BY_QUANTITY, ((1000, 5),), [200]),
        (BY_QUANTITY, ((1000, 6), (100, -1)), [200, 20]),
        (BY_AMOUNT, ((2999,),), [150]),
        (BY_AMOUNT, ((3000,),), [300]),
        (BY_AMOUNT, ((1500,), (1500,)), [150, 150]),
        (BY_AMOUNT, ((4999,),), [500]),
        (BY_AMOUNT, ((5000,),), [1000]),
        (BY_AMOUNT, ((5000,), (-1,)), [500, 0]),
        (StepsPercent(Measure.AMOUNT, 0, ((1, 1000),)), ((5,), (5,), (5,)), [1, 1, 1]),
        (StepsPercent(Measure.AMOUNT, 0, ((1, 1000),), target=ORDER), ((5,), (5,), (5,)), [1, 1, 0]),
        (StepsAmount(Measure.AMOUNT, 0, ((1000, 50), (2000, 200))), ((999,),), [0]),
        (StepsAmount(Measure.AMOUNT, 0, ((1000, 50), (2000, 200))), ((500,), (500,)), [25, 25]),
        (StepsAmount(Measure.AMOUNT, 0, ((1000, 50), (2000, 200))), ((2000,),), [200]),
        (StepsAmount(Measure.AMOUNT, 0, ((1000, 500), (2000, 200))), ((2500,),), [200]),  # not the best one
        (StepsAmount(Measure.QUANTITY, 30, ((2, 50),)), ((999,),), [30]),
        (StepsAmount(Measure.QUANTITY, 30, ((2, 50),)), ((999, 2),), [50]),
    ],
)  # fmt: skip
def test_the_step_that_is_reached_gives(effect, rows, shares) -> None:
    assert off(effect, *rows) == shares


def test_steps_go_by_the_initial_amount_and_percentages_by_the_policy() -> None:
    assert off(BY_AMOUNT, (3000,), taken=(1000,)) == [200]
    assert off(BY_AMOUNT, (3000,), taken=(1000,), percent_base=INITIAL) == [300]


# --- what they share ---------------------------------------------------------------------------------------------


def test_only_the_lines_that_an_effect_is_for_give() -> None:
    seen = sheet((100,), (100,), (100,))
    effects = (
        AmountOff(ORDER, 90),
        AmountOff(PRODUCTS, 30, per=Per.LINE),
        PercentOff(PRODUCTS, 5000),
        UnitPrice(1),
        ByUnit(9, 9),
        StepsAmount(Measure.AMOUNT, 9, ((500, 1),)),
        StepsPercent(Measure.AMOUNT, 900, ((500, 1),)),
    )
    for effect in effects:
        shares = shares_of(effect, seen, [1])
        assert (shares[0], shares[2]) == (0, 0) and shares[1] > 0
    assert shares_of(StepsAmount(Measure.AMOUNT, 9, ((101, 1),)), seen, [1]) == [0, 9, 0]


@pytest.mark.parametrize(
    ("remainder", "shares"),
    [
        (Remainder.LARGEST, [33, 34, 33, 0]),
        (Remainder.FIRST, [34, 33, 33, 0]),
        (Remainder.LAST, [33, 33, 34, 0]),
    ],
)
def test_cents_left_over_go_to_whom_the_policy_says(remainder, shares) -> None:
    """A hundred over 101, 103 and 101: 33.11, 33.77 and 33.11."""
    rows = ((101,), (103,), (101,), (-5,))
    assert shared_out(100, sheet(*rows, remainder=remainder), range(4)) == shares
    assert off(AmountOff(PRODUCTS, 100), *rows, remainder=remainder) == shares


def test_an_amount_is_shared_out_up_to_what_lines_can_give() -> None:
    seen = sheet((100, 1, 0, 60), (100,), (100,))
    assert shared_out(1000, seen, [0, 1]) == [40, 100, 0]
    assert shared_out(90, seen, [0, 1]) == [40, 50, 0]
    assert shared_out(90, seen, [0, 1], weights=[1, 2, 9]) == [30, 60, 0]
    assert shared_out(0, seen, [0, 1]) == [0, 0, 0]
    assert shared_out(5, seen, []) == [0, 0, 0]

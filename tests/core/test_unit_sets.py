"""Which units serve buy-and-get offers and bundles, how many sets there are, and what each line then gives."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.core.effects import Bundle, BuyGet, Part
from app.core.policy import Policy, Remainder
from app.core.sheet import Sheet, sheet_of
from app.core.unit_sets import SetsTaken, bundle, buy_get
from tests.core.facts import line, order

Row = tuple[Any, ...]  # a line: product, amount, units, floor


def sheet(*rows: Row, **policy: Any) -> Sheet:
    made = [line(number, row[0], *row[1:]) for number, row in enumerate(rows, start=1)]
    return sheet_of(order(*made), Policy(**policy))


def finding(seen: Sheet):
    def find(products: str | None) -> Sequence[int]:
        return [place for place, each in enumerate(seen.lines) if products is None or each.sku in products]

    return find


def got(effect: BuyGet, *rows: Row, **policy: Any) -> SetsTaken:
    seen = sheet(*rows, **policy)
    return buy_get(effect, seen, finding(seen))


def bundled(effect: Bundle, *rows: Row, **policy: Any) -> SetsTaken:
    seen = sheet(*rows, **policy)
    return bundle(effect, seen, finding(seen))


def used(taken: SetsTaken) -> dict[int, int]:
    """Return the units used, without lines of which none is."""
    return {place: units for place, units in taken.used.items() if units}


TWO_AND_ONE = BuyGet("tea", "tea", 2, 1)


@pytest.mark.parametrize(
    ("units", "free", "in_sets", "more_free"),
    [(1, 0, 0, 0), (2, 0, 0, 1), (3, 1, 3, 0), (4, 1, 3, 0), (5, 1, 3, 1), (6, 2, 6, 0), (7, 2, 6, 0)],
)
def test_three_for_two_counts_whole_sets_and_says_what_one_more_would_bring(
    units: int, free: int, in_sets: int, more_free: int
) -> None:
    taken = got(TWO_AND_ONE, ("tea", 100 * units, units))
    assert taken.shares == [100 * free]
    assert sum(taken.used.values()) == in_sets
    assert taken.more_free == more_free


@pytest.mark.parametrize(("units", "more_free"), [(2, 3), (3, 2), (4, 1), (5, 0), (6, 0), (7, 3), (8, 2)])
def test_of_several_free_units_those_that_lack_are_told(units: int, more_free: int) -> None:
    taken = got(BuyGet("tea", "tea", 2, 3), ("tea", 100 * units, units))
    assert (taken.shares, taken.more_free) == ([300 * (units // 5)], more_free)


def test_what_lacks_is_told_of_the_products_that_are_free() -> None:
    taken = got(BuyGet("tea", "cup", 2, 2), ("tea", 400, 4), ("cup", 50, 3))
    assert (taken.shares, used(taken), taken.more_free) == ([0, 33], {0: 2, 1: 2}, 1)


def test_with_everything_given_that_may_be_given_nothing_lacks() -> None:
    taken = got(BuyGet("tea", "tea", 2, 1, times=1), ("tea", 500, 5))
    assert (taken.shares, used(taken), taken.more_free) == ([100], {0: 3}, 0)


@pytest.mark.parametrize(("times", "free"), [(1, 1), (2, 2), (3, 3), (4, 3), (None, 3)])
def test_at_most_so_many_sets(times: int | None, free: int) -> None:
    assert got(BuyGet("tea", "tea", 2, 1, times=times), ("tea", 1000, 10)).shares == [100 * free]
    taken = bundled(Bundle((Part("tea", 3),), amount_off=100, times=times), ("tea", 1000, 10))
    assert (taken.shares, used(taken)) == ([100 * free], {0: 3 * free})


@pytest.mark.parametrize("units", [1999, 2000, 10**11 + 1])
def test_sets_of_one_line_are_taken_in_a_row_however_many(units: int) -> None:
    free = units // 2
    assert got(BuyGet("tea", "tea", 1, 1), ("tea", 100 * units, units)).shares == [100 * free]
    assert bundled(Bundle((Part("tea", 2),), amount_off=10), ("tea", 100 * units, units)).shares == [
        10 * free
    ]


def test_sets_in_a_row_are_the_sets_one_by_one() -> None:
    """Teas at 3.00, 2.00 and 1.00: the dear line qualifies until too few are left of it, then the next."""
    rows = ("tea", 1500, 5), ("tea", 800, 4), ("tea", 600, 6)
    by_row = got(BuyGet("tea", "tea", 2, 1), *rows)
    one_by_one = got(
        BuyGet("tea", "tea", 2, 1), *(("tea", 300, 1),) * 5, *(("tea", 200, 1),) * 4, *(("tea", 100, 1),) * 6
    )
    shares = one_by_one.shares
    assert by_row.shares == [sum(shares[:5]), sum(shares[5:9]), sum(shares[9:])] == [0, 0, 500]
    only_two = got(BuyGet("tea", "tea", 2, 1, times=2), *rows)
    assert (only_two.shares, used(only_two)) == ([0, 0, 200], {0: 4, 2: 2})
    parts = (Part("tea", 2), Part("soap", 1))
    bundles = bundled(Bundle(parts, price=100), ("tea", 500, 5), ("soap", 300, 3))
    assert (bundles.shares, used(bundles)) == ([267, 133], {0: 4, 1: 2})  # 2.00 off each set of 3.00


@pytest.mark.parametrize(
    ("is_dearest_free", "shares", "units"),
    [(False, [0, 100, 0], {2: 1, 1: 1}), (True, [0, 0, 500], {2: 1, 0: 1})],
)
def test_bought_are_the_dearest_and_free_the_cheapest_or_the_dearest(is_dearest_free, shares, units) -> None:
    """Dearest free: it is chosen first, and the dearest of the others then qualifies."""
    effect = BuyGet("tea", "tea", 1, 1, times=1, is_dearest_free=is_dearest_free)
    rows = ("tea", 200, 1), ("tea", 100, 1), ("tea", 500, 1)
    taken = got(effect, *rows)
    assert taken.shares == shares
    assert used(taken) == units


def test_units_of_a_line_are_priced_by_division_without_rounding() -> None:
    """3.34 for two is 1.67 each: dearer than 1.66, cheaper than 1.68."""
    rows = ("tea", 334, 2), ("tea", 166, 1), ("tea", 168, 1)
    taken = got(BuyGet("tea", "tea", 1, 1, times=1), *rows)
    assert (taken.shares, used(taken)) == ([0, 166, 0], {2: 1, 1: 1})
    taken = got(BuyGet("tea", "tea", 2, 1, times=1), *rows)
    assert (taken.shares, used(taken)) == ([0, 166, 0], {2: 1, 0: 1, 1: 1})


def test_prices_of_units_are_compared_exactly_however_many_units_there_are() -> None:
    """A unit of the second line is dearer by less than a floating-point number can tell."""
    rows = ("tea", 500_000_003, 10**9 + 7), ("tea", 500_000_004, 10**9 + 9), ("cup", 100, 1)
    assert used(got(BuyGet("tea", "cup", 1, 1, times=1), *rows)) == {1: 1, 2: 1}


def test_of_equal_ones_the_earlier_line_qualifies_first_and_the_earlier_is_free() -> None:
    rows = ("tea", 100, 1), ("tea", 200, 2), ("cup", 50, 1), ("cup", 100, 2)
    taken = got(BuyGet("tea", "cup", 2, 2, times=1), *rows)
    assert (used(taken), taken.shares) == ({0: 1, 1: 1, 2: 1, 3: 1}, [0, 0, 50, 50])


def test_what_cannot_be_free_qualifies_first() -> None:
    rows = ("tea", 500, 1), ("cup", 100, 1), ("cup", 50, 1)
    taken = got(BuyGet("tea cup", "tea", 1, 1), *rows)
    assert (taken.shares, used(taken)) == ([500, 0, 0], {1: 1, 0: 1})


@pytest.mark.parametrize(
    ("basis_points", "share"), [(10_000, 143), (5000, 71), (5001, 71), (5025, 72), (1, 0), (35, 0), (36, 1)]
)
def test_the_part_that_is_free_rounds_once(basis_points: int, share: int) -> None:
    """A unit of 4.28 for three is worth 1.42 and two thirds."""
    taken = got(BuyGet("tea", "tea", 2, 1, basis_points=basis_points), ("tea", 428, 3))
    assert taken.shares == [share]


def test_what_is_free_stops_at_the_floor() -> None:
    assert got(TWO_AND_ONE, ("tea", 300, 3, 250)).shares == [50]
    assert bundled(Bundle((Part("tea", 1),), price=0), ("tea", 300, 3, 250)).shares == [50]


def test_units_without_a_price_are_neither_bought_nor_free_but_may_be_part_of_a_bundle() -> None:
    taken = got(BuyGet("tea", "tea", 1, 1), ("tea", 0, 1), ("tea", 100, 1))
    assert (taken.shares, used(taken)) == ([0, 0], {})
    assert got(BuyGet("tea", "tea", 1, 1), ("tea", 0, 2), ("tea", 200, 2)).shares == [0, 100]
    assert bundled(Bundle((Part("tea", 2),), price=60), ("tea", 0, 1), ("tea", 100, 1)).shares == [0, 40]


def test_lines_without_units_serve_nobody() -> None:
    assert got(BuyGet("tea", "tea", 1, 1), ("tea", 300, 0), ("tea", -100, -2)).used == {}


@pytest.mark.parametrize(("amount", "milli"), [(1, 350), (1000, 999)])
def test_of_goods_by_weight_a_part_of_a_unit_is_none(amount: int, milli: int) -> None:
    seen = sheet_of(order(line(1, "tea", amount, 0, milli=milli), line(2, "tea", 200, 2)), Policy())
    assert (seen.open_units, seen.open_amount) == ([0, 2], [0, 200])
    assert buy_get(BuyGet("tea", "tea", 1, 1), seen, finding(seen)).shares == [0, 100]


def test_used_units_serve_no_second_set() -> None:
    seen = sheet(("tea", 400, 4))
    seen.use(0, 2)
    taken = buy_get(TWO_AND_ONE, seen, finding(seen))
    assert (taken.shares, used(taken), taken.more_free) == ([0], {}, 1)


# --- bundles -----------------------------------------------------------------------------------------------------

COFFEE_AND_CAKE = (Part("coffee", 1), Part("cake", 2))


@pytest.mark.parametrize(
    ("effect", "shares"),
    [
        (Bundle(COFFEE_AND_CAKE, price=500), [33, 67]),  # 6.00 for 5.00, shared as 2.00 to 4.00
        (Bundle(COFFEE_AND_CAKE, price=600), [0, 0]),
        (Bundle(COFFEE_AND_CAKE, price=700), [0, 0]),  # never dearer
        (Bundle(COFFEE_AND_CAKE, amount_off=100), [33, 67]),
        (Bundle(COFFEE_AND_CAKE, amount_off=1000), [200, 400]),  # never more than the units are worth
        (Bundle(COFFEE_AND_CAKE, basis_points=1000), [20, 40]),
        (Bundle(COFFEE_AND_CAKE, basis_points=10_000), [200, 400]),
    ],
)
def test_what_is_taken_off_the_units_of_a_set(effect: Bundle, shares: list[int]) -> None:
    taken = bundled(effect, ("coffee", 400, 2), ("cake", 600, 3))
    assert taken.shares == shares
    assert used(taken) == {0: 1, 1: 2}


def test_each_set_is_discounted_once() -> None:
    rows = ("coffee", 600, 3), ("cake", 800, 4)
    assert bundled(Bundle(COFFEE_AND_CAKE, price=500), *rows).shares == [67, 133]
    assert bundled(Bundle(COFFEE_AND_CAKE, amount_off=100), *rows).shares == [67, 133]
    assert bundled(Bundle(COFFEE_AND_CAKE, basis_points=1000), *rows).shares == [40, 80]
    assert bundled(Bundle(COFFEE_AND_CAKE, amount_off=100), *rows).used == {0: 2, 1: 4}


@pytest.mark.parametrize(
    ("remainder", "shares"),
    [(Remainder.LARGEST, [33, 67]), (Remainder.FIRST, [34, 66]), (Remainder.LAST, [33, 67])],
)
def test_cents_left_over_of_a_set_go_to_whom_the_policy_says(remainder: Remainder, shares: list[int]) -> None:
    rows = ("coffee", 200, 1), ("cake", 400, 2)
    assert bundled(Bundle(COFFEE_AND_CAKE, amount_off=100), *rows, remainder=remainder).shares == shares


def test_an_incomplete_set_gives_nothing_and_uses_nothing() -> None:
    taken = bundled(Bundle(COFFEE_AND_CAKE, price=100), ("coffee", 200, 1), ("cake", 200, 1))
    assert (taken.shares, used(taken)) == ([0, 0], {})


def test_units_of_an_incomplete_set_are_free_for_others() -> None:
    """Of three coffees and three cakes one set is complete; the coffee of the second goes back."""
    taken = bundled(Bundle(COFFEE_AND_CAKE, amount_off=30), ("coffee", 600, 3), ("cake", 600, 3))
    assert used(taken) == {0: 1, 1: 2}
    seen = sheet(("tea", 300, 3))
    again = buy_get(BuyGet("tea", "tea", 3, 1), seen, finding(seen))
    assert (used(again), again.more_free) == ({}, 1)


def test_a_set_takes_the_dearest_units_of_each_part() -> None:
    rows = ("coffee", 200, 1), ("coffee", 300, 1), ("cake", 100, 1), ("cake", 300, 3)
    taken = bundled(Bundle(COFFEE_AND_CAKE, basis_points=10_000, times=1), *rows)
    assert (taken.shares, used(taken)) == ([0, 300, 100, 100], {1: 1, 2: 1, 3: 1})


def test_two_parts_of_the_same_products_need_units_of_their_own() -> None:
    effect = Bundle((Part("tea", 1), Part("tea", 2)), amount_off=60)
    assert bundled(effect, ("tea", 200, 2)).shares == [0]
    assert bundled(effect, ("tea", 300, 3)).shares == [60]
    assert bundled(effect, ("tea", 600, 6)).used == {0: 6}


def test_a_part_may_come_from_two_lines() -> None:
    taken = bundled(Bundle((Part("tea", 3),), basis_points=5000), ("tea", 200, 2), ("tea", 90, 1))
    assert (taken.shares, used(taken)) == ([100, 45], {0: 2, 1: 1})


@pytest.mark.parametrize(
    ("discount", "units", "shares", "cups_used"),
    [
        ({"basis_points": 5000}, None, [0, 0, 50, 0], {2: 1}),
        ({"basis_points": 5000}, 1, [0, 0, 50, 0], {2: 1}),
        ({"basis_points": 5000}, 2, [0, 75, 50, 0], {1: 1, 2: 1}),
        ({"basis_points": 5000}, 3, [0, 75, 50, 100], {1: 1, 2: 1, 3: 1}),
        ({"basis_points": 10_000}, 9, [0, 150, 100, 400], {1: 1, 2: 1, 3: 2}),
        ({"amount_off": 120}, 2, [0, 120, 100, 0], {1: 1, 2: 1}),
        ({"amount_off": 30}, 4, [0, 30, 30, 60], {1: 1, 2: 1, 3: 2}),
        ({"price": 120}, 2, [0, 30, 0, 0], {1: 1, 2: 1}),
        ({"price": 80}, 4, [0, 70, 20, 240], {1: 1, 2: 1, 3: 2}),
    ],
)
def test_a_set_may_discount_other_units_the_cheapest_first(discount, units, shares, cups_used) -> None:
    rows = ("tea", 500, 2), ("cup", 150, 1), ("cup", 100, 1), ("cup", 400, 2)
    taken = bundled(Bundle((Part("tea", 2),), products="cup", units=units, **discount), *rows)
    assert taken.shares == shares
    assert used(taken) == {0: 2, **cups_used}


def test_each_set_discounts_other_units_of_its_own() -> None:
    rows = ("tea", 500, 2), ("cup", 150, 1), ("cup", 100, 1), ("cup", 400, 2)
    taken = bundled(Bundle((Part("tea", 1),), amount_off=30, products="cup"), *rows, ("soap", 10, 1))
    assert (taken.shares, used(taken)) == ([0, 30, 30, 0, 0], {0: 2, 1: 1, 2: 1})


def test_others_that_qualified_are_not_discounted_and_stop_at_their_floor() -> None:
    effect = Bundle((Part("tea", 1),), basis_points=10_000, products="tea cup", units=2)
    taken = bundled(effect, ("tea", 500, 1), ("cup", 100, 1, 70))
    assert (taken.shares, used(taken)) == ([0, 30], {0: 1, 1: 1})


def test_without_the_other_units_a_set_gives_nothing() -> None:
    taken = bundled(Bundle((Part("tea", 1),), amount_off=50, products="cup"), ("tea", 500, 1))
    assert not any(taken.shares)

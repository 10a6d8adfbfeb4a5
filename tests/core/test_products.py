"""Product sets: each word by itself and all together, prices at their edge, and the keys a set is found by."""

import pytest

from app.core.order import Line, LineKind
from app.core.products import ALL_GOODS, LineFinder, ProductSet
from tests.core.facts import line

MUG = line(
    1,
    "mug",
    1200,
    2,
    categories=frozenset({"mugs", "gifts"}),
    brand="Clay",
    attributes=(("season", "new"), ("colour", "red"), ("colour", "blue")),
    unit_price=600,
)


def words(*found: str) -> frozenset[str]:
    return frozenset(found)


@pytest.mark.parametrize(
    ("products", "holds"),
    [
        (ProductSet(), True),
        (ProductSet(skus=words("mug", "cup")), True),
        (ProductSet(skus=words("cup")), False),
        (ProductSet(skus=words()), False),
        (ProductSet(categories=words("gifts", "toys")), True),
        (ProductSet(categories=words("toys")), False),
        (ProductSet(brands=words("Clay")), True),
        (ProductSet(brands=words("Glass", "")), False),
        (ProductSet(not_skus=words("mug")), False),
        (ProductSet(not_skus=words("cup")), True),
        (ProductSet(not_categories=words("toys", "gifts")), False),
        (ProductSet(not_categories=words("toys")), True),
        (ProductSet(attributes=(("season", words("old", "new")),)), True),
        (ProductSet(attributes=(("season", words("old")),)), False),
        (ProductSet(attributes=(("size", words("new")),)), False),
        (ProductSet(attributes=(("season", words("new")), ("colour", words("blue")))), True),
        (ProductSet(attributes=(("season", words("new")), ("colour", words("green")))), False),
        (ProductSet(unit_price_least=600), True),
        (ProductSet(unit_price_least=601), False),
        (ProductSet(unit_price_most=600), True),
        (ProductSet(unit_price_most=599), False),
        (ProductSet(unit_price_least=600, unit_price_most=600), True),
        (ProductSet(not_reduced=True), True),
        (ProductSet(kinds=words(LineKind.DELIVERY)), False),
        (ProductSet(skus=words("mug"), categories=words("toys")), False),
        (ProductSet(skus=words("mug"), categories=words("mugs"), brands=words("Clay")), True),
        (ProductSet(skus=words("mug"), brands=words("Glass")), False),
    ],
)
def test_all_that_a_set_says_must_hold(products: ProductSet, holds: bool) -> None:
    assert products.holds(MUG) is holds


def test_what_the_till_has_reduced() -> None:
    reduced = line(1, "mug", 1200, is_reduced=True)
    assert not ProductSet(not_reduced=True).holds(reduced) and ALL_GOODS.holds(reduced)


def test_a_line_without_a_product_is_in_no_set() -> None:
    assert not ALL_GOODS.holds(line(1, "", 500))
    assert not ProductSet(skus=words("")).holds(line(1, "", 500))


@pytest.mark.parametrize(
    ("seen", "exact"),
    [
        (line(1, "a", 1001, 2), False),
        (line(1, "a", 1000, 2), True),
        (line(1, "a", 999, 2), False),
        (line(1, "a", 1250, 2, milli=500), True),
        (line(1, "a", 1251, 2, milli=500), False),
        (line(1, "a", 175, 0, milli=350), True),
    ],
)
def test_prices_that_nobody_told_are_compared_without_rounding(seen: Line, exact: bool) -> None:
    """Of 5.00 a unit, exactly."""
    assert ProductSet(unit_price_least=500, unit_price_most=500).holds(seen) is exact
    assert ProductSet(unit_price_least=500).holds(seen) is (exact or seen.amount in (1001, 1251))
    assert ProductSet(unit_price_most=500).holds(seen) is (exact or seen.amount == 999)


def test_the_keys_by_which_a_set_is_found() -> None:
    assert ProductSet(skus=words("a")).keys == (("sku", "a"),)
    assert set(ProductSet(skus=words("a", "b"), categories=words("c")).keys or ()) == {
        ("sku", "a"),
        ("sku", "b"),
    }
    assert ProductSet(categories=words("c")).keys == (("category", "c"),)
    assert ProductSet(skus=words()).keys == ()
    assert ProductSet(brands=words("x")).keys is None


LINES = (
    line(3, "", 1),
    line(1, "a", 1, categories=words("x")),
    line(2, "ship", 1, kind=LineKind.DELIVERY, categories=words("x")),
    line(4, "b", 1, is_reduced=True, categories=words("x", "y")),
    line(5, "card", 1, kind=LineKind.CARD),
    line(6, "a", 1, brand="Clay"),
)
DELIVERY = words(LineKind.DELIVERY, LineKind.CARD)
FOUND = {
    "all": (ALL_GOODS, [0, 3, 5]),
    "skus": (ProductSet(skus=words("b", "a")), [0, 3, 5]),
    "not_reduced": (ProductSet(skus=words("b", "a"), not_reduced=True), [0, 5]),
    "categories": (ProductSet(categories=words("x", "y")), [0, 3]),
    "both": (ProductSet(skus=words("a"), categories=words("x")), [0]),
    "brand": (ProductSet(brands=words("Clay")), [5]),
    "kinds": (ProductSet(kinds=DELIVERY), [1, 4]),
    "ship": (ProductSet(skus=words("ship"), kinds=DELIVERY), [1]),
    "shipped goods": (ProductSet(skus=words("ship")), []),
    "none": (ProductSet(skus=words("c")), []),
    "nameless": (ProductSet(skus=words("")), []),
    "empty": (ProductSet(skus=words()), []),
}


@pytest.mark.parametrize("name", FOUND)
def test_the_places_of_lines_go_by_their_numbers(name: str) -> None:
    finder = LineFinder(LINES, {key: products for key, (products, _) in FOUND.items()})
    expected = FOUND[name][1]
    assert [one.line for one in finder.lines] == [1, 2, 3, 4, 5, 6]
    assert list(finder.places(name)) == expected == list(finder.places(name))
    assert [place for place, one in enumerate(finder.lines) if FOUND[name][0].holds(one)] == expected


def test_without_a_set_all_goods_are_meant_named_or_not() -> None:
    assert list(LineFinder(LINES, {}).places(None)) == [0, 2, 3, 5]


@pytest.mark.parametrize("name", ["skus", "categories", "all", "none"])
def test_where_all_lines_are_goods_words_are_enough(name: str) -> None:
    goods = tuple(one for one in LINES if one.kind is LineKind.GOODS)
    finder = LineFinder(goods, {key: products for key, (products, _) in FOUND.items()})
    holding = [place for place, one in enumerate(finder.lines) if FOUND[name][0].holds(one)]
    assert list(finder.places(name)) == holding


@pytest.mark.parametrize(
    ("products", "is_empty"),
    [
        (ALL_GOODS, False),
        (ProductSet(skus=words()), True),
        (ProductSet(categories=words()), True),
        (ProductSet(brands=words()), True),
        (ProductSet(kinds=words()), True),
        (ProductSet(attributes=(("season", words("new")), ("colour", words()))), True),
        (ProductSet(skus=words("a"), brands=words("b")), False),
    ],
)
def test_a_set_of_which_a_word_is_missing_is_empty(products: ProductSet, is_empty: bool) -> None:
    assert products.is_empty is is_empty

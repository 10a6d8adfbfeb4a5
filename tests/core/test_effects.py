"""What effects take: percentages, caps, floors, the cheapest unit, and what happens on awkward lines."""

import pytest

from app.core.decision import decide
from app.core.order import Line
from app.core.reasons import Reason
from tests.core.facts import amount_off, campaign, facts, line, percent_off, program, rule


def taken(effect, *lines: Line) -> dict[int, int]:
    """Return what one automatic rule takes off each line."""
    plan = program(campaign("c", rule("r", effect, trigger="automatic")))
    return dict(decide(facts(plan, *lines)).automatic[0].allocation)


def why_not(effect, *lines: Line) -> list[Reason]:
    plan = program(campaign("c", rule("r", effect, trigger="automatic")))
    return [refusal.reason for refusal in decide(facts(plan, *lines)).automatic[0].refusals]


def test_a_percentage_of_the_order_rounds_once() -> None:
    """Three times 10 % of 0.05 would be 0.03 when rounded a line; once over 0.15 it is 0.02."""
    assert taken(percent_off(1000), *(line(n, "soap", 5) for n in (1, 2, 3))) == {1: 1, 2: 1}


def test_a_percentage_of_products_rounds_a_line() -> None:
    assert taken(percent_off(1000, "tea"), *(line(n, "green", 5) for n in (1, 2, 3))) == {1: 1, 2: 1, 3: 1}


def test_a_cap_is_shared_in_proportion() -> None:
    lines = (line(1, "espresso", 6000), line(2, "filter", 3000), line(3, "soap", 900))
    assert taken(percent_off(5000, cap=990), *lines) == {1: 600, 2: 300, 3: 90}
    assert taken(percent_off(5000, "coffee", cap=900), *lines) == {1: 600, 2: 300}


def test_a_percentage_is_of_the_amount_and_clipped_to_the_floor() -> None:
    """Half off 50.00 that may not go below 45.00 is 5.00, not half of the 5.00 that may be taken."""
    assert taken(percent_off(5000), line(1, "soap", 5000, floor=4500)) == {1: 500}
    assert taken(percent_off(5000, "tea"), line(1, "green", 5000, floor=4500)) == {1: 500}
    assert taken(percent_off(5000, target="cheapest"), line(1, "soap", 5000, floor=4500)) == {1: 500}


def test_what_a_floor_keeps_of_an_order_discount_goes_to_the_other_lines() -> None:
    lines = (line(1, "soap", 5000, floor=4500), line(2, "green", 2000))
    assert taken(percent_off(2000), *lines) == {1: 500, 2: 900}


def test_what_a_floor_keeps_of_a_product_discount_is_not_given() -> None:
    lines = (line(1, "espresso", 5000, floor=4500), line(2, "filter", 2000))
    assert taken(percent_off(2000, "coffee"), *lines) == {1: 500, 2: 400}


def test_shares_go_by_the_whole_amount_and_overflow_floors() -> None:
    """36.00 over 100.00 (floor 90.00), 40.00 (floor 30.00), 30.00 and 10.00."""
    lines = (
        line(1, "a", 10000, 2, floor=9000), line(2, "b", 4000, 2, floor=3000), line(3, "c", 3000), line(4, "d", 1000),
    )  # fmt: skip
    assert taken(amount_off(3600), *lines) == {1: 1000, 2: 1000, 3: 1200, 4: 400}


def test_a_line_at_its_floor_gives_nothing() -> None:
    lines = (
        line(1, "a", 1000), line(2, "b", 2000, floor=1900),
        line(3, "c", 5000, floor=5000), line(4, "d", 3000, floor=2600),
    )  # fmt: skip
    assert taken(amount_off(1200), *lines) == {1: 700, 2: 100, 4: 400}


def test_later_percentages_are_of_what_is_left() -> None:
    rules = (rule("a", amount_off(2000), priority=1), rule("b", percent_off(1000)))
    plan = program(campaign("c", *({**one, "trigger": "automatic"} for one in rules)))
    decided = decide(facts(plan, line(1, "soap", 10000)))
    assert [outcome.discount for outcome in decided.automatic] == [2000, 800]


@pytest.mark.parametrize(
    ("lines", "allocation"),
    [
        ((line(1, "a", 900, 3), line(2, "b", 350, 1)), {1: 300}),  # 3.00 a unit is less than 3.50
        ((line(1, "a", 300), line(2, "b", 300)), {1: 300}),  # ties to the earlier line
        ((line(1, "a", 0), line(2, "b", -50), line(3, "c", 200)), {3: 200}),
        ((line(1, "a", 1000, 3),), {1: 333}),
        ((line(1, "a", 100, 0), line(2, "b", 50, -2)), {2: 50}),  # no quantity counts as one
    ],
)
def test_the_cheapest_unit(lines: tuple[Line, ...], allocation: dict[int, int]) -> None:
    assert taken(percent_off(10_000, target="cheapest"), *lines) == allocation


def test_unit_prices_are_compared_exactly() -> None:
    """In millionths of a cent these two would be the same."""
    lines = (line(1, "a", 10**9 + 1, 10**9), line(2, "b", 10**9, 10**9))
    assert taken(amount_off(7, target="cheapest"), *lines) == {2: 7}


def test_unit_prices_are_compared_exactly_where_a_float_would_call_them_equal() -> None:
    """89999769.998 and 89999589.999 in units a little above a thousand differ in the eighteenth digit."""
    lines = (line(1, "a", 89_999_769_998, 1000, milli=3), line(2, "b", 89_999_589_999, 1000, milli=1))
    assert taken(amount_off(7, target="cheapest"), *lines) == {2: 7}


def test_the_cheapest_of_some_products() -> None:
    lines = (line(1, "soap", 100), line(2, "espresso", 400), line(3, "filter", 300))
    assert taken(percent_off(10_000, "coffee", "cheapest"), *lines) == {3: 300}


def test_nothing_left_is_no_effect() -> None:
    assert why_not(amount_off(100), line(1, "soap", 0), line(2, "pledge", -25)) == [Reason.NO_EFFECT]
    assert why_not(percent_off(1), line(1, "soap", 10)) == [Reason.NO_EFFECT]  # rounds to nothing
    assert why_not(percent_off(10_000, target="cheapest"), line(1, "soap", 0)) == [Reason.NO_EFFECT]


def test_everything_off_is_exactly_nothing_to_pay() -> None:
    plan = program(campaign("c", rule("r", percent_off(10_000), trigger="automatic")))
    decided = decide(facts(plan, line(1, "a", 333, 7), line(2, "b", 1), line(3, "c", 0)))
    assert (decided.discount, decided.payable, decided.points) == (334, 0, 0)


def test_offers_bound_to_products_or_units_need_the_lines() -> None:
    """Of an order known only by its total, the total is not the cheapest unit."""
    total_only = line(1, "", 10_000)
    assert why_not(percent_off(10_000, target="cheapest"), total_only) == [Reason.LINES_NEEDED]
    assert why_not(amount_off(100, "coffee"), total_only) == [Reason.LINES_NEEDED]
    assert taken(amount_off(100), total_only) == {1: 100}

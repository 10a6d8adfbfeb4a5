"""Points: whole, rounded down once an order and rule, never for nothing and never negative, and cut by their limits."""

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given

from app.core.circumstances import Circumstances
from app.core.decision import decide
from app.core.earning import (
    Basis,
    Earned,
    EarningLimit,
    EarningMode,
    EarningRule,
    Of,
    earn,
    earn_by_event,
    earned_key,
    keys_of,
    times_key,
)
from app.core.gift_cards import Tender, TenderKind
from app.core.order import Line, LineKind
from app.core.policy import Multipliers, Policy
from app.core.products import ProductSet
from app.core.reasons import Reason, Refusal
from app.core.sheet import sheet_of
from tests.core import properties, strategies
from tests.core.facts import (
    MEMBER,
    amount_off,
    automatic,
    campaign,
    chosen,
    earning,
    facts,
    leaf,
    line,
    order,
    percent_off,
    program,
    rule,
)

FULL, PRO_RATA = EarningMode.FULL_UNIT, EarningMode.PRO_RATA
TEA, COFFEE = ProductSet(frozenset({"green"})), ProductSet(frozenset({"espresso"}))


@given(strategies.drawn(strategies.earnings))
def test_points_are_floored_once(case) -> None:
    properties.points_are_floored_once(case)


def test_the_search_for_planted_bugs_finds_none_in_the_engine() -> None:
    properties.search(properties.points_are_floored_once, strategies.earnings)


def points(
    *rules: EarningRule,
    lines: tuple[Line, ...] = (line(1, "green", 1000), line(2, "espresso", 500)),
    taken: tuple[int, ...] = (),
    known: dict[str, int] | None = None,
    multipliers: Multipliers = Multipliers.HIGHEST,
) -> list[int]:
    """Return the points of each rule that gives some."""
    sheet = sheet_of(order(*lines), Policy())
    sheet.take(taken)
    seen = Circumstances(order(*lines), MEMBER, {}, known or {})
    return [part.points for part in earn(rules, sheet=sheet, seen=seen, multipliers=multipliers)]


def by_amount(milli: int = 1000, per: int = 100, mode: EarningMode = FULL, **more: Any) -> EarningRule:
    return EarningRule("e", milli, per, mode, None, **more)


def times(factor_milli: int, products: ProductSet | None = None) -> EarningRule:
    return EarningRule("m", 0, 1, FULL, None, factor_milli=factor_milli, products=products)


@pytest.mark.parametrize(
    ("mode", "base", "expected"),
    [
        (FULL, 9999, [148]),  # 99 full units at 1.5
        (PRO_RATA, 9999, [149]),
        (FULL, 99, []),
        (PRO_RATA, 99, [1]),
        (PRO_RATA, 67, [1]),
        (PRO_RATA, 66, []),
        (FULL, 100, [1]),
        (FULL, 0, []),
        (PRO_RATA, -9999, []),
        (FULL, -9999, []),
    ],
)
def test_one_and_a_half_points_a_unit(mode: EarningMode, base: int, expected: list[int]) -> None:
    assert points(by_amount(1500, mode=mode), lines=(line(1, "soap", base),)) == expected


@pytest.mark.parametrize(
    ("rules", "lines", "expected"),
    [
        ((by_amount(),), (line(1, "a", 150), line(2, "b", 150)), [3]),  # of all lines together
        ((by_amount(),), (line(1, "a", 500), line(2, "b", -250)), [2]),
        ((by_amount(products=TEA),), (line(1, "green", 500), line(2, "b", 900)), [5]),
        ((by_amount(products=TEA),), (line(2, "b", 900),), []),
        ((by_amount(),), (line(1, "a", 500), line(2, "ship", 490, kind=LineKind.DELIVERY)), [5]),
        ((by_amount(),), (line(1, "a", 500), line(2, "card", 5000, kind=LineKind.CARD)), [5]),
        ((by_amount(),), (line(1, "a", 500, levy=100),), [5]),
        ((by_amount(),), (line(1, "a", 1000, tax_ppm=190_000, is_net=True),), [11]),  # 11.90 are paid
        ((by_amount(),), (line(1, "a", 1190, tax_ppm=190_000),), [11]),
        ((by_amount(2000, 2, of=Of.UNIT),), (line(1, "a", 500, 3), line(2, "b", 1, 2)), [4]),
        ((by_amount(2000, 2, of=Of.UNIT),), (line(1, "a", 500, 3), line(2, "b", 0, 2)), [2]),
        ((by_amount(2000, 2, PRO_RATA, of=Of.UNIT),), (line(1, "a", 500, 2, milli=500),), [2]),
        ((by_amount(2000, 1, PRO_RATA, of=Of.UNIT),), (line(1, "a", 500, 2, milli=500),), [5]),
        ((by_amount(1000, 1, of=Of.UNIT),), (line(1, "a", 500, 0, milli=999),), []),
        ((by_amount(7500, 1, of=Of.ORDER),), (line(1, "a", 5),), [7]),
        ((by_amount(7500, 1, of=Of.ORDER, products=TEA),), (line(1, "a", 5),), []),
        ((by_amount(7500, 1, of=Of.ORDER, products=TEA),), (line(1, "a", 5), line(2, "green", 1)), [7]),
        ((by_amount(), by_amount(500)), (line(1, "a", 500),), [5, 2]),
    ],
)
def test_what_counts(rules, lines, expected) -> None:
    assert points(*rules, lines=lines) == expected


@pytest.mark.parametrize(("basis", "expected"), [(Basis.PAID, [12]), (Basis.INITIAL, [15])])
def test_what_is_paid_earns_or_the_price_before_discounts(basis: Basis, expected: list[int]) -> None:
    assert points(by_amount(basis=basis), taken=(250, 50)) == expected


def test_a_line_that_became_free_counts_no_units() -> None:
    assert points(by_amount(1000, 1, of=Of.UNIT), taken=(1000, 0)) == [1]
    assert points(by_amount(1000, 1, of=Of.UNIT), taken=(999, 0)) == [2]


@pytest.mark.parametrize(
    ("multipliers", "rules", "expected"),
    [
        (Multipliers.HIGHEST, (times(2000),), 30),
        (Multipliers.HIGHEST, (times(2000, TEA),), 25),
        (Multipliers.HIGHEST, (times(2000), times(3000)), 45),
        (Multipliers.HIGHEST, (times(3000), times(2000)), 45),
        (Multipliers.PRODUCT, (times(2000), times(3000)), 90),
        (Multipliers.PRODUCT, (times(1500), times(1500)), 33),  # 15 x 2.25
        (Multipliers.HIGHEST, (times(2000), times(3000, TEA)), 40),
        (Multipliers.PRODUCT, (times(2000), times(3000, TEA)), 70),
        (Multipliers.HIGHEST, (times(500),), 7),
        (Multipliers.HIGHEST, (times(500, TEA),), 10),
        (Multipliers.HIGHEST, (times(1000),), 15),
    ],
)
def test_multipliers(multipliers: Multipliers, rules, expected: int) -> None:
    """Tea for 10.00 and coffee for 5.00, a point for each 1.00; the multiplier stands where it will."""
    for place in range(len(rules) + 1):
        listed = [*rules[:place], by_amount(), *rules[place:]]
        assert points(*listed, multipliers=multipliers) == [expected]


def test_points_are_rounded_down_after_the_multiplier() -> None:
    lines = (line(1, "green", 99), line(2, "espresso", 99))
    assert points(by_amount(1500, mode=PRO_RATA), times(2000), lines=lines) == [5]  # 2.97 x 2
    assert points(by_amount(1500), times(2000), lines=lines) == [3]  # one full unit
    assert points(by_amount(1500), times(2000, TEA), lines=lines) == [1]  # of the tea alone there is none
    assert points(by_amount(1500, mode=PRO_RATA), times(2000, TEA), lines=lines) == [4]  # 1.485 x 3
    assert points(by_amount(1500, 1, of=Of.UNIT), times(3000), lines=(line(1, "green", 9),)) == [4]


def test_what_is_earned_once_is_not_multiplied() -> None:
    assert points(by_amount(50_000, 1, of=Of.ORDER), times(2000)) == [50]


@pytest.mark.parametrize("seed", range(40))
def test_points_with_multipliers_by_the_unit_are_their_exact_sum_rounded_down(seed: int) -> None:
    """Pro rata: each line counts for its own factor, and the sum is rounded down once."""
    chance = Random(seed)
    lines = strategies.lines(chance)
    factors = {TEA: chance.choice((500, 1500, 2000)), COFFEE: chance.choice((700, 3000))}
    rules = [by_amount(milli := chance.randint(1, 4000), per := chance.randint(1, 300), PRO_RATA)]
    rules += [times(factor, products) for products, factor in factors.items()]
    exact: dict[int, Fraction] = {}
    for one in lines:
        if one.kind is LineKind.GOODS:
            tax = Fraction(one.tax_ppm, 1_000_000) if one.is_net else Fraction(0)
            cents = one.amount + round(one.amount * tax + (Fraction(1, 10**6) if one.amount > 0 else 0))
            factor = next((f for products, f in factors.items() if products.holds(one)), 1000)
            exact[factor] = exact.get(factor, Fraction(0)) + cents
    sum_ = sum(max(cents, Fraction(0)) * factor for factor, cents in exact.items())
    expected = int(sum_ * milli / (per * 1000 * 1000))
    assert points(*rules, lines=lines) == ([expected] if expected else [])


# --- limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "known", "expected"),
    [
        ((EarningLimit(points=100),), {"earned:e": 90}, [10]),
        ((EarningLimit(points=100),), {"earned:e": 85}, [15]),
        ((EarningLimit(points=100),), {"earned:e": 0}, [15]),
        ((EarningLimit(points=100),), {"earned:e": 99}, [1]),
        ((EarningLimit(points=100),), {"earned:e": 100}, []),
        ((EarningLimit(points=100),), {"earned:e": 140}, []),
        ((EarningLimit(points=100),), {}, []),  # what nobody knows leaves nothing
        ((EarningLimit(points=100, period="month"),), {"earned:e/month": 90, "earned:e": 0}, [10]),
        ((EarningLimit(points=7, period="order"),), {}, [7]),
        ((EarningLimit(times=3, period="month"),), {"earned_times:e/month": 2}, [15]),
        ((EarningLimit(times=3, period="month"),), {"earned_times:e/month": 3}, []),
        ((EarningLimit(times=1),), {"earned_times:e": 0}, [15]),
        ((EarningLimit(times=1),), {}, []),
        ((EarningLimit(times=0),), {"earned_times:e": 0}, []),
        ((EarningLimit(points=7, period="order"), EarningLimit(points=9)), {"earned:e": 5}, [4]),
        ((EarningLimit(points=9), EarningLimit(points=7, period="order")), {"earned:e": 1}, [7]),
    ],
)
def test_a_limit_cuts(limits, known, expected) -> None:
    assert points(by_amount(limits=limits), known=known) == expected


def test_the_counters_that_limits_ask_for() -> None:
    limits = (
        EarningLimit(points=1, period="order"),
        EarningLimit(points=1, period="month"),
        EarningLimit(points=1),
        EarningLimit(times=1),
        EarningLimit(times=2, period="week"),
    )
    assert keys_of(by_amount(limits=limits)) == {
        "earned:e/month",
        "earned:e",
        "earned_times:e",
        "earned_times:e/week",
    }
    assert (earned_key("e", ""), times_key("e", "day")) == ("earned:e", "earned_times:e/day")


JOINED = EarningRule(
    "j", 50_900, 1, FULL, None, event="joined", limits=(EarningLimit(times=1),), currency="stars"
)


def test_an_event_earns_by_rules_of_its_own() -> None:
    seen = Circumstances(order(), MEMBER, {}, {"earned_times:j": 0})
    assert earn_by_event([by_amount(), JOINED], "joined", seen=seen) == (Earned("j", 50, "stars"),)
    assert earn_by_event([by_amount(), JOINED], "review", seen=seen) == ()
    again = Circumstances(order(), MEMBER, {}, {"earned_times:j": 1})
    assert earn_by_event([JOINED], "joined", seen=again) == ()
    assert points(JOINED, known={"earned_times:j": 0}) == []


def test_an_event_earns_only_where_its_condition_holds() -> None:
    gold = EarningRule("g", 5000, 1, FULL, lambda seen: (), event="e")
    never = EarningRule("n", 5000, 1, FULL, lambda seen: (Refusal(Reason.WRONG_TIER),), event="e")
    seen = Circumstances(order(), MEMBER, {})
    assert earn_by_event([gold, never], "e", seen=seen) == (Earned("g", 5),)


# --- in a decision -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("paid", "off"), [(0, 1), (99, 1), (100, 1), (4999, 1), (5000, 2500)])
def test_points_are_for_what_was_paid(paid: int, off: int) -> None:
    plan = program(campaign("c", automatic("r", amount_off(off))))
    assert decide(facts(plan, line(1, "soap", paid + off))).points == paid // 100


def test_nobody_earns_without_a_member() -> None:
    assert decide(facts(program(), line(1, "soap", 1000), member=None)).points == 0
    assert decide(facts(program(), line(1, "soap", 1000))).points == 10


@pytest.mark.parametrize("stop", ["program", "member:M1"])
def test_what_was_stopped_earns_nothing(stop: str) -> None:
    seen = facts(program(), line(1, "soap", 1000), stopped=frozenset({stop}))
    assert decide(seen).points == 0
    assert decide(facts(program(), line(1, "soap", 1000), stopped=frozenset({"member:M2"}))).points == 10


def test_rules_add_up_and_have_conditions_on_the_initial_or_the_running_total() -> None:
    bonus = earning(500, id="bonus", condition=leaf("order.total", "at_least", 1000))
    left = earning(5000, id="left", condition=leaf("order.running_total", "at_least", 500))
    plan = program(campaign("c", automatic("r", amount_off(500))), earning=[earning(), bonus, left])
    assert decide(facts(plan, line(1, "soap", 1000))).earned == (
        Earned("base", 5),
        Earned("bonus", 2),
        Earned("left", 25),
    )
    assert decide(facts(plan, line(1, "soap", 999))).earned == (Earned("base", 4),)


def test_only_the_ordinary_currency_counts_to_the_points() -> None:
    plan = program(earning=[earning(), earning(2000, id="stars", points="stars")])
    decided = decide(facts(plan, line(1, "soap", 500)))
    assert decided.points == 5
    assert decided.earned == (Earned("base", 5), Earned("stars", 10, "stars"))


def test_category_limited_earning_goes_by_what_was_taken_off_each_line() -> None:
    plan = program(campaign("c", automatic("r", percent_off(5000, "tea"))), earning=[earning(products="tea")])
    assert decide(facts(plan, line(1, "green", 1000), line(2, "soap", 1000))).points == 5


@pytest.mark.parametrize("points_as", ["price_reduction", "payment"])
def test_what_points_pay_earns_nothing_either_way(points_as: str) -> None:
    pay = rule("pay", {"kind": "points_payment", "points": 1, "worth": 10}, trigger="choice")
    plan = program(
        campaign("c", pay),
        policy={"points_as": points_as},
        earning=[earning(), earning(id="tea", products="tea")],
    )
    lines = (line(1, "green", 1000, floor=900), line(2, "soap", 3000))
    decided = decide(facts(plan, *lines, presented=(chosen("id", "pay", 80),)))
    assert decided.presented[0].points == 80
    tea = {"price_reduction": 9, "payment": 8}[points_as]  # a floor holds for discounts, not for payments
    assert [part.points for part in decided.earned] == [32, tea]


def test_gift_cards_don_t_lower_the_points() -> None:
    card = Tender(TenderKind.GIFT_CARD, "g", 300)
    assert decide(facts(program(), line(1, "soap", 500), tenders=(card,))).points == 5


@pytest.mark.parametrize(
    ("multipliers", "expected"),
    [(Multipliers.HIGHEST, ("m3", "m2")), (Multipliers.PRODUCT, ("m3", "m2", "m1"))],
)
def test_what_is_earned_names_the_multipliers_that_counted(multipliers: Multipliers, expected) -> None:
    """Tea earns three times, coffee twice; of several of which one counts the others stay unnamed."""
    rules = (times(3000, TEA), times(2000), times(1000), times(9000, ProductSet(frozenset({"nothing"}))))
    named = [replace(each, rule_id=f"m{each.factor_milli // 1000}") for each in rules]
    lines = (line(1, "green", 1000), line(2, "espresso", 500))
    seen = Circumstances(order(*lines), MEMBER, {}, {})
    sheet = sheet_of(order(*lines), Policy())
    (earned,) = earn([*named, by_amount()], sheet=sheet, seen=seen, multipliers=multipliers)
    assert earned.by == expected
    (once,) = earn([*named, by_amount(of=Of.ORDER)], sheet=sheet, seen=seen, multipliers=multipliers)
    assert once.by == ()  # what is earned once is multiplied by nothing

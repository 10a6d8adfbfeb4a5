"""Tax: rounded once a line, half-up, of gross and of net prices; and the same amount with and without it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decision import decide
from app.core.policy import Policy
from app.core.sheet import Totals, sheet_of, totals_of
from app.core.tax import gross_amount, net_amount, net_of_gross, tax_in, tax_of_net
from tests.core.exactly import half_away
from tests.core.facts import (
    amount_off,
    automatic,
    campaign,
    chosen,
    facts,
    line,
    order,
    percent_off,
    program,
    rule,
)


@pytest.mark.parametrize(
    ("gross", "ppm", "net"),
    [
        (9, 200_000, 8),  # 7.5
        (10, 200_000, 8),  # 8.33
        (3, 200_000, 3),  # 2.5
        (11_900, 190_000, 10_000),
        (9900, 190_000, 8319),  # 8319.33
        (100, 0, 100),
        (0, 190_000, 0),
        (-9, 200_000, -8),
        (-10, 200_000, -8),
        (21, 50_000, 20),
        (1, 1_000_000, 1),  # 0.5
    ],
)
def test_tax_in_a_gross_price(gross: int, ppm: int, net: int) -> None:
    assert net_of_gross(gross, ppm) == net
    assert tax_in(gross, ppm, is_net=False) == gross - net
    assert net_amount(gross, ppm, is_net=False) == net
    assert gross_amount(gross, ppm, is_net=False) == gross


@pytest.mark.parametrize(
    ("net", "ppm", "tax"),
    [
        (10_000, 190_000, 1900),
        (3, 199_900, 1),  # 0.5997
        (2, 250_000, 1),  # 0.5
        (1, 499_900, 0),
        (1, 500_000, 1),
        (-2, 250_000, -1),
        (100, 0, 0),
        (0, 190_000, 0),
        (1999, 88_750, 177),  # New York's 8.875 %: 177.41
    ],
)
def test_tax_on_a_net_price(net: int, ppm: int, tax: int) -> None:
    assert tax_of_net(net, ppm) == tax
    assert tax_in(net, ppm, is_net=True) == tax
    assert gross_amount(net, ppm, is_net=True) == net + tax
    assert net_amount(net, ppm, is_net=True) == net


@given(st.integers(-(10**9), 10**9), st.integers(0, 500_000))
def test_it_is_the_nearest_cent(amount: int, ppm: int) -> None:
    rate = Fraction(ppm, 1_000_000)
    assert tax_of_net(amount, ppm) == half_away(amount * rate)
    assert net_of_gross(amount, ppm) == half_away(amount / (1 + rate))


@pytest.mark.parametrize(
    ("lines", "payable", "tax"),
    [
        ((line(1, "a", 11_900, tax_ppm=190_000),), 11_900, 1900),
        ((line(1, "a", 10_000, tax_ppm=190_000, is_net=True),), 11_900, 1900),
        (
            (line(1, "a", 9, tax_ppm=200_000), line(2, "b", 9, tax_ppm=200_000)),
            18,
            2,
        ),  # a line each
        ((line(1, "a", 100, tax_ppm=0, is_net=True),), 100, 0),
        ((line(1, "a", 500, levy=25, tax_ppm=190_000),), 525, 80),  # levies are not taxed
        ((line(1, "a", 500, levy=25), line(2, "b", -25)), 500, 0),
        ((line(1, "a", 0, levy=25, tax_ppm=190_000, is_net=True),), 25, 0),
        ((line(1, "a", -1190, tax_ppm=190_000),), -1190, -190),
        ((line(1, "a", -1000, tax_ppm=190_000, is_net=True),), -1190, -190),
        ((), 0, 0),
    ],
)
def test_what_is_to_be_paid_and_the_tax_of_it(lines, payable: int, tax: int) -> None:
    assert totals_of(sheet_of(order(*lines), Policy())) == Totals(payable, tax)


def test_discounts_reduce_the_tax_of_the_lines_they_touch() -> None:
    """Half off 119.00 with 19 % and off 107.00 with 7 %."""
    plan = program(campaign("c", automatic("r", percent_off(5000))))
    lines = (line(1, "a", 11_900, tax_ppm=190_000), line(2, "b", 10_700, tax_ppm=70_000))
    decided = decide(facts(plan, *lines))
    assert (decided.total, decided.discount, decided.payable, decided.tax) == (22_600, 11_300, 11_300, 1300)
    net = (
        line(1, "a", 10_000, tax_ppm=190_000, is_net=True),
        line(2, "b", 10_000, tax_ppm=70_000, is_net=True),
    )
    decided = decide(facts(plan, *net))
    assert (decided.total, decided.discount, decided.payable, decided.tax) == (20_000, 10_000, 11_300, 1300)


def test_all_off_over_mixed_rates_is_nothing_to_pay_and_no_tax() -> None:
    plan = program(campaign("c", automatic("r", percent_off(10_000))))
    lines = (
        line(1, "a", 333, 7, tax_ppm=190_000),
        line(2, "b", 1, tax_ppm=70_000, is_net=True),
        line(3, "c", 999, tax_ppm=0),
        line(4, "d", 0, tax_ppm=190_000),
    )
    decided = decide(facts(plan, *lines))
    assert (decided.discount, decided.payable, decided.tax, decided.points) == (1333, 0, 0, 0)


@pytest.mark.parametrize(
    ("points_as", "payable", "tax", "due"),
    [("price_reduction", 9900, 1581, 9900), ("payment", 11_900, 1900, 9900)],
)
def test_points_lower_the_price_and_its_tax_or_pay_like_money(points_as, payable, tax, due) -> None:
    """119.00 with 19 % in it, 20.00 in points."""
    plan = program(
        campaign("c", rule("pay", {"kind": "points_payment", "points": 1, "worth": 100}, trigger="choice")),
        policy={"points_as": points_as},
    )
    seen = facts(plan, line(1, "a", 11_900, tax_ppm=190_000), presented=(chosen("id", "pay", 20),))
    decided = decide(seen)
    assert (decided.payable, decided.tax, decided.due) == (payable, tax, due)
    assert decided.presented[0].points == 20


@pytest.mark.parametrize(
    ("basis", "total", "discount", "payable", "tax"),
    [
        ("line_price", 21_900, 3000, 20_540, 3280),  # 16.30 and 13.70 off
        ("gross", 23_800, 3000, 20_800, 3322),
        ("net", 20_000, 3000, 20_230, 3230),
    ],
)
def test_a_fixed_amount_is_meant_in_the_price_basis_of_the_policy(
    basis, total, discount, payable, tax
) -> None:
    """30.00 off 119.00 with its tax and 100.00 without: 19 % each."""
    plan = program(campaign("c", automatic("r", amount_off(3000))), policy={"amount_basis": basis})
    lines = (
        line(1, "a", 11_900, tax_ppm=190_000),
        line(2, "b", 10_000, tax_ppm=190_000, is_net=True),
    )
    decided = decide(facts(plan, *lines))
    assert (decided.total, decided.discount) == (total, discount)
    assert (decided.payable, decided.tax) == (payable, tax)

"""Points: whole, floored once an order and rule, by full units or pro rata, never for nothing and never negative."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.conditions import Circumstances
from app.core.decision import decide
from app.core.earning import EarningMode, EarningRule, points_earned
from tests.core import properties, strategies
from tests.core.facts import MEMBER, amount_off, campaign, earning, facts, line, order, program, rule


@given(strategies.earning_rules(), strategies.bases())
def test_points_are_floored_once(rules, base: int) -> None:
    properties.points_are_floored_once(rules, base)


def test_the_search_for_planted_bugs_finds_none_in_the_engine() -> None:
    properties.search(properties.points_are_floored_once, strategies.earning_rules(), strategies.bases())


@pytest.mark.parametrize(
    ("mode", "base", "points"),
    [
        (EarningMode.FULL_UNIT, 9999, 148),  # 99 full units at 1.5
        (EarningMode.PRO_RATA, 9999, 149),
        (EarningMode.FULL_UNIT, 99, 0),
        (EarningMode.PRO_RATA, 99, 1),
        (EarningMode.FULL_UNIT, 0, 0),
        (EarningMode.PRO_RATA, -9999, 0),
    ],
)
def test_one_and_a_half_points_a_unit(mode: EarningMode, base: int, points: int) -> None:
    seen = Circumstances(order(), MEMBER, {})
    assert points_earned([EarningRule("e", 1500, 100, mode, None)], base=base, seen=seen) == points


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_points_are_for_what_was_paid(paid: int, off: int) -> None:
    voucher = rule("r", amount_off(off + 1), trigger="automatic")
    decided = decide(facts(program(campaign("c", voucher)), line(1, "soap", paid + off + 1)))
    assert decided.points == paid // 100


def test_nobody_earns_without_a_member() -> None:
    assert decide(facts(program(), line(1, "soap", 1000), member=None)).points == 0
    assert decide(facts(program(), line(1, "soap", 1000))).points == 10


def test_rules_add_up_and_have_conditions_on_the_initial_total() -> None:
    bonus = earning(500, id="bonus", condition={"fact": "order.total", "op": "at_least", "value": 1000})
    half = rule("r", amount_off(500), trigger="automatic")
    plan = program(campaign("c", half), earning=[earning(), bonus])
    assert decide(facts(plan, line(1, "soap", 1000))).points == 5 + 2
    assert decide(facts(plan, line(1, "soap", 999))).points == 4

"""The index finds every rule that applies, none that a gate keeps out, and of those that lack money the nearest."""

from typing import Any

import pytest

from app.core.circumstances import Circumstances
from app.core.decision import EXPLAINED_MAX, NEAR_MAX, circumstances, decide, eligible
from app.core.outcome import Facts
from app.core.program import Program
from app.core.program_format import read_program
from bench._campaigns import APPLYING, program_bytes, scene
from bench.quote import facts_of
from tests.core.facts import (
    MEMBER,
    amount_off,
    automatic,
    buy_get,
    campaign,
    leaf,
    line,
    order,
    percent_off,
    program,
    rule,
)

OFF = amount_off(1)
ORDER = order(line(1, "espresso", 1_000, categories=frozenset({"drinks"})), store="S1")  # a Thursday at noon


def seen(version: Program, member: Any = MEMBER, asked: Any = ORDER) -> Circumstances:
    return circumstances(Facts(version, asked, member))


def is_found(effect: Any = OFF, member: Any = MEMBER, condition: Any = None, **changed: Any) -> bool:
    version = program(
        campaign("c", automatic("r", effect, condition=condition), **changed), product_sets=SETS
    )
    return version.index.find(seen(version, member)) == [0]


SETS = {
    "coffee": ["espresso"],
    "tea": ["green"],
    "drinks": {"categories": ["drinks"]},
    "food": {"categories": ["food"]},
    "plain": {"not_reduced": True},
}


@pytest.mark.parametrize(
    ("passes", "fails"),
    [
        (leaf("order.store", "is", "S1"), leaf("order.store", "is", "S2")),
        (leaf("order.store", "one_of", ["S2", "S1"]), leaf("order.store", "one_of", ["S2", "S3"])),
        (leaf("order.weekday", "is", 4), leaf("order.weekday", "is", 5)),
        (leaf("order.weekday", "one_of", [1, 4]), leaf("order.weekday", "one_of", [1, 2])),
        (
            leaf("order.time", "between", ["11:30", "12:01"]),
            leaf("order.time", "between", ["13:00", "14:00"]),
        ),
        (leaf("member.tier", "is", "gold"), leaf("member.tier", "is", "iron")),
        (leaf("member.tier", "one_of", ["gold"]), leaf("member.tier", "one_of", ["iron"])),
        (leaf("member.segments", "contains", "early"), leaf("member.segments", "contains", "late")),
        (
            leaf("member.segments", "contains_any", ["early"]),
            leaf("member.segments", "contains_any", ["late"]),
        ),
        (leaf("order.total", "at_least", 1_000), leaf("order.total", "at_least", 1_001)),
        (leaf("order.total", "more_than", 999), leaf("order.total", "more_than", 1_000)),
        (
            leaf("order.quantity_of", "at_least", 9, products="coffee"),
            leaf("order.quantity_of", "at_least", 1, products="tea"),
        ),
        (
            leaf("order.amount_of", "at_least", 9_999, products="drinks"),
            leaf("order.amount_of", "more_than", 0, products="food"),
        ),
        (
            leaf("order.quantity_of", "at_least", 0, products="tea"),
            leaf("order.quantity_of", "more_than", 0, products="tea"),
        ),
    ],
)
def test_a_gate_lets_through_what_may_apply_and_nothing_else(passes: Any, fails: Any) -> None:
    assert is_found(condition=passes) and not is_found(condition=fails)
    assert is_found(condition={"all": [passes, {"all": [passes]}]})
    assert not is_found(condition={"all": [passes, fails]}), "two gates of one kind must both let it through"
    assert not is_found(condition={"all": [fails, passes]})
    assert is_found(condition={"any": [passes, fails]}) and is_found(condition={"not": fails})


def test_what_is_no_sure_gate_is_none() -> None:
    assert is_found(condition=leaf("order.total", "at_least", 9_999, measured="net")), (
        "another total than the index's"
    )
    assert is_found(condition=leaf("order.total", "at_most", 1))
    assert is_found(condition=leaf("order.quantity_of", "at_most", 1, products="tea"))
    assert is_found(percent_off(100, "plain"))


def test_products_and_audience_are_gates() -> None:
    assert is_found(percent_off(100, "coffee")) and is_found(percent_off(100, "drinks"))
    assert not is_found(percent_off(100, "tea")) and not is_found(percent_off(100, "food"))
    assert is_found(buy_get(1, 1, "coffee", "tea")) and not is_found(buy_get(1, 1, "tea", "coffee"))
    assert not is_found(
        percent_off(100, "coffee"), condition=leaf("order.amount_of", "at_least", 1, products="tea")
    )
    assert is_found(audience=["M1"]) and not is_found(audience=["M2"]) and not is_found(audience=[])
    assert not is_found(audience=["M1"], member=None) and is_found(member=None)
    assert not is_found(condition=leaf("member.tier", "is", "gold"), member=None)


def test_of_those_that_lack_money_the_nearest_come_beside_those_that_lack_nothing() -> None:
    bounds = [1_500, 900, 3_000, 1_200, 2_000]
    version = program(
        campaign("codes", rule("by-code", OFF, priority=1)),  # the first, and none of the index's
        *(
            campaign(f"c{at}", automatic(f"r{at}", OFF, condition=leaf("order.total", "at_least", bound)))
            for at, bound in enumerate(bounds)
        ),
        campaign("elsewhere", automatic("z", OFF, condition={"all": [
            leaf("order.total", "at_least", 1_100), leaf("order.store", "is", "S2")
        ]})),
    )  # fmt: skip
    assert version.index.find(seen(version)) == [2]
    assert version.index.find_near(seen(version), 0) == [2]
    assert version.index.find_near(seen(version), 2) == [1, 2, 4]
    assert version.index.find_near(seen(version), 9) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("seed", range(3))
def test_a_large_program_gives_what_asking_each_rule_gives(seed: int) -> None:
    made = scene(lines=20, campaigns=EXPLAINED_MAX + 100, seed=seed)
    facts = facts_of(read_program(program_bytes(made.campaigns)), made)
    large, short = decide(facts), decide(facts, explain=False)
    assert [each for each in large.automatic if each.is_approved] == list(short.automatic)
    assert len(short.automatic) == APPLYING == len(eligible(facts))
    lacking_money = [
        each
        for each in large.automatic
        if [why.reason.code for why in each.refusals] == ["min_total_not_met"]
    ]
    assert 0 < len(lacking_money) <= NEAR_MAX
    assert circumstances(facts).total > 0 and len(large.automatic) < EXPLAINED_MAX

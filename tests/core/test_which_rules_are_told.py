"""Which rules a decision tells of, in which order codes apply, what budgets count, and what conditions hear of."""

from typing import Any

import pytest

from app.core.decision import EXPLAINED_MAX, decide, eligible
from app.core.outcome import Decision, Outcome
from app.core.reasons import Reason, Refusal
from tests.core.facts import (
    amount_off,
    automatic,
    campaign,
    chosen,
    facts,
    leaf,
    line,
    percent_off,
    program,
    reasons,
    rule,
    shown,
)

Document = dict[str, Any]
TEA, COFFEE = line(1, "green", 1000, 4), line(2, "espresso", 500, 2)


def decided(*rules: Document, document: Document | None = None, **more: Any) -> Decision:
    return decide(facts(program(campaign("c", *rules), **(document or {})), TEA, COFFEE, **more))


def test_unexplained_only_what_applies_is_told_and_nothing_else_changes() -> None:
    rules = [automatic("a", amount_off(100)), automatic("b", percent_off(1000, "none"))]
    more = {"document": {"product_sets": {"none": ["nothing"], "tea": ["green"]}}}
    plan = program(campaign("c", *rules), **more["document"])
    told, untold = (decide(facts(plan, TEA), explain=explain) for explain in (True, False))
    assert [outcome.rule_id for outcome in told.automatic] == ["b", "a"]
    assert [outcome.rule_id for outcome in untold.automatic] == ["a"]
    assert (told.payable, told.points) == (untold.payable, untold.points) == (900, 9)


@pytest.mark.parametrize(("count", "are_told"), [(EXPLAINED_MAX, True), (EXPLAINED_MAX + 1, False)])
def test_of_many_rules_those_that_nothing_speaks_for_are_not_told(count: int, are_told: bool) -> None:
    rules = [automatic(f"r{number}", percent_off(1000, "none")) for number in range(count)]
    plan = program(campaign("c", *rules), product_sets={"none": ["nothing"]})
    assert len(decide(facts(plan, TEA)).automatic) == (count if are_told else 0)


def test_codes_are_told_in_the_order_they_were_shown_and_apply_by_their_turn() -> None:
    first, second = rule("a", amount_off(1400), priority=1), rule("b", amount_off(1400))
    shown_backwards = (shown("b-1", "b"), shown("x-1", "x"), shown("a-1", "a"))
    found = decided(first, second, presented=shown_backwards)
    assert [(each.redemption_id, each.discount) for each in found.presented] == [
        ("b-1", 100),
        ("x-1", 0),
        ("a-1", 1400),
    ]
    assert found.presented[1] == Outcome("x", "", "x-1", 0, (), (Refusal(Reason.OFFER_UNKNOWN),))


def test_two_codes_of_a_rule_apply_by_code_and_then_by_redemption() -> None:
    both = rule("a", amount_off(900))
    found = decided(both, presented=(shown("2", "a", code_hash="y"), shown("1", "a", code_hash="x")))
    assert [each.discount for each in found.presented] == [600, 900]
    found = decided(both, presented=(shown("2", "a"), shown("1", "a")))
    assert [each.discount for each in found.presented] == [600, 900]


def test_a_rule_comes_by_what_it_is_for() -> None:
    """A code can't bring what is to be picked, nor a pick what needs a code."""
    picked_one, coded = rule("p", amount_off(100), trigger="choice"), rule("v", amount_off(100))
    wrong = (shown("1", "p"), chosen("2", "v"))
    assert [reasons(each) for each in decided(picked_one, coded, presented=wrong).presented] == [
        [Reason.OFFER_UNKNOWN]
    ] * 2
    right = (chosen("1", "p"), shown("2", "v"))
    assert [reasons(each) for each in decided(picked_one, coded, presented=right).presented] == [[], []]


def test_a_rule_hears_of_signals() -> None:
    rainy = automatic("a", amount_off(100), condition=leaf("signal", "is", "rain", name="weather"))
    assert [each.is_approved for each in decided(rainy, signals={"weather": "rain"}).outcomes] == [True]
    assert [each.is_approved for each in decided(rainy, signals={"weather": "sun"}).outcomes] == [False]
    assert [each.is_approved for each in decided(rainy).outcomes] == [False]


def test_what_a_campaign_gives_in_an_order_counts_together_against_its_budget() -> None:
    rules = [automatic(name, amount_off(40)) for name in "abc"]
    plan = program(campaign("c", *rules, budget={"discount": 100}))
    found = decide(facts(plan, TEA, known={"discount:c": 0}))
    assert [each.discount for each in found.automatic] == [40, 40, 0]
    assert reasons(found.automatic[2]) == [Reason.BUDGET_EXCEEDED]
    assert [each.discount for each in decide(facts(plan, TEA, known={"discount:c": 21})).automatic] == [
        40,
        0,
        0,
    ]


def test_of_limit_and_budget_both_are_told() -> None:
    plan = program(
        campaign("c", automatic("a", amount_off(40)), limits={"uses": 2}, budget={"discount": 100})
    )
    found = decide(facts(plan, TEA, known={"uses:c": 2, "discount:c": 100})).automatic[0]
    assert reasons(found) == [Reason.LIMIT_CAMPAIGN_REACHED, Reason.BUDGET_EXHAUSTED]


def test_a_campaign_used_twice_in_an_order_is_used_once() -> None:
    rules = [automatic(name, amount_off(40)) for name in "ab"]
    known = {"uses:c": 1, "member_uses:c": 1}
    limits = {"uses": 2, "member_uses": [{"at_most": 2}]}
    plan = program(campaign("c", *rules, limits=limits, budget={"uses": 2}))
    assert [each.discount for each in decide(facts(plan, TEA, known=known)).automatic] == [40, 40]


def test_an_order_is_eligible_for_a_rule_only_with_its_products() -> None:
    """Of a set that names no product, only the lines can say whether it holds for one."""
    plan = program(
        campaign("c", automatic("a", percent_off(1000, "other")), automatic("b", percent_off(1000, "tea"))),
        product_sets={"other": {"not_skus": ["green"]}, "tea": ["green"]},
    )
    assert [each.rule.rule_id for each in eligible(facts(plan, TEA))] == ["b"]
    assert [each.rule.rule_id for each in eligible(facts(plan, COFFEE))] == ["a"]


def test_a_rule_hears_of_the_programs_own_segments() -> None:
    """Whoever has spent 10.00 before is in the segment."""
    segments = {"regular": leaf("history.spend", "at_least", 1000)}
    for_regulars = automatic("a", amount_off(100), condition=leaf("member.segments", "contains", "regular"))
    for spent, is_in in ((999, False), (1000, True)):
        found = decided(for_regulars, known={"history.spend": spent}, document={"segments": segments})
        assert [each.is_approved for each in found.outcomes] == [is_in]

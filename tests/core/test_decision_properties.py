"""Decisions over drawn facts: sums, order of scans, replay, index, stacking, and an audit that works all out again."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decision import decide
from app.core.order import Line
from app.core.outcome import Facts
from tests.core import properties, strategies
from tests.core.facts import amount_off, automatic, campaign, facts, percent_off, program

OF_DECISIONS = (
    (properties.sums_are_exact, strategies.decidable),
    (properties.every_rule_gives_what_it_must, strategies.on_lines),
    (properties.every_rule_gives_what_it_must, strategies.on_units),
    (properties.every_rule_gives_what_it_must, strategies.stacked),
    (properties.vouchers_are_not_overused, strategies.decidable),
    (properties.scan_order_changes_nothing, strategies.rescans),
    (properties.replay_gives_the_same, strategies.decidable),
    (properties.replay_gives_the_same, strategies.stacked),
    (properties.the_index_leaves_nothing_out, strategies.decidable),
    (properties.the_index_leaves_nothing_out, strategies.stacked),
    (properties.what_is_given_stays_within_limits, strategies.decidable),
    (properties.campaigns_go_together_as_they_say, strategies.stacked),
    (properties.what_is_missing_is_enough, strategies.decidable),
    (properties.ten_times_the_money_is_ten_times_the_discount, strategies.whole_amounts),
)


@pytest.mark.parametrize(("check", "cases"), OF_DECISIONS)
def test_it_holds_of_the_same_cases_each_time(check, cases) -> None:
    """With these the searches for planted bugs begin."""
    properties.search(check, cases)


@given(st.integers(0, 2**40))
def test_all_of_it_holds_of_new_cases_each_time(seed: int) -> None:
    for check, cases in OF_DECISIONS:
        check(cases(Random(seed)))


def renumbered(lines) -> tuple[Line, ...]:
    return tuple(Line(n, x.sku, x.quantity, x.amount, x.floor) for n, x in enumerate(lines, start=1))


@pytest.mark.parametrize("seed", range(60))
def test_scanning_lines_in_another_order_keeps_the_totals(seed: int) -> None:
    """Rules on the whole order take the same whichever line came first, also one after the other."""
    chance = Random(seed)
    lines = renumbered(strategies.lines(chance))
    rules = (
        automatic("a", amount_off(chance.randint(1, 800))),
        automatic("b", percent_off(chance.randint(1, 10_000)), priority=1),
    )
    plan = program(campaign("c", *rules))
    before, after = (
        decide(facts(plan, *listed)) for listed in (lines, renumbered(chance.sample(lines, len(lines))))
    )
    assert (before.discount, before.payable, before.points) == (after.discount, after.payable, after.points)


@pytest.mark.parametrize("seed", range(60))
def test_scanning_in_another_order_moves_a_cent_at_most(seed: int) -> None:
    """Ties go to the earlier line, so which of two lines gives the odd cent may change, and no more than that."""
    chance = Random(seed)
    lines = renumbered(strategies.lines(chance))
    effect = chance.choice((amount_off(chance.randint(1, 800)), percent_off(chance.randint(1, 9999), cap=60)))
    plan = program(campaign("c", automatic("a", effect)))
    places = chance.sample(range(len(lines)), len(lines))
    before = shares(plan, lines)
    after = shares(plan, renumbered([lines[place] for place in places]))
    assert sum(before) == sum(after)
    assert all(abs(before[place] - share) <= 1 for place, share in zip(places, after, strict=True))


def shares(plan, lines) -> list[int]:
    """Return what each line gave, in the order of the lines."""
    given_ = dict(decide(facts(plan, *lines)).automatic[0].allocation)
    return [given_.get(line.line, 0) for line in lines]


def test_the_cases_are_such_that_rules_apply() -> None:
    """Searches among orders that nothing applies to would find nothing."""
    applied: set[str] = set()
    approved = 0
    for seed in range(300):
        decided = decide(strategies.decidable(Random(seed)))
        approved += sum(outcome.is_approved for outcome in decided.outcomes)
        applied |= {name for outcome in decided.outcomes if outcome.is_approved for name in kinds(outcome)}
    assert approved > 180
    assert applied == {"discount", "gifts", "credit", "paid", "counts", "points"}


def kinds(outcome) -> set[str]:
    return {
        name for name in ("discount", "gifts", "credit", "paid", "counts", "points") if getattr(outcome, name)
    }


def test_a_search_says_which_case_it_found() -> None:
    def never(_: Facts) -> None:
        raise AssertionError("no")

    with pytest.raises(AssertionError) as found:
        properties.search(never, strategies.decidable)
    assert found.value.__notes__[0].startswith("seed 0: Facts(")

"""Trying rules out: a copy of the table sees all that was taken before, and leaves no trace on the original."""

from app.core.decision import circumstances, decide
from app.core.policy import Policy
from app.core.sheet import sheet_of
from app.core.table import Table
from tests.core.facts import amount_off, automatic, campaign, facts, line, order, program, rule, shown

TEA, BOTTLES = line(1, "green", 1000, 4), line(2, "bottle", -300, 3)


def test_a_copy_of_a_sheet_is_equal_to_it_whatever_was_taken() -> None:
    seen = sheet_of(order(TEA, BOTTLES), Policy())
    seen.use(0, 1)
    seen.take([70, 0])
    assert (seen.given, seen.owed) == (70, 300)
    assert seen.copy() == seen


def test_what_is_tried_counts_on_the_copy_alone() -> None:
    plan = program(campaign("c", rule("r", amount_off(100), cost_points=50, has_stock=True)))
    asked = facts(plan, TEA, presented=(shown("r-1", "r", uses_max=1),), known={"stock:r": 1})
    table = Table(asked, circumstances(asked))
    candidate = plan.candidates[0]._replace(presentation=asked.presented[0])
    before = (table.sheet.copy(), dict(table.used), dict(table.given), table.points_left, table.paid)
    trial = table.copy()
    assert trial.play(candidate).discount == 100
    assert not trial.play(candidate).is_approved
    assert (table.sheet, dict(table.used), dict(table.given), table.points_left, table.paid) == before
    assert table.play(candidate).discount == 100


def test_a_trial_sees_what_was_taken_before_it() -> None:
    """Of 10.00 are 9.50 gone, so both of the group save 0.50 at most, and the earlier is the best."""
    first = campaign("x", automatic("x", amount_off(950), priority=9))
    group = [
        campaign(name, automatic(name, amount_off(off)), stacking={"best_of": "g"})
        for name, off in (("a", 60), ("b", 90))
    ]
    decided = decide(facts(program(first, *group), TEA))
    assert {each.rule_id: each.discount for each in decided.automatic} == {"x": 950, "a": 50, "b": 0}


def test_a_trial_sees_returned_bottles() -> None:
    """Of 10.00 and bottles for -3.00 no more than 7.00 can be given, in a trial as in earnest."""
    group = [
        campaign(name, automatic(name, amount_off(off)), stacking={"best_of": "g"})
        for name, off in (("a", 700), ("b", 900))
    ]
    decided = decide(facts(program(*group), TEA, BOTTLES))
    assert {each.rule_id: each.discount for each in decided.automatic} == {"a": 700, "b": 0}

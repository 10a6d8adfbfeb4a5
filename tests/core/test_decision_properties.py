"""Decisions over drawn facts: sums, floors, order of scans, replay, and an audit that works everything out again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decision import decide
from app.core.order import Line
from app.core.outcome import Facts
from tests.core import properties, strategies
from tests.core.facts import amount_off, campaign, facts, percent_off, program, rule

OF_DECISIONS = (
    (properties.sums_are_exact, strategies.decidable),
    (properties.every_rule_gives_what_it_must, strategies.decidable),
    (properties.vouchers_are_not_overused, strategies.decidable),
    (properties.scan_order_changes_nothing, strategies.rescans),
    (properties.replay_gives_the_same, strategies.decidable),
)


@given(strategies.decidable())
def test_sums_are_exact(drawn: Facts) -> None:
    properties.sums_are_exact(drawn)


@given(strategies.decidable())
def test_every_rule_gives_what_it_must(drawn: Facts) -> None:
    properties.every_rule_gives_what_it_must(drawn)


@given(strategies.rescans())
def test_scan_order_changes_nothing(drawn) -> None:
    properties.scan_order_changes_nothing(drawn)


@given(strategies.decidable())
def test_vouchers_are_not_overused(drawn: Facts) -> None:
    properties.vouchers_are_not_overused(drawn)


@given(strategies.decidable())
def test_quote_decision_and_replay_agree(drawn: Facts) -> None:
    properties.replay_gives_the_same(drawn)


@pytest.mark.parametrize(("check", "cases"), OF_DECISIONS)
def test_the_searches_for_planted_bugs_find_none_in_the_engine(check, cases) -> None:
    properties.search(check, cases())


def renumbered(lines) -> tuple[Line, ...]:
    return tuple(Line(n, x.sku, x.quantity, x.amount, x.floor) for n, x in enumerate(lines, start=1))


@given(strategies.lines(), st.integers(1, 800), st.integers(1, 10_000), st.data())
def test_scanning_lines_in_another_order_keeps_the_totals(lines, amount, basis_points, data) -> None:
    """Rules on the whole order take the same whichever line came first, also one after the other."""
    rules = (rule("a", amount_off(amount)), rule("b", percent_off(basis_points), priority=1))
    plan = program(campaign("c", *({**one, "trigger": "automatic"} for one in rules)))
    before = decide(facts(plan, *lines))
    after = decide(facts(plan, *renumbered(data.draw(st.permutations(lines)))))
    assert (before.discount, before.payable, before.points) == (after.discount, after.payable, after.points)


@given(strategies.lines(), strategies.effects(), st.data())
def test_scanning_in_another_order_moves_a_cent_at_most(lines, effect, data) -> None:
    """Ties go to the earlier line, so which of two lines gives the odd cent may change, and no more than that."""
    if effect["target"] == "cheapest":
        return  # of two lines with the same unit price, the earlier gives it all
    plan = program(campaign("c", rule("a", effect, trigger="automatic")))
    places = data.draw(st.permutations(range(len(lines))))
    before = shares(plan, lines)
    after = shares(plan, renumbered([lines[place] for place in places]))
    assert sum(before) == sum(after)
    assert all(abs(before[place] - share) <= 1 for place, share in zip(places, after, strict=True))


def shares(plan, lines) -> list[int]:
    """Return what each line gave, in the order of the lines."""
    given_ = dict(decide(facts(plan, *lines)).automatic[0].allocation)
    return [given_.get(line.line, 0) for line in lines]

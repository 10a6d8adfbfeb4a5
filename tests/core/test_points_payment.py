"""Points as payment within a decision: the smallest step, what lines that give back leave, and others beside it."""

from typing import Any

import pytest

from app.core.decision import decide
from app.core.outcome import Decision
from app.core.reasons import Reason
from tests.core.facts import (
    MEMBER,
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
)

PAY = {"kind": "points_payment", "points": 1, "worth": 10}
REDUCING, PAYING = {"points_as": "price_reduction"}, {"points_as": "payment"}


def paid(*lines, points: int = 0, effect: Any = PAY, policy: Any = None, others=(), **more: Any) -> Decision:
    pays = campaign("pay", rule("pay", effect, trigger="choice"))
    plan = program(pays, *others, policy=policy or REDUCING)
    return decide(facts(plan, *lines, presented=(chosen("id", "pay", points),), **more))


@pytest.mark.parametrize("policy", [REDUCING, PAYING])
@pytest.mark.parametrize(
    ("amount", "wanted", "points"),
    [
        (10, 0, 1),
        (19, 0, 1),
        (20, 0, 2),
        (9, 0, 0),
        (5000, 1, 1),
        (5000, 0, 120),
        (5000, 120, 120),
        (50, 9, 5),
    ],
)
def test_as_many_whole_steps_as_there_are_wanted_and_absorbed(policy, amount, wanted, points) -> None:
    """The member has 120 points; each is worth 0.10."""
    decided = paid(line(1, "soap", amount), points=wanted, policy=policy)
    assert decided.presented[0].points == points
    assert decided.due == amount - points * 10
    assert reasons(decided.presented[0]) == ([] if points else [Reason.NO_EFFECT])


@pytest.mark.parametrize(
    ("lines", "reducing", "paying"),
    [
        ((line(1, "a", 1000), line(2, "bottle", -600)), 40, 40),
        (
            (line(1, "a", 1000, levy=300), line(2, "bottle", -600)),
            40,
            70,
        ),  # a levy is never reduced, but paid
        ((line(1, "a", 400, levy=300),), 40, 70),
        ((line(1, "a", 1000, floor=700),), 30, 100),
        ((line(1, "a", 500, tax_ppm=200_000, is_net=True),), 50, 60),
        ((line(1, "a", 100), line(2, "bottle", -100)), 0, 0),
        ((line(1, "a", 100), line(2, "bottle", -300)), 0, 0),
    ],
)
def test_what_an_order_absorbs(lines, reducing: int, paying: int) -> None:
    assert paid(*lines).presented[0].points == reducing
    assert paid(*lines, policy=PAYING).presented[0].points == paying


def test_a_share_is_of_what_is_left_to_pay() -> None:
    half = {**PAY, "share_max": 5000}
    others = (campaign("c", automatic("off", percent_off(5000))),)
    assert paid(line(1, "a", 1000), effect=half, others=others).presented[0].points == 25
    assert (
        paid(line(1, "a", 1000, levy=200), effect=half, others=others, policy=PAYING).presented[0].points
        == 35
    )


@pytest.mark.parametrize(("policy", "points"), [(REDUCING, [60, 0]), (PAYING, [60, 0])])
def test_a_second_payment_gets_what_the_first_has_left(policy, points) -> None:
    pays = campaign(
        "pay", rule("pay", PAY, trigger="choice"), rule("then", PAY, trigger="choice", priority=-1)
    )
    shown = (chosen("a", "then"), chosen("b", "pay", 60))
    plan = program(pays, policy=policy)
    decided = decide(facts(plan, line(1, "a", 600), presented=shown))
    assert [outcome.points for outcome in reversed(decided.presented)] == points
    decided = decide(facts(plan, line(1, "a", 900), presented=shown))
    assert [outcome.points for outcome in reversed(decided.presented)] == [60, 30]
    assert (decided.payable, decided.due) == ((0, 0) if policy is REDUCING else (900, 0))


def back(name: str, **more: Any) -> Any:
    return campaign(name, automatic(name, {"kind": "credit", "amount": 5}), **more)


def test_whoever_comes_after_points_and_may_not_go_with_them_hears_of_it() -> None:
    """Also when another offer applied in between."""
    others = (back("a"), back("b", stacking={"not_with": ["points"]}))
    decided = paid(line(1, "a", 5000), others=others)
    assert [reasons(outcome) for outcome in decided.automatic] == [[], [Reason.NOT_COMBINABLE]]
    decided = paid(line(1, "a", 5000), others=others, member=None)
    assert [reasons(outcome) for outcome in decided.automatic] == [[Reason.MEMBER_NEEDED]] * 2


def test_a_running_total_tells_what_points_as_a_price_reduction_left() -> None:
    left = leaf("order.running_total", "at_most", 400)
    others = (campaign("c", automatic("c", {"kind": "credit", "amount": 5}, condition=left)),)
    assert paid(line(1, "a", 1000), points=60, others=others).automatic[0].credit == 5
    assert paid(line(1, "a", 1000), points=59, others=others).automatic[0].credit == 0
    assert paid(line(1, "a", 1000), points=60, others=others, policy=PAYING).automatic[0].credit == 0


def test_points_that_the_member_has_not_are_refused_with_what_is_missing() -> None:
    decided = paid(line(1, "a", 5000), points=MEMBER.balance + 1)
    assert decided.presented[0].refusals[0].numbers == {"wanted": 121, "found": 120, "missing": 1}

"""Acceptance examples of earning: T01 T02 T03 T12 T14 T23 T40, each at its figures and one beside them."""

import pytest

from app.core.circumstances import Circumstances
from app.core.earning import earn_by_event
from app.core.program import Program
from tests.acceptance.shop import (
    campaign,
    decided,
    earning,
    facts,
    leaf,
    line,
    member,
    outcome,
    percent,
    program,
)


def event_points(plan: Program, event: str, **known: int) -> int:
    asked = facts(plan, known=known)
    seen = Circumstances(asked.order, asked.member, {}, asked.known)
    return sum(part.points for part in earn_by_event(plan.earning, event, seen=seen))


@pytest.mark.parametrize(
    ("total", "points"), [(9999, 0), (10000, 200), (10099, 200), (10100, 202), (19999, 398)]
)
def test_t01_two_points_per_full_euro_from_100_on(total: int, points: int) -> None:
    plan = program(earning=[earning(2, condition=leaf("order.total", "at_least", 10000))])
    assert decided(plan, line(total)).points == points


def test_t01_the_condition_reads_the_initial_total_and_points_are_for_what_is_paid() -> None:
    rule = earning(2, condition=leaf("order.total", "at_least", 12000))
    decision = decided(program(campaign("c", percent(1500)), earning=[rule]), line(12000))
    assert (decision.payable, decision.points) == (10200, 204)


@pytest.mark.parametrize(("total", "points"), [(10000, 0), (10001, 20), (50000, 20)])
def test_t02_twenty_points_once_for_more_than_100(total: int, points: int) -> None:
    rule = {
        "id": "once",
        "of": "order",
        "points_milli": 20000,
        "condition": leaf("order.total", "more_than", 10000),
    }
    assert decided(program(earning=[rule]), line(total)).points == points


def test_t03_the_newsletter_gives_fifty_points_once_and_other_events_have_rules_of_their_own() -> None:
    once = [{"times": 1}]
    plan = program(
        earning=[
            {"id": "news", "event": "newsletter_joined", "points_milli": 50000, "limits": once},
            {"id": "review", "event": "review_written", "points_milli": 10000},
            {"id": "like", "event": "liked", "points_milli": 5000},
        ]
    )
    assert event_points(plan, "newsletter_joined", **{"earned_times:news": 0}) == 50
    assert event_points(plan, "newsletter_joined", **{"earned_times:news": 1}) == 0
    assert event_points(plan, "newsletter_joined") == 0  # nobody has counted: nothing is given twice
    assert event_points(plan, "review_written") == 10
    assert event_points(plan, "liked") == 5
    assert event_points(plan, "survey_answered") == 0


TIERED = [
    {
        "id": tier,
        "points_milli": milli,
        "per": 1000,
        "mode": "full_unit",
        "condition": leaf("member.tier", "is", tier),
    }
    for tier, milli in (("base", 1000), ("silver", 1500), ("gold", 2000))
]


@pytest.mark.parametrize(
    ("total", "points"), [(10000, (10, 15, 20)), (9500, (9, 13, 18)), (3000, (3, 4, 6)), (999, (0, 0, 0))]
)
def test_t12_the_rate_depends_on_the_tier(total: int, points: tuple[int, ...]) -> None:
    plan = program(earning=TIERED)
    tiers = ("base", "silver", "gold")
    assert tuple(decided(plan, line(total), member=member(tier=tier)).points for tier in tiers) == points


def test_t12_vip_earns_double() -> None:
    double = {
        "id": "vip",
        "kind": "multiplier",
        "factor_milli": 2000,
        "condition": leaf("member.tier", "is", "VIP"),
    }
    plan = program(earning=[earning(), double])
    assert decided(plan, line(8000)).points == 80
    assert decided(plan, line(8000), member=member(tier="VIP")).points == 160


def test_t14_each_tier_gets_its_own_benefit_and_none_of_the_others() -> None:
    gift = campaign(
        "gift", {"kind": "gift", "sku": "MUG"}, rule={"condition": leaf("member.tier", "is", "base")}
    )
    cash = campaign(
        "cash",
        {"kind": "credit", "basis_points": 500},
        rule={"condition": leaf("member.tier", "is", "gold")},
    )
    more = {
        "id": "more",
        "of": "order",
        "points_milli": 30000,
        "condition": leaf("member.tier", "is", "silver"),
    }
    plan = program(gift, cash, earning=[more])
    found = {}
    for tier in ("base", "silver", "gold"):
        decision = decided(plan, line(10000), member=member(tier=tier))
        found[tier] = (outcome(decision, "gift").gifts, decision.points, outcome(decision, "cash").credit)
        assert decision.payable == 10000
    assert found == {"base": ((("MUG", 1),), 0, 0), "silver": ((), 30, 0), "gold": ((), 0, 500)}


HAPPY = {"all": [leaf("order.weekday", "is", 5), leaf("order.time", "between", ["17:00", "19:00"])]}  # Friday


@pytest.mark.parametrize(
    ("at", "points"),
    [("17:00:00", 80), ("18:59:59", 80), ("19:00:00", 40), ("16:59:59", 40)],
)
def test_t23_happy_hours_double_points(at: str, points: int) -> None:
    happy = {"id": "happy", "kind": "multiplier", "factor_milli": 2000, "condition": HAPPY}
    plan = program(earning=[earning(), happy])
    assert decided(plan, line(4000), at=f"2026-06-19 {at}").points == points


def test_t23_only_lines_of_the_category_multiply() -> None:
    happy = {
        "id": "happy",
        "kind": "multiplier",
        "factor_milli": 2000,
        "condition": HAPPY,
        "products": "coffee",
    }
    plan = program(earning=[earning(), happy])
    lines = (line(1000, "ESPRESSO", categories=frozenset({"coffee"})), line(3000, "SOAP", number=2))
    assert decided(plan, *lines, at="2026-06-19 17:30:00").points == 10 * 2 + 30


SOCIAL = {"id": "social", "event": "shared", "points_milli": 10000, "limits": [{"points": 100}]}


@pytest.mark.parametrize(("so_far", "points"), [(0, 10), (90, 10), (95, 5), (100, 0)])
def test_t40_social_media_gives_at_most_a_hundred_points(so_far: int, points: int) -> None:
    assert event_points(program(earning=[SOCIAL]), "shared", **{"earned:social": so_far}) == points


def test_t40_what_goes_beyond_is_cut_not_refused() -> None:
    sixty = {**SOCIAL, "points_milli": 60000}
    plan = program(earning=[sixty])
    assert event_points(plan, "shared", **{"earned:social": 0}) == 60
    assert event_points(plan, "shared", **{"earned:social": 60}) == 40


def test_t40_three_reviews_a_month() -> None:
    rule = {
        "id": "review",
        "event": "review_written",
        "points_milli": 10000,
        "limits": [{"times": 3, "period": "month"}],
    }
    plan = program(earning=[rule])
    points = [
        event_points(plan, "review_written", **{"earned_times:review/month": times}) for times in range(5)
    ]
    assert points == [10, 10, 10, 0, 0]

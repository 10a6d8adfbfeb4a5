"""Milestones and challenges: reached at the value and not one before, granted once whoever saw it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.core.benefits import Benefit, BenefitKind, Grant, grant, grant_id
from app.core.milestones import (
    GRANTS_AT_ONCE_MAX,
    Achieved,
    Challenge,
    ChallengeProgress,
    ChallengeState,
    Measure,
    Milestone,
    Repeat,
    Step,
    challenge_grant,
    grants_of,
    next_step,
    progress,
    value_of,
)

TODAY = date(2026, 3, 10)
GIVES = (Benefit(BenefitKind.POINTS, 50), Benefit(BenefitKind.BADGE, name="regular"))


def milestone(measure: Measure, at: int, *, event: str = "", repeat: Repeat = Repeat.ONCE) -> Milestone:
    return Milestone(f"at-{measure}", "A mark", measure, at, GIVES, repeat, event)


def achieved(measure: Measure, value: int, *, event: str = "") -> Achieved:
    if measure is Measure.MEMBER_DAYS:
        return Achieved(joined_on=TODAY - timedelta(days=value))
    if measure is Measure.EVENT:
        return Achieved(events={event: value})
    return Achieved(counts={measure: value})


def granted_at(mark: Milestone, value: int, *, granted: int = 0) -> list[str]:
    reached = achieved(mark.measure, value, event=mark.event)
    grants = grants_of(mark, reached, member="M1", granted=granted, on_day=TODAY)
    assert all((one.member, one.benefits) == ("M1", GIVES) for one in grants)
    return [one.grant_id for one in grants]


@pytest.mark.parametrize(
    ("measure", "at", "event"),
    [
        (Measure.MEMBER_DAYS, 365, ""),
        (Measure.ORDERS, 10, ""),
        (Measure.REVENUE, 100_000, ""),
        (Measure.POINTS, 5000, ""),
        (Measure.EVENT, 3, "review"),
    ],
)
def test_t05_a_milestone_of_each_kind_is_granted_once_at_its_value_and_not_one_before(
    measure: Measure, at: int, event: str
) -> None:
    mark = milestone(measure, at, event=event)
    assert granted_at(mark, at - 1) == []
    (first,) = granted_at(mark, at)
    assert granted_at(mark, at + 1) == [
        first
    ]  # by somebody who has not heard of the first grant: the same one
    assert granted_at(mark, 7 * at, granted=1) == []
    assert granted_at(mark, -at) == []


def test_t05_two_cut_off_stations_with_the_tenth_order_make_one_grant() -> None:
    mark = milestone(Measure.ORDERS, 10)
    ids = {one for _ in ("station 1", "station 2") for one in granted_at(mark, 10)}
    assert ids == {grant_id("milestone", "at-orders", member="M1", number=1)}


def test_an_id_is_the_same_on_any_machine_and_tells_apart_all_that_makes_it_up() -> None:
    # SHA-256 of ["milestone","ten","M1",1], worked out once with another program
    assert grant_id("milestone", "ten", member="M1", number=1) == "0646e1d03c15eb59496eb3911d537ee6"
    others = [
        grant_id("challenge", "ten", member="M1", number=1),
        grant_id("milestone", "te", "n", member="M1", number=1),
        grant_id("milestone", "ten", member="M11", number=1),
        grant_id("milestone", "ten", member="M1", number=11),
    ]
    assert len({*others, "0646e1d03c15eb59496eb3911d537ee6"}) == 5
    assert grant("milestone", "ten", member="M1", number=1, benefits=GIVES) == Grant(
        "0646e1d03c15eb59496eb3911d537ee6", "M1", GIVES
    )


def test_a_milestone_that_repeats_is_granted_at_each_multiple() -> None:
    mark = milestone(Measure.ORDERS, 10, repeat=Repeat.EVERY)
    assert granted_at(mark, 19) == granted_at(mark, 10)
    both = granted_at(mark, 20)
    assert len(set(both)) == 2 and granted_at(mark, 29, granted=1) == both[1:]
    assert granted_at(mark, 9, granted=2) == []  # returns take nothing away
    many = granted_at(mark, 10_000, granted=3)
    assert len(many) == GRANTS_AT_ONCE_MAX
    assert many[0] == grant_id("milestone", "at-orders", member="M1", number=4)


def test_what_is_not_known_is_not_reached() -> None:
    for measure in Measure:
        assert value_of(measure, Achieved(), event="review", on_day=TODAY) is None
        mark = milestone(measure, 1, event="review")
        assert grants_of(mark, Achieved(), member="M1", granted=0, on_day=TODAY) == ()
    known = Achieved(TODAY - timedelta(days=2), {Measure.ORDERS: 5}, {"review": 7})
    found = [value_of(measure, known, event="review", on_day=TODAY) for measure in Measure]
    assert found == [2, 5, None, None, 7]
    assert value_of(Measure.EVENT, known, event="like", on_day=TODAY) is None


def test_how_far_it_is_to_the_next_mark() -> None:
    once = milestone(Measure.ORDERS, 10)
    assert next_step(once, 7) == Step(value=7, wanted=10, missing=3, per_mille=700)
    assert next_step(once, -1) == Step(value=-1, wanted=10, missing=11, per_mille=0)
    assert next_step(once, 10) is None
    every = replace(once, repeat=Repeat.EVERY)
    assert next_step(every, 10) == Step(value=10, wanted=20, missing=10, per_mille=0)
    assert next_step(every, 29) == Step(value=29, wanted=30, missing=1, per_mille=900)
    assert next_step(replace(every, at=1), 0) == Step(value=0, wanted=1, missing=1, per_mille=0)
    assert next_step(every, -5) == Step(value=-5, wanted=10, missing=15, per_mille=0)


MARCH = Challenge("march", "March", Measure.REVENUE, 3000, date(2026, 3, 1), date(2026, 3, 31), GIVES)


def state_on(day: date, *happened: tuple[date, int]) -> ChallengeProgress:
    return progress(MARCH, happened, on_day=day)


def test_a_challenge_counts_between_its_dates_both_inclusive() -> None:
    first, last = MARCH.starts_on, MARCH.ends_on
    inside = [(first, 1000), (last, 1000)]
    outside = [(first - timedelta(days=1), 5000), (last + timedelta(days=1), 5000)]
    found = state_on(date(2026, 5, 1), *inside, *outside)
    assert found == ChallengeProgress(
        ChallengeState.MISSED, Step(value=2000, wanted=3000, missing=1000, per_mille=666)
    )


def test_a_challenge_is_open_until_the_end_of_its_last_day() -> None:
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    assert [state_on(day).state for day in days] == [
        ChallengeState.NOT_STARTED,
        ChallengeState.OPEN,
        ChallengeState.OPEN,
        ChallengeState.MISSED,
    ]


def test_a_challenge_is_completed_at_its_target_and_not_one_before() -> None:
    tenth, twelfth = date(2026, 3, 10), date(2026, 3, 12)
    assert state_on(twelfth, (twelfth, 1), (tenth, 2998)).state is ChallengeState.OPEN
    found = state_on(date(2026, 4, 5), (twelfth, 1), (tenth, 2999))
    assert (found.state, found.completed_on) == (ChallengeState.COMPLETED, twelfth)
    assert found.step == Step(value=3000, wanted=3000, missing=0, per_mille=1000)
    more = state_on(twelfth, (tenth, 5000), (twelfth, 1000))
    assert (more.step.missing, more.step.per_mille, more.completed_on) == (0, 1000, tenth)


def test_what_is_to_come_does_not_count_yet_and_what_is_heard_of_late_does() -> None:
    late = (date(2026, 3, 20), 3000)
    assert state_on(date(2026, 3, 19), late).step.value == 0
    assert state_on(date(2026, 3, 20), (date(2026, 3, 20), 1500)).step.per_mille == 500
    assert state_on(date(2026, 4, 9), late).completed_on == date(2026, 3, 20)


def test_a_return_takes_a_challenge_back_below_its_target() -> None:
    tenth, eleventh, twelfth = (date(2026, 3, day) for day in (10, 11, 12))
    assert state_on(twelfth, (tenth, 3000), (eleventh, -1)).state is ChallengeState.OPEN
    assert state_on(twelfth, (tenth, 3000), (eleventh, -1), (twelfth, 1)).completed_on == twelfth


def test_completing_a_challenge_gives_once() -> None:
    assert challenge_grant(MARCH, member="M1") == Grant(
        grant_id("challenge", "march", member="M1", number=1), "M1", GIVES
    )

"""Tiers: bounds, windows, from when until when, what follows, paid tiers, progress, and what HQ adds."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.expiry import CalendarPeriod
from app.core.tiers import (
    Access,
    Activity,
    Downgrade,
    Measure,
    Progress,
    Qualification,
    Rolling,
    Spell,
    Start,
    Subscription,
    Tier,
    Validity,
    What,
    Window,
    measured,
    progress,
    still_due,
    tier_now,
    tier_on,
)

BASE, PLUS = Tier("base", "Base"), Tier("plus", "Plus", Access.PAID)
MONTH, YEAR = CalendarPeriod.MONTH, CalendarPeriod.YEAR
REACHED = date(2026, 3, 10)
DAY = timedelta(days=1)
BERLIN = "Europe/Berlin"


def earned(
    tier_id: str, at_least: int, window: Window = YEAR, measure: Measure = Measure.SPEND, **more
) -> Tier:
    return Tier(tier_id, tier_id, Access.EARNED, Qualification(measure, at_least, window), **more)


def spent(on: str | date, amount: int) -> Activity:
    return Activity(date.fromisoformat(on) if isinstance(on, str) else on, What.SPEND, amount)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).timestamp() * 1000)


def held_on(tiers, activities, *days: str, held=()) -> list[str]:
    return [tier_on(tiers, activities, day=date.fromisoformat(day), held=held).tier_id for day in days]


def test_the_bound_is_inclusive_and_the_tier_begins_at_once() -> None:
    tiers = (BASE, earned("silver", 500), earned("gold", 1000))
    assert tier_on(tiers, [spent(REACHED, 499)], day=REACHED) == Spell("base", date.min, None)
    assert tier_on(tiers, [spent(REACHED, 500)], day=REACHED) == Spell("silver", REACHED, date(2027, 12, 31))
    both = [spent("2026-01-05", 600), spent(REACHED, 400)]
    assert held_on(tiers, both, "2026-01-04", "2026-03-09", "2026-03-10") == ["base", "silver", "gold"]


@pytest.mark.parametrize(
    ("window", "start", "validity", "since", "until"),
    [
        (MONTH, Start.AT_ONCE, Validity.PERIOD, "2026-03-10", "2026-03-31"),
        (MONTH, Start.AT_ONCE, Validity.NEXT_PERIOD, "2026-03-10", "2026-04-30"),
        (MONTH, Start.NEXT_PERIOD, Validity.NEXT_PERIOD, "2026-04-01", "2026-04-30"),
        (MONTH, Start.NEXT_PERIOD, Validity.EVER, "2026-04-01", None),
        (MONTH, Start.NEXT_PERIOD, Validity.DAYS, "2026-04-01", "2026-05-01"),
        (CalendarPeriod.QUARTER, Start.AT_ONCE, Validity.NEXT_PERIOD, "2026-03-10", "2026-06-30"),
        (YEAR, Start.AT_ONCE, Validity.NEXT_PERIOD, "2026-03-10", "2027-12-31"),
        (YEAR, Start.AT_ONCE, Validity.DAYS, "2026-03-10", "2026-04-09"),
        (Rolling(365), Start.AT_ONCE, Validity.NEXT_PERIOD, "2026-03-10", "2027-03-10"),
        (None, Start.AT_ONCE, Validity.EVER, "2026-03-10", None),
    ],
)
def test_from_when_until_when(
    window: Window, start: Start, validity: Validity, since: str, until: str | None
) -> None:
    tiers = (BASE, earned("gold", 100, window, start=start, validity=validity, days=30))
    first = date.fromisoformat(since)
    activities = [spent(REACHED, 100)]
    expected = Spell("gold", first, date.fromisoformat(until) if until else None)
    assert tier_on(tiers, activities, day=first) == expected
    assert tier_on(tiers, activities, day=first - DAY).tier_id == "base"


def test_a_tier_that_is_reached_again_goes_on_without_a_gap() -> None:
    tiers = (BASE, earned("gold", 100, MONTH))
    activities = [spent("2026-03-10", 100), spent("2026-04-02", 100), spent("2026-05-09", 99)]
    assert tier_on(tiers, activities, day=date(2026, 4, 2)) == Spell("gold", REACHED, date(2026, 5, 31))
    assert held_on(tiers, activities, "2026-05-31", "2026-06-01") == ["gold", "base"]
    by_month = (BASE, earned("gold", 100, MONTH, validity=Validity.PERIOD))
    on_the_day_after = [spent("2026-03-10", 100), spent("2026-04-01", 100)]
    expected = Spell("gold", REACHED, date(2026, 4, 30))
    assert tier_on(by_month, on_the_day_after, day=date(2026, 4, 1)) == expected
    a_day_later = [spent("2026-03-10", 100), spent("2026-04-02", 100)]
    assert tier_on(by_month, a_day_later, day=date(2026, 4, 2)).since == date(2026, 4, 2)


def test_a_rolling_window_counts_what_is_no_older_than_its_days() -> None:
    asked = Qualification(Measure.SPEND, 100, Rolling(365))
    old = [spent("2025-03-10", 100)]
    assert measured(asked, old, day=date(2026, 3, 10)) == 100
    assert measured(asked, old, day=date(2026, 3, 11)) == 0
    assert measured(asked, [spent("2026-03-11", 5)], day=date(2026, 3, 10)) == 0


def test_a_rolling_tier_is_not_renewed_by_what_it_was_given_for() -> None:
    tiers = (BASE, earned("gold", 100, Rolling(365)))
    activities = [spent("2026-03-10", 100)]
    assert held_on(tiers, activities, "2027-03-10", "2027-03-11") == ["gold", "base"]
    short = (BASE, earned("gold", 100, Rolling(365), validity=Validity.DAYS, days=30))
    # Held 30 days at a time: what is still in the window speaks for the next 30.
    assert held_on(short, activities, "2026-04-09", "2026-04-10", "2027-03-10") == ["gold"] * 3
    assert tier_on(short, activities, day=date(2027, 6, 1)).tier_id == "base"


def test_a_calendar_window_begins_anew() -> None:
    asked = Qualification(Measure.SPEND, 100, CalendarPeriod.QUARTER)
    activities = [spent("2026-03-31", 60), spent("2026-04-01", 50)]
    assert [measured(asked, activities, day=date(2026, *day)) for day in ((3, 31), (4, 1))] == [60, 50]
    assert measured(Qualification(Measure.SPEND, 100), activities, day=date(2026, 4, 1)) == 110


def test_each_measure_counts_its_own() -> None:
    activities = [
        Activity(REACHED, What.POINTS_EARNED, 70, "points"),
        Activity(REACHED, What.POINTS_EARNED, 9, "stars"),
        Activity(REACHED, What.POINTS_GONE, 30, "points"),
        Activity(REACHED, What.EVENT, 1, "review"),
        Activity(REACHED, What.EVENT, 1, "review"),
        Activity(REACHED, What.EVENT, 1, "survey"),
        spent(REACHED, 5000),
        spent(REACHED, -1000),
    ]
    wanted = {
        (Measure.POINTS_EARNED, "points"): 70, (Measure.POINTS_EARNED, "stars"): 9, (Measure.EVENTS, "review"): 2,
        (Measure.ACTIVE_POINTS, "points"): 40, (Measure.SPEND, ""): 4000, (Measure.EVENTS, "other"): 0,
    }  # fmt: skip
    for (measure, name), found in wanted.items():
        assert measured(Qualification(measure, 1, None, name), activities, day=REACHED) == found


STEPS = (BASE, earned("bronze", 100), earned("silver", 500), earned("gold", 1000))


def test_down_one_step_at_a_time_and_a_period_on_each() -> None:
    activities = [spent("2026-03-10", 1000)]
    days = ("2027-12-31", "2028-01-01", "2028-12-31", "2029-01-01", "2030-01-01", "2031-01-01")
    assert held_on(STEPS, activities, *days) == ["gold", "silver", "silver", "bronze", "base", "base"]


def test_down_one_step_but_not_below_what_was_reached() -> None:
    tiers = (*STEPS, earned("diamond", 5000))
    activities = [spent("2026-03-10", 5000), spent("2027-06-01", 500)]
    assert held_on(tiers, activities, "2027-12-31", "2028-01-01", "2029-01-01") == [
        "diamond",
        "gold",
        "silver",
    ]


def test_down_in_full_is_down_to_what_was_reached() -> None:
    full = (*STEPS[:3], earned("gold", 1000, downgrade=Downgrade.IN_FULL))
    assert held_on(full, [spent("2026-03-10", 1000)], "2027-12-31", "2028-01-01") == ["gold", "base"]
    reached = [spent("2026-03-10", 1000), spent("2027-06-01", 500)]
    assert held_on(full, reached, "2028-01-01", "2028-12-31", "2029-01-01") == ["silver", "silver", "bronze"]


def test_a_tier_without_downgrade_is_kept() -> None:
    kept = (BASE, earned("gold", 1000, downgrade=Downgrade.NEVER))
    assert tier_on(kept, [spent(REACHED, 1000)], day=date(2040, 1, 1)) == Spell("gold", REACHED, None)


@pytest.mark.parametrize(
    ("below", "until"),
    [
        (earned("silver", 500, MONTH, validity=Validity.PERIOD), date(2026, 4, 30)),
        (earned("silver", 500, MONTH), date(2026, 4, 30)),
        (earned("silver", 500, Rolling(60)), date(2026, 5, 30)),
        (earned("silver", 500, MONTH, validity=Validity.DAYS, days=10), date(2026, 4, 10)),
        (earned("silver", 500, None, validity=Validity.EVER), None),
        (earned("silver", 500, MONTH, downgrade=Downgrade.NEVER), None),
    ],
)
def test_who_falls_to_a_tier_holds_it_for_one_period(below: Tier, until: date | None) -> None:
    held = [Spell("gold", date(2026, 1, 1), date(2026, 3, 31))]
    found = tier_on((BASE, below, PLUS, earned("gold", 1000)), [], day=date(2026, 4, 1), held=held)
    assert found == Spell("silver", date(2026, 4, 1), until)  # past the paid tier, to which nobody falls


def test_who_falls_in_the_middle_of_a_period_holds_the_lower_tier_to_its_end() -> None:
    held = [Spell("gold", date(2026, 1, 1), REACHED)]
    tiers = (BASE, earned("silver", 500), earned("gold", 1000))
    assert tier_on(tiers, [], day=REACHED + DAY, held=held).until == date(2026, 12, 31)


def test_a_tier_that_was_given_is_held_to_its_end() -> None:
    held = [Spell("silver", REACHED, date(2026, 4, 30))]
    assert held_on((BASE, earned("silver", 500)), [], "2026-03-09", "2026-04-30", "2026-05-01", held=held) == [
        "base", "silver", "base",
    ]  # fmt: skip


def test_a_tier_that_the_program_no_longer_has_is_the_base() -> None:
    held = [Spell("old", REACHED, date(2026, 4, 30))]
    assert held_on((BASE, earned("silver", 500)), [], "2026-04-30", "2026-05-01", held=held) == [
        "base",
        "base",
    ]


def test_what_was_given_for_good_stays_though_it_was_also_reached_for_a_while() -> None:
    held = [Spell("silver", date(2026, 1, 1), None)]
    tiers = (BASE, earned("silver", 500))
    assert tier_on(tiers, [spent(REACHED, 500)], day=REACHED, held=held) == held[0]
    longer = [Spell("silver", date(2026, 1, 1), date(2028, 12, 31))]
    assert tier_on(tiers, [spent(REACHED, 500)], day=REACHED, held=longer) == longer[0]
    for_ever = (BASE, earned("silver", 500, validity=Validity.EVER))
    assert tier_on(for_ever, [spent(REACHED, 500)], day=REACHED, held=longer) == held[0]


POINTS_NOW = (
    BASE,
    Tier("silver", "Silver", Access.EARNED, Qualification(Measure.ACTIVE_POINTS, 100, None, "points"),
         validity=Validity.DAYS, days=30),
)  # fmt: skip


def test_redeeming_lowers_no_tier_before_its_end() -> None:
    """Reached on 20 July for 30 days; the balance falls on the 25th; silver ends on 20 August at 00:00."""
    activities = [
        Activity(date(2026, 7, 20), What.POINTS_EARNED, 150, "points"),
        Activity(date(2026, 7, 25), What.POINTS_GONE, 120, "points"),
    ]
    assert tier_on(POINTS_NOW, activities, day=date(2026, 7, 26)).until == date(2026, 8, 19)
    assert held_on(POINTS_NOW, activities, "2026-08-19", "2026-08-20") == ["silver", "base"]
    assert held_on(POINTS_NOW, activities[:1], "2026-08-20", "2026-12-20") == ["silver", "silver"]
    assert tier_on(POINTS_NOW, activities[:1], day=date(2026, 8, 19)).until == date(2026, 8, 19)


def test_points_that_end_with_the_period_still_count_for_the_next() -> None:
    """The tier is looked at first, then the points are reset: so a balance of 100 on the last day is silver again."""
    activities = [
        Activity(date(2026, 7, 20), What.POINTS_EARNED, 100, "points"),
        Activity(date(2026, 8, 20), What.POINTS_GONE, 100, "points"),
    ]
    assert held_on(POINTS_NOW, activities, "2026-08-20", "2026-09-19", "2026-09-20") == [
        "silver",
        "silver",
        "base",
    ]


deeds = st.lists(
    st.builds(
        Activity,
        st.dates(date(2026, 1, 1), date(2028, 12, 31)),
        st.just(What.POINTS_EARNED),
        st.integers(1, 800),
        st.just("points"),
    ),
    max_size=6,
)
spendings = st.lists(
    st.builds(
        Activity,
        st.dates(date(2026, 1, 1), date(2028, 12, 31)),
        st.just(What.POINTS_GONE),
        st.integers(1, 800),
        st.just("points"),
    ),
    max_size=3,
)
EARNED_POINTS = tuple(
    Tier(name, name, Access.EARNED, Qualification(Measure.POINTS_EARNED, bound, YEAR, "points"))
    for name, bound in (("bronze", 100), ("silver", 500), ("gold", 1000))
)
RANKS = {"base": 0, "bronze": 1, "silver": 2, "gold": 3}


@given(deeds, spendings, st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_spending_points_never_changes_a_tier_earned_by_points(earning, spending, day) -> None:
    tiers = (BASE, *EARNED_POINTS)
    assert tier_on(tiers, [*earning, *spending], day=day) == tier_on(tiers, earning, day=day)


@given(deeds, st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_a_member_falls_one_step_at_most_from_day_to_day_and_only_at_a_year_s_end(activities, day) -> None:
    tiers = (BASE, *EARNED_POINTS)
    today, tomorrow = (RANKS[tier_on(tiers, activities, day=one).tier_id] for one in (day, day + DAY))
    assert tomorrow >= today - (1 if (day.month, day.day) == (12, 31) else 0)


@given(deeds, st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_the_tier_is_never_below_what_this_year_or_the_last_has_reached(activities, day) -> None:
    """Counted the slow way: by year, each tier reached in it holds to the end of the next."""

    def reached(year: int) -> int:
        points = sum(one.amount for one in activities if one.on.year == year and one.on <= day)
        return sum(points >= bound for bound in (100, 500, 1000))

    found = RANKS[tier_on((BASE, *EARNED_POINTS), activities, day=day).tier_id]
    assert found >= max(reached(day.year), reached(day.year - 1))
    if day.year == 2026:
        assert found == reached(2026)


def test_t17_a_paid_tier_from_the_payment_through_the_last_paid_day() -> None:
    tiers = (BASE, earned("silver", 500), PLUS, earned("gold", 1000))
    paid = [Subscription("plus", at("2026-05-04T15:00"), date(2026, 6, 3))]
    for moment, tier in {
        "2026-05-04T14:59:59.999": "silver",
        "2026-05-04T15:00": "plus",
        "2026-06-03T23:59:59.999": "plus",
        "2026-06-04T00:00": "silver",
    }.items():
        assert tier_now(tiers, "silver", paid, at_ms=at(moment), time_zone=BERLIN) == tier
    assert tier_now(tiers, "gold", paid, at_ms=at("2026-05-05T00:00"), time_zone=BERLIN) == "gold"
    assert tier_now(tiers, "base", [], at_ms=at("2026-05-05T00:00"), time_zone=BERLIN) == "base"


def test_progress_names_what_is_missing_for_the_next_tier_that_can_be_earned() -> None:
    tiers = (BASE, PLUS, *STEPS[1:])
    activities = [spent("2025-12-31", 9999), spent(REACHED, 130)]
    next_one = progress(tiers, activities, tier_id="bronze", day=REACHED)
    assert next_one == Progress("silver", Measure.SPEND, wanted=500, found=130, ends_on=date(2026, 12, 31))
    assert next_one.missing == 370
    first = progress(tiers, [], tier_id="base", day=REACHED)
    assert first is not None and (first.tier_id, first.missing) == ("bronze", 100)
    more_than_enough = progress(tiers, activities, tier_id="base", day=REACHED)
    assert more_than_enough is not None and more_than_enough.missing == 0
    assert progress(tiers, activities, tier_id="gold", day=REACHED) is None
    rolling = progress((BASE, earned("gold", 9, Rolling(30))), [], tier_id="base", day=REACHED)
    assert rolling is not None and rolling.ends_on is None


def test_hq_adds_what_a_higher_tier_earns_and_takes_nothing_back() -> None:
    assert (still_due(given=80, due=160), still_due(given=160, due=80), still_due(given=80, due=80)) == (
        80,
        0,
        0,
    )

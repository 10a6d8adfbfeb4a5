"""Expiry: last days by every kind of term, the longest term that holds, and the moment at which something is gone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.expiry import (
    END_OF_YEAR,
    AfterActivity,
    AfterEarning,
    CalendarPeriod,
    Expiry,
    ExpiryRule,
    Extension,
    Never,
    OnDay,
    first_day_of,
    gone_at_ms,
    is_usable,
    last_day_of,
    months_later,
    usable_day,
)
from app.core.order import local_date

TWO_YEARS_BY_QUARTER = ExpiryRule(AfterEarning(months=24, round_up=CalendarPeriod.QUARTER))
BERLIN = "Europe/Berlin"


def at(text: str, time_zone: str = BERLIN) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(time_zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("earned", "last"),
    [
        ("2019-01-01", "2021-03-31"), ("2019-03-31", "2021-03-31"),
        ("2019-04-01", "2021-06-30"), ("2019-06-30", "2021-06-30"),
        ("2019-07-01", "2021-09-30"), ("2019-09-30", "2021-09-30"),
        ("2019-10-01", "2021-12-31"), ("2019-12-31", "2021-12-31"),
        ("2020-02-29", "2022-03-31"),
    ],
)  # fmt: skip
def test_t18_two_years_and_then_to_the_end_of_the_quarter(earned: str, last: str) -> None:
    assert TWO_YEARS_BY_QUARTER.last_day(date.fromisoformat(earned)) == date.fromisoformat(last)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_t18_nobody_gets_less_than_two_years_nor_a_quarter_more(earned: date) -> None:
    """The bounds are worked out by hand: the 29th of February counts as the 28th in a common year."""
    leap_day = (earned.month, earned.day) == (2, 29)
    two_years = date(earned.year + 2, earned.month, 28 if leap_day else earned.day)
    last = TWO_YEARS_BY_QUARTER.last_day(earned)
    assert last is not None
    assert two_years <= last < two_years + timedelta(days=92)
    assert last.month % 3 == 0 and (last + timedelta(days=1)).day == 1


def test_t18_usable_to_the_last_second_of_the_day_and_gone_at_midnight() -> None:
    last = date(2021, 3, 31)
    assert is_usable(last, at_ms=at("2021-03-31T23:59:59.999"), time_zone=BERLIN)
    assert not is_usable(last, at_ms=at("2021-04-01T00:00"), time_zone=BERLIN)
    assert is_usable(last, at_ms=at("2021-04-01T00:00"), time_zone="America/New_York")
    assert is_usable(None, at_ms=at("2999-01-01T00:00"), time_zone=BERLIN)


def test_t19_a_fixed_day_holds_whenever_it_was_earned_and_a_clock_wound_back_revives_nothing() -> None:
    last = ExpiryRule(OnDay(date(2026, 6, 30))).last_day(date(2026, 1, 2))
    assert last == date(2026, 6, 30)
    assert is_usable(last, at_ms=at("2026-06-30T00:00"), time_zone=BERLIN)
    assert is_usable(last, at_ms=at("2026-06-30T23:59:59"), time_zone=BERLIN, seen_ms=at("2026-06-30T08:00"))
    wound_back, seen = at("2026-06-15T12:00"), at("2026-07-01T00:00")
    assert not is_usable(last, at_ms=seen, time_zone=BERLIN)
    assert not is_usable(last, at_ms=wound_back, time_zone=BERLIN, seen_ms=seen)
    assert usable_day(at_ms=wound_back, time_zone=BERLIN, seen_ms=seen) == date(2026, 7, 1)


def test_t20_rolling_points_end_so_many_days_after_they_were_earned_and_remember_how_many() -> None:
    assert ExpiryRule(AfterActivity(30)).expiry(date(2026, 3, 1)) == Expiry(date(2026, 3, 31), 30)


def test_t13_a_longer_term_for_a_tier() -> None:
    """12 months for everybody, 24 for VIPs."""
    rule = ExpiryRule(AfterEarning(months=12), (Extension(AfterEarning(months=24), frozenset({"vip"})),))
    assert rule.last_day(date(2026, 1, 15), tier="base") == date(2027, 1, 15)
    assert rule.last_day(date(2026, 1, 15), tier="vip") == date(2028, 1, 15)


def test_an_extension_holds_for_a_tier_or_a_segment_and_none_ever_shortens() -> None:
    rule = ExpiryRule(
        AfterEarning(months=12),
        (
            Extension(AfterEarning(months=6), frozenset({"gold"})),
            Extension(AfterEarning(months=18), segments=frozenset({"friends"})),
            Extension(Never(), frozenset({"vip"})),
        ),
    )
    earned = date(2026, 1, 15)
    assert rule.last_day(earned, tier="gold") == date(2027, 1, 15)
    assert rule.last_day(earned, tier="gold", segments={"friends", "others"}) == date(2027, 7, 15)
    assert rule.last_day(earned, tier="vip", segments={"friends"}) is None
    assert rule.last_day(earned, segments={"others"}) == date(2027, 1, 15)


def test_of_several_rolling_terms_the_longest_is_kept() -> None:
    longer = Extension(AfterActivity(60), frozenset({"vip"}))
    rule = ExpiryRule(AfterActivity(30), (longer, Extension(Never(), segments=frozenset({"staff"}))))
    assert rule.expiry(date(2026, 3, 1), tier="vip") == Expiry(date(2026, 4, 30), 60)
    assert rule.expiry(date(2026, 3, 1), segments={"staff"}) == Expiry(None, 30)


@pytest.mark.parametrize(
    ("term", "earned", "last"),
    [
        (AfterEarning(days=0), "2026-01-01", "2026-01-01"),
        (AfterEarning(days=90), "2026-01-01", "2026-04-01"),
        (AfterEarning(days=10, round_up=CalendarPeriod.MONTH), "2026-01-25", "2026-02-28"),
        (AfterEarning(months=1), "2026-01-31", "2026-02-28"),
        (AfterEarning(months=1), "2028-01-31", "2028-02-29"),
        (AfterEarning(months=1), "2026-12-31", "2027-01-31"),
        (AfterEarning(months=11), "2026-01-31", "2026-12-31"),
        (AfterEarning(months=1, round_up=CalendarPeriod.MONTH), "2026-12-05", "2027-01-31"),
        (AfterEarning(months=6, round_up=CalendarPeriod.HALF_YEAR), "2026-01-10", "2026-12-31"),
        (AfterEarning(months=0, round_up=CalendarPeriod.HALF_YEAR), "2026-06-30", "2026-06-30"),
        (END_OF_YEAR, "2018-05-05", "2018-12-31"),
        (END_OF_YEAR, "2018-12-31", "2018-12-31"),
    ],
)
def test_last_days(term: AfterEarning, earned: str, last: str) -> None:
    assert ExpiryRule(term).last_day(date.fromisoformat(earned)) == date.fromisoformat(last)


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.sampled_from(CalendarPeriod))
def test_periods_contain_their_days_and_touch_each_other(day: date, period: CalendarPeriod) -> None:
    first, last = first_day_of(period, day), last_day_of(period, day)
    assert first <= day <= last
    assert first.day == 1 and (first.month - 1) % period.months == 0
    assert first_day_of(period, last + timedelta(days=1)) == last + timedelta(days=1)
    assert (first_day_of(period, last), last_day_of(period, first)) == (first, last)
    assert months_later(first, period.months) == last + timedelta(days=1)


ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Asia/Beirut",
)


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES))
def test_it_is_gone_at_the_first_moment_of_the_next_day(last: date, time_zone: str) -> None:
    gone = gone_at_ms(last, time_zone)
    assert (local_date(gone - 1, time_zone), local_date(gone, time_zone)) == (last, last + timedelta(days=1))


def test_midnight_that_the_clock_jumps_over() -> None:
    """São Paulo had no 00:00 on 4 November 2018: after 23:59:59 came 01:00, at 03:00 UTC."""
    moment = datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert gone_at_ms(date(2018, 11, 3), "America/Sao_Paulo") == int(moment.timestamp() * 1000)

"""The sections on expiry and tiers: what is right is read, and each wrong field is named by its path."""

import copy
from datetime import date
from typing import Any

import pytest

from app.core.document import DocumentInvalid, Place
from app.core.expiry import (
    END_OF_YEAR,
    AfterActivity,
    AfterEarning,
    CalendarPeriod,
    ExpiryRule,
    Extension,
    Never,
    OnDay,
)
from app.core.points_format import read_expiry, read_tiers
from app.core.tiers import (
    Access,
    Downgrade,
    Measure,
    Qualification,
    Rolling,
    Start,
    Tier,
    Validity,
)

PATH = "program.expiry.points"
EXTENDED = {
    "kind": "months",
    "months": 12,
    "extended": [
        {"kind": "months", "months": 24, "round_up": "year", "tiers": ["vip"]},
        {"kind": "never", "segments": ["staff"]},
    ],
}
GOLD = {
    "id": "gold", "name": "Gold", "access": "earned", "measure": "spend", "at_least": 1000, "window": "year",
    "start": "next_period", "valid": "next_period", "downgrade": "in_full",
}  # fmt: skip
TIERS: list[Any] = [
    {"id": "base", "name": "Base", "access": "base"},
    {"id": "plus", "name": "Plus", "access": "paid"},
    {"id": "fan", "name": "Fan", "access": "earned", "measure": "events", "of": "review", "at_least": 3,
     "window": "rolling", "window_days": 365, "downgrade": "one_step"},
    {"id": "rich", "name": "Rich", "access": "earned", "measure": "active_points", "at_least": 100,
     "valid": "days", "valid_days": 30, "downgrade": "never"},
    GOLD,
    {**GOLD, "id": "vip", "name": "VIP", "at_least": 1001},
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "term"),
    [
        ({"kind": "never"}, Never()),
        ({"kind": "date", "day": "2027-12-31"}, OnDay(date(2027, 12, 31))),
        ({"kind": "days", "days": 90}, AfterEarning(days=90)),
        ({"kind": "days", "days": 0, "round_up": "month"}, AfterEarning(round_up=CalendarPeriod.MONTH)),
        ({"kind": "months", "months": 24, "round_up": "quarter"},
         AfterEarning(months=24, round_up=CalendarPeriod.QUARTER)),
        ({"kind": "months", "months": 1, "round_up": None}, AfterEarning(months=1)),
        ({"kind": "end_of_year"}, END_OF_YEAR),
        ({"kind": "rolling", "days": 30}, AfterActivity(30)),
    ],
)  # fmt: skip
def test_each_term(section: dict[str, Any], term: object) -> None:
    assert read_expiry(Place(PATH, section)) == ExpiryRule(term)


def test_longer_terms_for_tiers_and_segments() -> None:
    vip = Extension(AfterEarning(months=24, round_up=CalendarPeriod.YEAR), tiers=frozenset({"vip"}))
    staff = Extension(Never(), segments=frozenset({"staff"}))
    expected = ExpiryRule(AfterEarning(months=12), (vip, staff))
    assert read_expiry(Place(PATH, EXTENDED), tiers={"vip"}) == expected
    assert read_expiry(Place(PATH, EXTENDED)) == expected


@pytest.mark.parametrize(
    ("section", "complaint"),
    [
        ({}, ".kind: expected one of never, date, days, months, end_of_year, rolling"),
        ({"kind": "weeks"}, ".kind: 'weeks' is not one of never, date, days, months, end_of_year, rolling"),
        ({"kind": "never", "days": 1}, ".days: means nothing here; known are kind, extended"),
        ({"kind": "rolling", "days": 30, "round_up": "month"},
         ".round_up: means nothing here; known are kind, days, extended"),
        ({"kind": "date", "day": "31.12.2027"}, ".day: expected a date such as 2026-12-31"),
        ({"kind": "days", "days": -1}, ".days: expected 0 to 36500, found -1"),
        ({"kind": "days", "days": 36501}, ".days: expected 0 to 36500, found 36501"),
        ({"kind": "days"}, ".days: expected a whole number"),
        ({"kind": "months", "months": 1201}, ".months: expected 0 to 1200, found 1201"),
        ({"kind": "months", "months": -1}, ".months: expected 0 to 1200, found -1"),
        ({"kind": "months", "months": 1, "round_up": "week"},
         ".round_up: 'week' is not one of month, quarter, half_year, year"),
        ({"kind": "rolling", "days": 0}, ".days: expected 1 to 36500, found 0"),
        ({"kind": "rolling", "days": 36501}, ".days: expected 1 to 36500, found 36501"),
        ({"kind": "never", "extended": {}}, ".extended: expected a list"),
        ({"kind": "never", "extended": [{"kind": "never"}]}, ".extended[0]: expected tiers or segments that it is for"),
        ({"kind": "never", "extended": [{"kind": "never", "tiers": "vip"}]},
         ".extended[0].tiers: expected a list of texts"),
        ({"kind": "never", "extended": [{"kind": "never", "segments": [1]}]},
         ".extended[0].segments: expected a list of texts"),
        ({"kind": "never", "extended": [{"kind": "never", "tiers": ["vip"]}, {"kind": "never", "tiers": ["gone"]}]},
         ".extended[1].tiers: 'gone' is not among the program's tiers"),
        ({"kind": "never", "extended": [{"kind": "never", "tiers": ["vip"], "extended": []}]},
         ".extended[0].extended: means nothing here; known are kind, tiers, segments"),
    ],
)  # fmt: skip
def test_a_wrong_expiry_is_named_by_its_path(section: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DocumentInvalid) as found:
        read_expiry(Place(PATH, section), tiers={"vip"})
    assert str(found.value) == PATH + complaint


def places(tiers: list[Any]) -> list[Place]:
    return Place("program", {"tiers": tiers}).objects("tiers")


def test_tiers_as_they_are_read() -> None:
    gold = Tier(
        "gold", "Gold", Access.EARNED, Qualification(Measure.SPEND, 1000, CalendarPeriod.YEAR),
        Start.NEXT_PERIOD, Validity.NEXT_PERIOD, downgrade=Downgrade.IN_FULL,
    )  # fmt: skip
    assert read_tiers(places(TIERS))[:5] == (
        Tier("base", "Base"),
        Tier("plus", "Plus", Access.PAID),
        Tier("fan", "Fan", Access.EARNED, Qualification(Measure.EVENTS, 3, Rolling(365), "review")),
        Tier("rich", "Rich", Access.EARNED, Qualification(Measure.ACTIVE_POINTS, 100, None, "points"),
             validity=Validity.DAYS, days=30, downgrade=Downgrade.NEVER),
        gold,
    )  # fmt: skip
    stars = {
        **GOLD,
        "measure": "points_earned",
        "of": "stars",
        "window": "ever",
        "start": "at_once",
        "valid": "ever",
    }
    read = read_tiers(places([TIERS[0], stars]))[1]
    assert read.qualification == Qualification(Measure.POINTS_EARNED, 1000, None, "stars")
    assert read_tiers([]) == ()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"access": "free"}, "access: 'free' is not one of base, earned, paid"),
        ({"access": "paid"}, "at_least: means nothing here; known are id, name, access"),
        ({"benefits": 1}, "benefits: means nothing here; known are id, name, access, measure, of, at_least, window, "
         "window_days, start, valid, valid_days, downgrade"),
        ({"id": ""}, "id: expected a text"),
        ({"id": "plus"}, "id: two tiers are called 'plus'"),
        ({"name": None}, "name: expected a text"),
        ({"measure": "visits"}, "measure: 'visits' is not one of points_earned, spend, events, active_points"),
        ({"measure": "events"}, "of: expected a text"),
        ({"measure": "events", "of": "x" * 81}, "of: expected at most 80 characters"),
        ({"measure": "points_earned", "of": 5}, "of: expected a text"),
        ({"of": "points"}, "of: spend is counted of all orders"),
        ({"measure": "active_points"}, "window: active points are counted as they are, over no window"),
        ({"at_least": 0}, "at_least: expected 1 to 1000000000000, found 0"),
        ({"at_least": 10**12 + 1}, "at_least: expected 1 to 1000000000000, found 1000000000001"),
        ({"window": "week"}, "window: 'week' is not one of month, quarter, half_year, year, rolling, ever"),
        ({"window": "rolling", "start": "at_once"}, "window_days: expected a whole number"),
        ({"window": "rolling", "window_days": 0, "start": "at_once"}, "window_days: expected 1 to 36500, found 0"),
        ({"window_days": 5}, "window_days: means nothing here"),
        ({"window": "rolling", "window_days": 5}, "start: next_period needs a window of the calendar"),
        ({"start": "later"}, "start: 'later' is not one of at_once, next_period"),
        ({"valid": "week"}, "valid: 'week' is not one of period, next_period, days, ever"),
        ({"valid": "period"}, "valid: period needs a window of the calendar and a start at once"),
        ({"valid": "period", "window": "rolling", "window_days": 5, "start": "at_once"},
         "valid: period needs a window of the calendar and a start at once"),
        ({"window": "ever", "start": "at_once"}, "valid: next_period needs a window; expected days or ever"),
        ({"valid": "days"}, "valid_days: expected a whole number"),
        ({"valid": "days", "valid_days": 0}, "valid_days: expected 1 to 36500, found 0"),
        ({"valid": "days", "valid_days": 36501}, "valid_days: expected 1 to 36500, found 36501"),
        ({"valid_days": 5}, "valid_days: means nothing here"),
        ({"downgrade": None}, "downgrade: expected one of one_step, in_full, never"),
    ],
)  # fmt: skip
def test_a_wrong_tier_is_named_by_its_path(change: dict[str, Any], complaint: str) -> None:
    tiers = copy.deepcopy(TIERS)
    tiers[4].update(change)
    with pytest.raises(DocumentInvalid) as found:
        read_tiers(places(tiers))
    assert str(found.value) == f"program.tiers[4].{complaint}"


def test_the_first_tier_is_the_base_and_only_the_first() -> None:
    for tiers, place in (([TIERS[1]], 0), ([TIERS[0], {**TIERS[0], "id": "b"}], 1)):
        with pytest.raises(DocumentInvalid) as found:
            read_tiers(places(tiers))
        assert (
            str(found.value)
            == f"program.tiers[{place}].access: the first tier is the base, and only the first"
        )


def test_a_tier_asks_for_more_than_those_below_it_that_count_alike() -> None:
    with pytest.raises(DocumentInvalid) as found:
        read_tiers(places([*TIERS[:5], {**TIERS[5], "at_least": 1000}]))
    assert str(found.value) == "program.tiers[5].at_least: expected more than 1000, which 'gold' asks for"
    other_windows = [*TIERS[:5], {**TIERS[5], "at_least": 10, "window": "month"}]
    assert len(read_tiers(places(other_windows))) == 6

"""Dates, weekdays and hours are the store's, to its last day's last second, also when clocks change."""

import pytest

from app.core.decision import decide
from app.core.order import local_date, local_time
from app.core.outcome import Facts
from app.core.reasons import Reason
from tests.core.facts import MEMBER, amount_off, campaign, line, moment, order, program, rule, shown

HOUR = 3_600_000


def reasons(at_ms: int, *, zone: str = "America/New_York", condition=None, **changed) -> list[Reason]:
    plan = program(campaign("c", rule("r", amount_off(1), condition=condition), **changed))
    presented = (shown("id", "r"),)
    seen = order(line(1, "soap", 100), at_ms=at_ms, zone=zone)
    return [refusal.reason for refusal in decide(Facts(plan, seen, MEMBER, presented)).presented[0].refusals]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Seoul", "Pacific/Auckland", "UTC"])
def test_campaign_dates_are_the_stores_and_inclusive(zone: str) -> None:
    first, last = moment("2017-06-01 00:00", zone), moment("2017-07-01 00:00", zone)
    edges = [reasons(at, zone=zone) for at in (first - 1, first, last - 1, last)]
    assert edges == [[Reason.NOT_STARTED], [], [], [Reason.EXPIRED]]


def test_voucher_dates_are_inclusive_too() -> None:
    plan = program(campaign("c", rule("r", amount_off(1))))
    presented = (shown("id", "r", ends_on=local_date(moment("2017-06-15 12:00"), "America/New_York")),)
    last = moment("2017-06-16 00:00")
    for at, expected in ((last - 1, []), (last, [Reason.EXPIRED])):
        found = decide(Facts(plan, order(line(1, "a", 9), at_ms=at), None, presented)).presented[0].refusals
        assert [refusal.reason for refusal in found] == expected


def test_a_campaign_of_one_day_holds_25_hours_when_clocks_go_back() -> None:
    """5 November 2017 in New York."""
    day = {"starts_on": "2017-11-05", "ends_on": "2017-11-05"}
    start = moment("2017-11-05 00:00")
    assert moment("2017-11-06 00:00") - start == 25 * HOUR
    edges = [reasons(start + ms, **day) for ms in (-1, 0, 25 * HOUR - 1, 25 * HOUR)]
    assert edges == [[Reason.NOT_STARTED], [], [], [Reason.EXPIRED]]


def test_a_campaign_of_one_day_holds_23_hours_when_clocks_go_forward() -> None:
    """12 March 2017 in New York."""
    day = {"starts_on": "2017-03-12", "ends_on": "2017-03-12"}
    start = moment("2017-03-12 00:00")
    edges = [reasons(start + ms, **day) for ms in (-1, 0, 23 * HOUR - 1, 23 * HOUR)]
    assert edges == [[Reason.NOT_STARTED], [], [], [Reason.EXPIRED]]


def hours(first: str, last: str):
    return {"fact": "order.time", "op": "between", "value": [first, last]}


def within(start: int, quarter_hours: int, condition, **changed) -> list[int]:
    """Return which quarters of an hour after `start` the condition holds in."""
    whole_year = {"starts_on": "2017-01-01", "ends_on": "2017-12-31", **changed}
    moments = range(start, start + quarter_hours * HOUR // 4, HOUR // 4)
    return [place for place, at in enumerate(moments) if not reasons(at, condition=condition, **whole_year)]


def test_hours_are_half_open() -> None:
    assert within(moment("2017-06-15 08:00"), 12, hours("09:00", "10:00")) == [4, 5, 6, 7]
    assert reasons(moment("2017-06-15 10:00") - 1, condition=hours("09:00", "10:00")) == []


def test_the_repeated_hour_counts_twice() -> None:
    assert within(moment("2017-11-05 00:00"), 16, hours("01:00", "02:00")) == [4, 5, 6, 7, 8, 9, 10, 11]


def test_the_missing_hour_never_comes() -> None:
    start = moment("2017-03-12 00:00")
    assert within(start, 16, hours("02:00", "03:00")) == []
    assert within(start, 16, hours("03:00", "04:00")) == [8, 9, 10, 11]


def test_weekdays_and_dates_of_conditions_are_the_stores() -> None:
    """23:30 on Thursday in New York is Friday already in UTC."""
    at = moment("2017-06-15 23:30")
    thursday = {"fact": "order.weekday", "op": "is", "value": 4}
    date = {"fact": "order.date", "op": "is", "value": "2017-06-15"}
    assert reasons(at, condition={"all": [thursday, date]}) == []
    assert reasons(at, condition=thursday, zone="UTC") == [Reason.OUTSIDE_HOURS]
    assert reasons(at, condition=date, zone="UTC") == [Reason.OUTSIDE_HOURS]


def test_local_time_keeps_milliseconds_apart() -> None:
    at = moment("2017-06-15 12:00")
    assert local_time(at + 1, "UTC").microsecond == 1000
    assert local_time(-1, "UTC").isoformat() == "1969-12-31T23:59:59.999000+00:00"

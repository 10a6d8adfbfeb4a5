"""Joining: what is counted of an applicant's purchases, what is known of them, and why somebody may not join."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.decision import refused_joining
from app.core.joining import Applicant, Purchase, attributes_of, counted
from app.core.member import Member
from app.core.reasons import Reason, Refusal
from tests.core.facts import leaf, moment, program

TODAY = date(2026, 3, 10)


def bought(*ages: tuple[int, int]) -> Applicant:
    return Applicant(purchases=tuple(Purchase(TODAY - timedelta(days=days), cents) for days, cents in ages))


def test_t08_a_purchase_366_days_old_does_not_count_to_a_year() -> None:
    applicant = bought((0, 10_000), (365, 89_999), (366, 500_000), (-1, 700))
    keys = ("history.spend/365d", "history.orders/365d", "history.spend", "history.orders")
    assert counted(applicant, keys, on_day=TODAY) == {
        "history.spend/365d": 99_999,
        "history.orders/365d": 2,
        "history.spend": 599_999,
        "history.orders": 3,
    }


def test_counters_that_are_not_about_purchases_are_left_unknown() -> None:
    others = ("history.spend/month", "history.redemptions:spring/30d", "event.count:review", "xhistory.spend")
    assert counted(bought((0, 1)), others, on_day=TODAY) == {}
    assert counted(Applicant(), ["history.spend/1d"], on_day=TODAY) == {"history.spend/1d": 0}


def test_what_is_not_known_of_an_applicant_is_missing() -> None:
    assert attributes_of(Applicant(country="DE", invitation="M1")) == {"country": "DE", "invitation": "M1"}
    assert attributes_of(Applicant(country="DE")) == {"country": "DE"}
    assert attributes_of(Applicant()) == {}


def why_not(
    *conditions: dict[str, Any], at: str = "2017-06-15 12:00", store: str = "S1", **document: Any
) -> tuple[Refusal, ...]:
    if conditions:
        document["joining"] = {"all": list(conditions)}
    applicant = Member("", is_known=True, attributes={"country": "AT"})
    return refused_joining(
        program(**document), applicant, store=store, at_ms=moment(at), known={"history.spend": 900}
    )


@pytest.mark.parametrize(
    ("condition", "refusals"),
    [
        (leaf("member.attribute", "is", "AT", name="country"), []),
        (
            leaf("member.attribute", "is", "DE", name="country"),
            [Refusal(Reason.ATTRIBUTE_DOES_NOT_FIT, {"name": "country", "found": "AT"})],
        ),
        (leaf("history.spend", "at_least", 900), []),
        (leaf("order.total", "at_most", 0), []),
        (leaf("order.quantity", "at_least", 1), [Refusal(Reason.LINES_NEEDED)]),
        (leaf("order.store", "is", "S1"), []),
        (leaf("order.register", "is", ""), []),
        (leaf("order.store", "is", "S2"), [Refusal(Reason.WRONG_STORE)]),
    ],
)
def test_the_programs_condition_is_asked_about_applicant_and_store(
    condition, refusals: list[Refusal]
) -> None:
    assert why_not(condition) == tuple(refusals)


@pytest.mark.parametrize(("at", "is_in_time"), [("2017-06-15 09:59", False), ("2017-06-15 10:00", True)])
def test_joining_goes_by_the_clock_of_the_program(at: str, is_in_time: bool) -> None:
    assert (why_not(leaf("order.time", "between", ["10:00", "18:00"]), at=at) == ()) is is_in_time


@pytest.mark.parametrize(
    ("life", "refusals"),
    [
        ({"stage": "live"}, ()),
        ({"stage": "paused"}, (Refusal(Reason.PROGRAM_NOT_LIVE),)),
        ({"stage": "pilot", "pilot_stores": ["S1"]}, ()),
        ({"stage": "pilot", "pilot_stores": ["S2"]}, (Refusal(Reason.PROGRAM_NOT_LIVE),)),
        ({"stage": "live", "spend_until": "2017-06-15"}, ()),
        (
            {"stage": "live", "spend_until": "2017-06-14"},
            (Refusal(Reason.PROGRAM_ENDED, {"ends_on": "2017-06-14"}),),
        ),
    ],
)
def test_nobody_joins_a_program_that_is_not_there(
    life: dict[str, Any], refusals: tuple[Refusal, ...]
) -> None:
    assert why_not(life=life) == refusals


def test_that_a_program_is_not_there_is_said_first() -> None:
    found = why_not(leaf("member.attribute", "is", "DE", name="country"), life={"stage": "paused"})
    assert [refusal.reason for refusal in found] == [Reason.PROGRAM_NOT_LIVE, Reason.ATTRIBUTE_DOES_NOT_FIT]

"""Joining: what is counted of an applicant's purchases, and what is known of them."""

from datetime import date, timedelta

from app.core.joining import Applicant, Purchase, attributes_of, counted

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

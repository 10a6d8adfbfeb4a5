"""Days to choose from by one key: today, yesterday, the last seven days, a month; or from one date until another."""

from datetime import date, timedelta
from enum import StrEnum

WEEK_DAYS = 7
Dates = tuple[date | None, date | None]  # from, until, both included; None: no bound


class Span(StrEnum):
    """Which days."""

    ALL = "all"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    LAST_MONTH = "last_month"
    OWN = "own"  # as it was typed


def dates_of(span: Span, today: date) -> Dates:
    """Return the first and the last day."""
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    return {
        Span.ALL: (None, None),
        Span.TODAY: (today, today),
        Span.YESTERDAY: (today - timedelta(days=1), today - timedelta(days=1)),
        Span.WEEK: (today - timedelta(days=WEEK_DAYS - 1), today),
        Span.MONTH: (first, today),
        Span.LAST_MONTH: (before.replace(day=1), before),
        Span.OWN: (None, None),
    }[span]


def span_of(since: date | None, until: date | None, today: date) -> Span:
    """Return which of the spans two dates are."""
    named = (span for span in Span if span is not Span.OWN and dates_of(span, today) == (since, until))
    return next(named, Span.OWN)


def typed_date(text: str) -> date | None:
    """Read a date as it is written on these pages, `2026-11-28`; None where it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

"""The calendar of segments: days and windows of counters as moments, in the program's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from app.core.conditions import days_from_anniversary
from app.core.history import DAY, Window, first_of_period
from app.core.order import local_date, zone

# So many days behind a period's first one the next period has begun and is not over.
INTO_THE_NEXT = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
YEARS_BACK = 60  # nobody was a member before
HALF_YEAR = 183  # so many days around any day are the whole year


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from `start_ms` on and before `end_ms` (UTC milliseconds); None is without a bound."""

    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class Today:
    """The day that segments are worked out for, and where it is that day."""

    day: date
    time_zone: str

    @classmethod
    def at(cls, now_ms: int, time_zone: str) -> "Today":
        """Return the day of a moment (UTC milliseconds)."""
        return cls(local_date(now_ms, time_zone), time_zone)

    def begin_ms(self, day: date) -> int:
        """Return when a day of the calendar begins."""
        return _begin_ms(day, self.time_zone)

    def span(self, window: Window) -> Span:
        """Return what a counter's window reaches today: both its first and its last day count in full."""
        if window.days:
            oldest = max(self.day - window.days * DAY, date(1971, 1, 1))
            return Span(self.begin_ms(oldest), self.begin_ms(self.day + DAY))
        if not window.period:
            return Span(None, None)
        first = first_of_period(window.period, self.day)
        period = window.period.removeprefix("previous_")
        if period != window.period:
            return Span(self.begin_ms(first_of_period(period, first - DAY)), self.begin_ms(first))
        following = first_of_period(period, first + INTO_THE_NEXT[period] * DAY)
        return Span(self.begin_ms(first), self.begin_ms(following))

    def days_ago_ms(self, days: int) -> int:
        """Return when the day so many days before this one begins; for negative ones a day to come."""
        return self.begin_ms(max(self.day - timedelta(days=min(days, 17_000)), date(1971, 1, 1)))

    def birthdays_within(self, days: int) -> list[str]:
        """Return the days of the year (`MM-DD`) that are at most so many days away; 29 February counts on the 28th."""
        leap = date(2000, 1, 1)
        every = [leap + place * DAY for place in range(366)]
        return [day.isoformat()[5:] for day in every if days_from_anniversary(day, self.day) <= days]

    def anniversaries_within(self, days: int) -> list[Span]:
        """Return the moments in former years of which an anniversary is at most so many days away."""
        spans: list[tuple[date, date]] = []
        reach = min(days, HALF_YEAR) + 1  # a day more, for 29 February
        for year in range(max(self.day.year - YEARS_BACK, 1971), self.day.year + 2):
            middle = _in_year(self.day, year)
            for place in range(-reach, reach + 1):
                day = middle + place * DAY
                if day.year < 1971 or days_from_anniversary(day, self.day) > days:
                    continue
                if spans and spans[-1][1] >= day - DAY:
                    spans[-1] = spans[-1][0], max(day, spans[-1][1])
                else:
                    spans.append((day, day))
        return [Span(self.begin_ms(first), self.begin_ms(last + DAY)) for first, last in spans]


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


@lru_cache(maxsize=4_096)
def _begin_ms(day: date, time_zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone(time_zone)).timestamp() * 1000)

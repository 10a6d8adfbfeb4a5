"""Until which day points, vouchers and saved rewards can be used: terms, and the calendar arithmetic under them.

An expiry is a last day, usable through its end in the program's time zone and gone at 00:00 of the next. It is worked
out once, when something is earned or issued, and stored with it: who falls to a lower tier later loses nothing.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.core.order import local_date

MONTHS_A_YEAR = 12
MILLISECONDS = 1000


class CalendarPeriod(StrEnum):
    """A stretch of the calendar; each begins on the first of a month."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many months it has."""
        return _MONTHS[self]


_MONTHS = {
    CalendarPeriod.MONTH: 1,
    CalendarPeriod.QUARTER: 3,
    CalendarPeriod.HALF_YEAR: 6,
    CalendarPeriod.YEAR: 12,
}


def first_day_of(period: CalendarPeriod, day: date) -> date:
    """Return the first day of the period that contains `day`."""
    return date(day.year, day.month - (day.month - 1) % period.months, 1)


def last_day_of(period: CalendarPeriod, day: date) -> date:
    """Return the last day of the period that contains `day`."""
    return months_later(first_day_of(period, day), period.months) - timedelta(days=1)


def months_later(day: date, months: int) -> date:
    """Return the same day `months` (≥ 0) later, or the month's last if it has no such day: 31 January, 28 February."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    first = date(day.year + years, month + 1, 1)
    return min(first + timedelta(days=day.day - 1), _last_of_month(first))


def _last_of_month(first: date) -> date:
    into_next = first + timedelta(days=31)
    return into_next - timedelta(days=into_next.day)


@dataclass(frozen=True, slots=True)
class Never:
    """It stays usable."""


@dataclass(frozen=True, slots=True)
class OnDay:
    """All of it ends on one date, whenever it was earned; what is earned after that date is never usable."""

    last_day: date


@dataclass(frozen=True, slots=True)
class AfterEarning:
    """So many months and days after it was earned, then rounded up to the end of a calendar period."""

    months: int = 0
    days: int = 0
    round_up: CalendarPeriod | None = None


@dataclass(frozen=True, slots=True)
class AfterActivity:
    """So many days after the member's last activity, of which earning it was the first."""

    days: int


Term = Never | OnDay | AfterEarning | AfterActivity
END_OF_YEAR = AfterEarning(round_up=CalendarPeriod.YEAR)


@dataclass(frozen=True, slots=True)
class Extension:
    """A term for members who have one of these tiers or are in one of these segments."""

    term: Term
    tiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()

    def holds(self, *, tier: str, segments: Set[str]) -> bool:
        """Tell whether it is for a member with this tier and in these segments."""
        return tier in self.tiers or not self.segments.isdisjoint(segments)


@dataclass(frozen=True, slots=True)
class Expiry:
    """What is stored with a lot: its last day (None: never ends), and how many days an activity keeps it alive."""

    last_day: date | None
    rolling_days: int | None = None


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    """A base term, and terms that make it longer for some. The longest that holds counts, so none ever shortens."""

    base: Term
    extended: tuple[Extension, ...] = ()

    def expiry(self, earned_on: date, *, tier: str = "", segments: Set[str] = frozenset()) -> Expiry:
        """Return the expiry of what a member with this tier and in these segments earns on a day."""
        terms = [self.base, *(one.term for one in self.extended if one.holds(tier=tier, segments=segments))]
        rolling = [term.days for term in terms if isinstance(term, AfterActivity)]
        return Expiry(latest([_last_day(term, earned_on) for term in terms]), max(rolling, default=None))

    def last_day(self, earned_on: date, *, tier: str = "", segments: Set[str] = frozenset()) -> date | None:
        """Return the last day on which what is earned on a day can be used; None: always."""
        return self.expiry(earned_on, tier=tier, segments=segments).last_day


def latest(days: list[date | None]) -> date | None:
    """Return the latest of some last days, where None is later than any date."""
    dated = [day for day in days if day is not None]
    return max(dated) if len(dated) == len(days) else None


def _last_day(term: Term, earned_on: date) -> date | None:
    match term:
        case Never():
            return None
        case OnDay(last_day):
            return last_day
        case AfterActivity(days):
            return earned_on + timedelta(days=days)
        case AfterEarning(months, days, round_up):
            reached = months_later(earned_on, months) + timedelta(days=days)
            return reached if round_up is None else last_day_of(round_up, reached)


def usable_day(*, at_ms: int, time_zone: str, seen_ms: int = 0) -> date:
    """Return the day of a moment (UTC ms) in the program's time zone, as expiries are compared with it.

    `seen_ms` is the latest moment that is known to have passed: a clock that was wound back doesn't revive anything.
    """
    return local_date(max(at_ms, seen_ms), time_zone)


def is_usable(last_day: date | None, *, at_ms: int, time_zone: str, seen_ms: int = 0) -> bool:
    """Tell whether something with this last day can be used at a moment (UTC ms); `seen_ms` as in `usable_day`."""
    return last_day is None or usable_day(at_ms=at_ms, time_zone=time_zone, seen_ms=seen_ms) <= last_day


def gone_at_ms(last_day: date, time_zone: str) -> int:
    """Return the first moment (UTC ms) after a last day: 00:00 of the next one, or where the clock jumps to over it."""
    midnight = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), ZoneInfo(time_zone))
    return int(midnight.timestamp()) * MILLISECONDS

"""Tiers: who qualifies, from when until when, what comes after, and what is still missing for the next one.

Each time a member meets what a tier asks for, they hold it for a spell of days; the tier of a day is the highest of the
spells that cover it. Spells follow from what the member did and from nothing else, so it doesn't matter when HQ works
them out. A spell once begun is kept: neither spending points nor a later return lowers a tier before its end. Stations
take an earned tier as HQ sent it; only a paid tier do they end themselves.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate

from app.core.expiry import CalendarPeriod, first_day_of, last_day_of
from app.core.order import local_date

DAY = timedelta(days=1)


class Measure(StrEnum):
    """What a tier counts."""

    POINTS_EARNED = "points_earned"
    SPEND = "spend"  # minor units
    EVENTS = "events"
    ACTIVE_POINTS = (
        "active_points"  # earned, less spent and expired: falls between two looks, but lowers no spell
    )


class What(StrEnum):
    """What an activity was."""

    POINTS_EARNED = "points_earned"
    POINTS_GONE = "points_gone"  # spent or expired
    SPEND = "spend"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Activity:
    """Something a member did on a day of the program's time zone.

    `amount` is in points, minor units or times; what a return takes back is negative. `name` is the point currency or
    the event's name.
    """

    on: date
    what: What
    amount: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rolling:
    """A window that moves along: what is no more than so many days old."""

    days: int


Window = CalendarPeriod | Rolling | None  # None: everything there ever was


@dataclass(frozen=True, slots=True)
class Qualification:
    """What a tier asks for: at least so much of a measure in a window. The bound is inclusive."""

    measure: Measure
    at_least: int
    window: Window = None
    name: str = ""


class Start(StrEnum):
    """When a tier begins that has been reached."""

    AT_ONCE = "at_once"
    NEXT_PERIOD = "next_period"


class Validity(StrEnum):
    """How long a tier is held after it was reached; the periods are those of the window."""

    PERIOD = "period"  # to the end of the period in which it was reached
    NEXT_PERIOD = "next_period"  # to the end of the one after; with a rolling window, its days from then on
    DAYS = "days"
    EVER = "ever"


class Downgrade(StrEnum):
    """What happens when a tier ends that was not reached again."""

    ONE_STEP = "one_step"  # the tier below, for one more period
    IN_FULL = "in_full"  # whatever tier the member has reached otherwise
    NEVER = "never"


class Access(StrEnum):
    """How one comes to a tier."""

    BASE = "base"  # everybody has it; the lowest
    EARNED = "earned"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier of a program. A sequence of tiers stands lowest first."""

    tier_id: str
    name: str
    access: Access = Access.BASE
    qualification: Qualification | None = None
    start: Start = Start.AT_ONCE
    validity: Validity = Validity.NEXT_PERIOD
    days: int = 0
    downgrade: Downgrade = Downgrade.ONE_STEP


@dataclass(frozen=True, slots=True)
class Spell:
    """A tier held from a day through another; `until` None: for good."""

    tier_id: str
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """Tell whether the tier is held on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A paid tier: from the moment of payment (UTC ms) to the end of the last day paid for."""

    tier_id: str
    paid_at_ms: int
    last_day: date


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is from a tier: what it asks for, what was found, and when the period ends, if it does."""

    tier_id: str
    measure: Measure
    wanted: int
    found: int
    ends_on: date | None

    @property
    def missing(self) -> int:
        """How much is still missing."""
        return max(self.wanted - self.found, 0)


_SIGNS = {
    Measure.POINTS_EARNED: {What.POINTS_EARNED: 1},
    Measure.SPEND: {What.SPEND: 1},
    Measure.EVENTS: {What.EVENT: 1},
    Measure.ACTIVE_POINTS: {What.POINTS_EARNED: 1, What.POINTS_GONE: -1},
}


def measured(qualification: Qualification, activities: Iterable[Activity], *, day: date) -> int:
    """Return how much of what is asked for a member has in the window that contains `day`."""
    return _tally(qualification, activities).between(_begins(qualification.window, day), day)


@dataclass(frozen=True, slots=True)
class _Tally:
    """Sums from the first activity on, so that a long history is added up once and not once a day."""

    days: list[date]
    sums: list[int]  # one more than days: before the first it is 0

    def between(self, first: date, last: date) -> int:
        return self.sums[bisect_right(self.days, last)] - self.sums[bisect_left(self.days, first)]


def _tally(qualification: Qualification, activities: Iterable[Activity]) -> _Tally:
    signs = _SIGNS[qualification.measure]
    counted = sorted(
        (one.on, signs[one.what] * one.amount)
        for one in activities
        if one.what in signs and one.name == qualification.name
    )
    return _Tally([on for on, _ in counted], [0, *accumulate(amount for _, amount in counted)])


_Tallies = Sequence[tuple[Tier, Qualification, _Tally]]


def _begins(window: Window, day: date) -> date:
    if window is None:
        return date.min
    return day - timedelta(days=window.days) if isinstance(window, Rolling) else first_day_of(window, day)


def tier_on(
    tiers: Sequence[Tier], activities: Sequence[Activity], *, day: date, held: Sequence[Spell] = ()
) -> Spell:
    """Return the earned tier of a member on a day, with since when and, as far as is known then, until when.

    `held` are spells that don't follow from the activities: as taken over from another scheme or given by a person.
    """
    tallies = [
        (tier, tier.qualification, _tally(tier.qualification, activities))
        for tier in tiers
        if tier.qualification
    ]
    days = {one.on for one in activities if one.on <= day}
    spells = _joined([*held, *(spell for on in days for spell in _reached(tallies, known_on=on, day=on))])
    looked = date.min
    while ends := [spell.until for spell in spells if spell.until and looked < spell.until < day]:
        looked = min(ends)
        spells = _joined([*spells, *_following(tiers, tallies, spells, ended_on=looked)])
    return _highest(tiers, spells, day)


def _reached(tallies: _Tallies, *, known_on: date, day: date) -> Iterator[Spell]:
    """Yield a spell for each tier whose qualification is met on `day` by what there was up to `known_on`."""
    for tier, asked, tally in tallies:
        if tally.between(_begins(asked.window, day), known_on) >= asked.at_least:
            yield _spell(tier, asked.window, day)


def _spell(tier: Tier, window: Window, reached_on: date) -> Spell:
    period_ends = last_day_of(window, reached_on) if isinstance(window, CalendarPeriod) else None
    since = period_ends + DAY if tier.start is Start.NEXT_PERIOD and period_ends else reached_on
    if tier.downgrade is Downgrade.NEVER or tier.validity is Validity.EVER:
        return Spell(tier.tier_id, since, None)
    if tier.validity is Validity.DAYS:
        return Spell(tier.tier_id, since, since + timedelta(days=tier.days))
    if tier.validity is Validity.PERIOD:
        return Spell(tier.tier_id, since, period_ends)
    return Spell(tier.tier_id, since, _end_of_next(window, reached_on))


def _end_of_next(window: Window, day: date) -> date | None:
    """Return the end of the period after the one that contains `day`; a rolling one begins on `day`."""
    if isinstance(window, CalendarPeriod):
        return last_day_of(window, last_day_of(window, day) + DAY)
    return day + timedelta(days=window.days) if window else None


def _following(
    tiers: Sequence[Tier], tallies: _Tallies, spells: Sequence[Spell], *, ended_on: date
) -> Iterator[Spell]:
    """Yield what follows where the highest tier ends: it is reached anew, or a lower one, or the one a step below.

    What counts is what there was before the end: points that are reset with the period still speak for the next.
    """
    after = ended_on + DAY
    ended, left = _highest(tiers, spells, ended_on), _highest(tiers, spells, after)
    if _rank(tiers, left.tier_id) >= _rank(tiers, ended.tier_id):
        return
    yield from _reached(tallies, known_on=ended_on, day=after)
    tier = tiers[_rank(tiers, ended.tier_id)]
    below = [one for one in tiers[: _rank(tiers, ended.tier_id)] if one.access is not Access.PAID]
    if tier.downgrade is Downgrade.ONE_STEP and below[-1].qualification:
        yield Spell(below[-1].tier_id, after, _landing_end(below[-1], ended_on))


def _landing_end(tier: Tier, ended_on: date) -> date | None:
    """Return how long a tier is held by who fell to it: one period, or the days for which it is valid."""
    window = tier.qualification.window if tier.qualification else None
    if tier.downgrade is Downgrade.NEVER or tier.validity is Validity.EVER:
        return None
    if tier.validity is Validity.DAYS:
        return ended_on + timedelta(days=tier.days)
    if isinstance(window, CalendarPeriod):
        return last_day_of(window, ended_on + DAY)
    return _end_of_next(window, ended_on)


def _joined(spells: Iterable[Spell]) -> list[Spell]:
    """Return the spells with those of one tier that overlap or touch made one."""
    joined: list[Spell] = []
    for spell in sorted(spells, key=lambda one: (one.tier_id, one.since)):
        last = joined[-1] if joined else None
        if last is None or last.tier_id != spell.tier_id or (last.until and last.until + DAY < spell.since):
            joined.append(spell)
        elif last.until and (spell.until is None or spell.until > last.until):
            joined[-1] = Spell(last.tier_id, last.since, spell.until)
    return joined


def _rank(tiers: Sequence[Tier], tier_id: str) -> int:
    """Return a tier's place, lowest first; one that the program no longer has counts as the lowest."""
    return next((place for place, tier in enumerate(tiers) if tier.tier_id == tier_id), 0)


def _highest(tiers: Sequence[Tier], spells: Iterable[Spell], day: date) -> Spell:
    base = Spell(tiers[0].tier_id, date.min, None)
    return max((base, *(one for one in spells if one.covers(day))), key=lambda one: _rank(tiers, one.tier_id))


def tier_now(
    tiers: Sequence[Tier],
    earned: str,
    subscriptions: Iterable[Subscription],
    *,
    at_ms: int,
    time_zone: str,
) -> str:
    """Return the tier whose benefits a member has at a moment (UTC ms): the earned one, or a higher one paid for.

    Paid benefits hold from the payment through the last day paid for, in the program's time zone. `at_ms` must not go
    back: whoever has a clock that can be wound back hands in the latest moment seen.
    """
    today = local_date(at_ms, time_zone)
    paid = [one.tier_id for one in subscriptions if one.paid_at_ms <= at_ms and today <= one.last_day]
    return max([earned, *paid], key=lambda tier_id: _rank(tiers, tier_id))


def progress(
    tiers: Sequence[Tier], activities: Iterable[Activity], *, tier_id: str, day: date
) -> Progress | None:
    """Return how far a member with a tier is from the next one that can be earned; None when there is none."""
    for tier in tiers[_rank(tiers, tier_id) + 1 :]:
        if asked := tier.qualification:
            ends_on = last_day_of(asked.window, day) if isinstance(asked.window, CalendarPeriod) else None
            found = measured(asked, activities, day=day)
            return Progress(tier.tier_id, asked.measure, asked.at_least, found, ends_on)
    return None


def still_due(*, given: int, due: int) -> int:
    """Return what HQ adds when the tier it knows would have earned more than the one on the receipt.

    `given` was promised under the tier that the station recorded, `due` is what HQ's tier earns; never negative, since
    what a receipt promised is not taken back.
    """
    return max(due - given, 0)

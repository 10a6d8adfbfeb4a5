"""Milestones and challenges: marks in what a member has done, and what reaching one gives.

A mark is reached at its value, not one before, and is granted once: whoever decides hands in how often it was granted
before, and two stations that do not know of each other make the same grant (`benefits`). What is returned later takes
no grant away and does not give it again. Values are days, orders, minor units, points or events, whole numbers all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.benefits import Benefit, Grant, grant

GRANTS_AT_ONCE_MAX = 100  # of one milestone; what is more comes next time
PER_MILLE = 1000


class Measure(StrEnum):
    """What is counted."""

    MEMBER_DAYS = "member_days"
    ORDERS = "orders"
    REVENUE = "revenue"  # minor units paid
    POINTS = "points"  # earned, whatever was spent of them
    EVENT = "event"  # how often an event happened, or what a counter of the shop's own says


class Repeat(StrEnum):
    """Whether a mark counts once, or each multiple of it."""

    ONCE = "once"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A mark `at` a value. `event` names the event or counter where that is the measure."""

    milestone_id: str
    name: str
    measure: Measure
    at: int
    benefits: tuple[Benefit, ...]
    repeat: Repeat = Repeat.ONCE
    event: str = ""


@dataclass(frozen=True, slots=True)
class Achieved:
    """What a member has done by now, this order included. A count that is missing is not known."""

    joined_on: date | None = None
    counts: Mapping[Measure, int] | None = None
    events: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is to a mark: the value, the mark, what is missing, and the way done in thousandths, rounded down."""

    value: int
    wanted: int
    missing: int
    per_mille: int


def value_of(measure: Measure, achieved: Achieved, *, event: str = "", on_day: date) -> int | None:
    """Return what a measure says of a member on a day; None = not known."""
    if measure is Measure.MEMBER_DAYS:
        return None if achieved.joined_on is None else (on_day - achieved.joined_on).days
    if measure is Measure.EVENT:
        return (achieved.events or {}).get(event)
    return (achieved.counts or {}).get(measure)


def grants_of(
    milestone: Milestone, achieved: Achieved, *, member: str, granted: int, on_day: date
) -> tuple[Grant, ...]:
    """Return what is due of a milestone that was granted `granted` times before; nothing while its value is unknown."""
    value = value_of(milestone.measure, achieved, event=milestone.event, on_day=on_day)
    if value is None:
        return ()
    reached = max(value // milestone.at, 0)
    if milestone.repeat is Repeat.ONCE:
        reached = min(reached, 1)
    last = min(reached, granted + GRANTS_AT_ONCE_MAX)
    return tuple(
        grant("milestone", milestone.milestone_id, member=member, number=number, benefits=milestone.benefits)
        for number in range(granted + 1, last + 1)
    )


def next_step(milestone: Milestone, value: int) -> Step | None:
    """Return how far it is to the next mark; None when a milestone that counts once has been reached."""
    if milestone.repeat is Repeat.ONCE:
        return None if value >= milestone.at else _step(value, since=0, wanted=milestone.at)
    since = max(value, 0) // milestone.at * milestone.at
    return _step(value, since=since, wanted=since + milestone.at)


def _step(value: int, *, since: int, wanted: int) -> Step:
    done = min(max(value - since, 0), wanted - since)
    return Step(value, wanted, max(wanted - value, 0), done * PER_MILLE // (wanted - since))


class ChallengeState(StrEnum):
    """Where a member stands in a challenge."""

    NOT_STARTED = "not_started"
    OPEN = "open"
    COMPLETED = "completed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Challenge:
    """So much of something between two dates, both inclusive, on the store's calendar."""

    challenge_id: str
    name: str
    measure: Measure
    target: int
    starts_on: date
    ends_on: date
    benefits: tuple[Benefit, ...]
    event: str = ""


@dataclass(frozen=True, slots=True)
class ChallengeProgress:
    """Where a member stands, how far it is, and on which day the target was reached."""

    state: ChallengeState
    step: Step
    completed_on: date | None = None


def progress(
    challenge: Challenge, happened: Iterable[tuple[date, int]], *, on_day: date
) -> ChallengeProgress:
    """Return the progress by `on_day`; `happened` holds dates and what counted on them, returns as negative amounts.

    What happened in time and is heard of later counts: dates are those of the orders, not of their arrival.
    """
    last = min(challenge.ends_on, on_day)
    counted = sorted(one for one in happened if challenge.starts_on <= one[0] <= last)
    value = sum(amount for _, amount in counted)
    step = _step(value, since=0, wanted=challenge.target)
    if value >= challenge.target:
        return ChallengeProgress(ChallengeState.COMPLETED, step, _reached_on(counted, challenge.target))
    if on_day < challenge.starts_on:
        return ChallengeProgress(ChallengeState.NOT_STARTED, step)
    is_over = on_day > challenge.ends_on
    return ChallengeProgress(ChallengeState.MISSED if is_over else ChallengeState.OPEN, step)


def _reached_on(counted: Iterable[tuple[date, int]], target: int) -> date:
    """Return the day from which on the target was reached for good."""
    value, reached = 0, None
    for day, amount in counted:
        value += amount
        if value < target:
            reached = None
        elif reached is None:
            reached = day
    assert reached is not None, "asked only when the sum reaches the target"
    return reached


def challenge_grant(challenge: Challenge, *, member: str) -> Grant:
    """Return what completing a challenge gives, once."""
    return grant("challenge", challenge.challenge_id, member=member, number=1, benefits=challenge.benefits)

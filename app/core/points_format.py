"""The sections of a published program about how points expire and which tiers there are, and how they are read.

Expiry of one point currency, one of these, with round_up (month, quarter, half_year, year) where it may stand:

    {"kind": "never"}                                    {"kind": "date", "day": "2027-12-31"}
    {"kind": "days", "days": 90, "round_up"?: …}         {"kind": "months", "months": 24, "round_up"?: "quarter"}
    {"kind": "end_of_year"}                              {"kind": "rolling", "days": 30}

and beside it "extended"?: [{"tiers"?: ["vip"], "segments"?: […], and a term as above}]. Tiers, lowest first:

    {"id": "bronze", "name": "Bronze", "access": "base"}
    {"id": "gold", "name": "Gold", "access": "earned", "measure": "points_earned"|"spend"|"events"|"active_points",
     "of"?: point currency or event, "at_least": 1000, "window"?: "month"|"quarter"|"half_year"|"year"|"rolling"|"ever",
     "window_days"?: 365, "start"?: "at_once"|"next_period", "valid"?: "period"|"next_period"|"days"|"ever",
     "valid_days"?: 30, "downgrade": "one_step"|"in_full"|"never"}
    {"id": "plus", "name": "Plus", "access": "paid"}
"""

from collections.abc import Collection, Sequence
from enum import StrEnum

from app.core.document import DocumentInvalid, Place
from app.core.earning import POINTS
from app.core.expiry import (
    END_OF_YEAR,
    AfterActivity,
    AfterEarning,
    CalendarPeriod,
    ExpiryRule,
    Extension,
    Never,
    OnDay,
    Term,
)
from app.core.tiers import (
    Access,
    Downgrade,
    Measure,
    Qualification,
    Rolling,
    Start,
    Tier,
    Validity,
    Window,
)

DAYS_MAX = 36_500  # a hundred years: far enough, and no date goes past the calendar's end
MONTHS_MAX = 1_200
AT_LEAST_MAX = 10**12
EVERY_TIER_KEYS = ("id", "name", "access")
EARNED_TIER_KEYS = (
    *EVERY_TIER_KEYS,
    "measure",
    "of",
    "at_least",
    "window",
    "window_days",
    "start",
    "valid",
    "valid_days",
    "downgrade",
)


class TermKind(StrEnum):
    """The words for a term of expiry."""

    NEVER = "never"
    DATE = "date"
    DAYS = "days"
    MONTHS = "months"
    END_OF_YEAR = "end_of_year"
    ROLLING = "rolling"


TERM_KEYS = {
    TermKind.NEVER: (),
    TermKind.DATE: ("day",),
    TermKind.DAYS: ("days", "round_up"),
    TermKind.MONTHS: ("months", "round_up"),
    TermKind.END_OF_YEAR: (),
    TermKind.ROLLING: ("days",),
}


class WindowKind(StrEnum):
    """The words for a window in which a tier counts."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    ROLLING = "rolling"
    EVER = "ever"


def read_expiry(place: Place, *, tiers: Collection[str] | None = None) -> ExpiryRule:
    """Read how one point currency expires. `tiers` are the ids that may be named; None: not checked.

    Raises `DocumentInvalid` with the path of what is wrong.
    """
    base = _read_term(place, "extended")
    if not place.has("extended"):
        return ExpiryRule(base)
    return ExpiryRule(base, tuple(_read_extension(inner, tiers) for inner in place.objects("extended")))


def _read_term(place: Place, *beside: str) -> Term:
    kind = place.word("kind", TermKind)
    place.only("kind", *TERM_KEYS[kind], *beside)
    match kind:
        case TermKind.NEVER:
            return Never()
        case TermKind.DATE:
            return OnDay(place.day("day"))
        case TermKind.DAYS:
            days = place.number("days", least=0, most=DAYS_MAX)
            return AfterEarning(days=days, round_up=_read_round_up(place))
        case TermKind.MONTHS:
            months = place.number("months", least=0, most=MONTHS_MAX)
            return AfterEarning(months=months, round_up=_read_round_up(place))
        case TermKind.END_OF_YEAR:
            return END_OF_YEAR
        case TermKind.ROLLING:
            return AfterActivity(place.number("days", least=1, most=DAYS_MAX))


def _read_round_up(place: Place) -> CalendarPeriod | None:
    return place.word("round_up", CalendarPeriod) if place.has("round_up") else None


def _read_extension(place: Place, tiers: Collection[str] | None) -> Extension:
    term = _read_term(place, "tiers", "segments")
    for_tiers = place.texts("tiers") if place.has("tiers") else []
    for_segments = place.texts("segments") if place.has("segments") else []
    if not for_tiers and not for_segments:
        raise DocumentInvalid(f"{place.path}: expected tiers or segments that it is for")
    for tier in for_tiers:
        if tiers is not None and tier not in tiers:
            raise DocumentInvalid(f"{place.path}.tiers: {tier!r} is not among the program's tiers")
    return Extension(term, frozenset(for_tiers), frozenset(for_segments))


def read_tiers(places: Sequence[Place]) -> tuple[Tier, ...]:
    """Read the tiers of a program, lowest first. Raises `DocumentInvalid` with the path of what is wrong."""
    tiers: list[Tier] = []
    for place in places:
        tier = _read_tier(place)
        if (tier.access is Access.BASE) != (not tiers):
            raise DocumentInvalid(f"{place.path}.access: the first tier is the base, and only the first")
        if any(tier.tier_id == lower.tier_id for lower in tiers):
            raise DocumentInvalid(f"{place.path}.id: two tiers are called {tier.tier_id!r}")
        _check_above(tier, tiers, place)
        tiers.append(tier)
    return tuple(tiers)


def _read_tier(place: Place) -> Tier:
    access = place.word("access", Access)
    place.only(*(EARNED_TIER_KEYS if access is Access.EARNED else EVERY_TIER_KEYS))
    tier_id, name = place.name("id"), place.name("name")
    if access is not Access.EARNED:
        return Tier(tier_id, name, access)
    qualification = _read_qualification(place)
    start = place.word("start", Start) if place.has("start") else Start.AT_ONCE
    validity = place.word("valid", Validity) if place.has("valid") else Validity.NEXT_PERIOD
    _check_periods(place, qualification.window, start, validity)
    return Tier(
        tier_id,
        name,
        access,
        qualification,
        start,
        validity,
        days=_read_days(place, "valid_days", wanted=validity is Validity.DAYS),
        downgrade=place.word("downgrade", Downgrade),
    )


def _read_qualification(place: Place) -> Qualification:
    measure = place.word("measure", Measure)
    window = _read_window(place)
    if measure is Measure.ACTIVE_POINTS and window is not None:
        raise DocumentInvalid(f"{place.path}.window: active points are counted as they are, over no window")
    at_least = place.number("at_least", least=1, most=AT_LEAST_MAX)
    return Qualification(measure, at_least, window, _read_name(place, measure))


def _read_name(place: Place, measure: Measure) -> str:
    if measure is Measure.EVENTS:
        return place.name("of")
    if measure is Measure.SPEND:
        if place.has("of"):
            raise DocumentInvalid(f"{place.path}.of: spend is counted of all orders")
        return ""
    return place.name("of") if place.has("of") else POINTS


def _read_window(place: Place) -> Window:
    kind = place.word("window", WindowKind) if place.has("window") else WindowKind.EVER
    days = _read_days(place, "window_days", wanted=kind is WindowKind.ROLLING)
    if kind is WindowKind.ROLLING:
        return Rolling(days)
    return None if kind is WindowKind.EVER else CalendarPeriod(kind)


def _read_days(place: Place, key: str, *, wanted: bool) -> int:
    if wanted:
        return place.number(key, least=1, most=DAYS_MAX)
    if place.has(key):
        raise DocumentInvalid(f"{place.path}.{key}: means nothing here")
    return 0


def _check_periods(place: Place, window: Window, start: Start, validity: Validity) -> None:
    """Refuse starts and ends that speak of a period where there is none, and an end before the start."""
    is_calendar = isinstance(window, CalendarPeriod)
    if start is Start.NEXT_PERIOD and not is_calendar:
        raise DocumentInvalid(f"{place.path}.start: next_period needs a window of the calendar")
    if validity is Validity.PERIOD and (not is_calendar or start is Start.NEXT_PERIOD):
        raise DocumentInvalid(
            f"{place.path}.valid: period needs a window of the calendar and a start at once"
        )
    if validity is Validity.NEXT_PERIOD and window is None:
        raise DocumentInvalid(f"{place.path}.valid: next_period needs a window; expected days or ever")


def _check_above(tier: Tier, lower: Sequence[Tier], place: Place) -> None:
    """Refuse a tier that is as easily reached as one below it, counted alike."""
    asked = tier.qualification
    for other in lower:
        below = other.qualification
        if asked is None or below is None:
            continue
        is_alike = (asked.measure, asked.window, asked.name) == (below.measure, below.window, below.name)
        if is_alike and asked.at_least <= below.at_least:
            raise DocumentInvalid(
                f"{place.path}.at_least: expected more than {below.at_least}, which {other.tier_id!r} asks for"
            )

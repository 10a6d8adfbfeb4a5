"""Reports as people and programs ask for them: one moment, one period, filters, and rows that add up to the total."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection, select

from hq.access.actor import Actor
from hq.campaigns.tables import campaign
from hq.db import plan_by_values
from hq.faults import Malformed, NotHere
from hq.home import Hq
from hq.reports import figures
from hq.reports.figures import NOTHING, By, Figures, Group, Wanted
from hq.reports.folding import FIRST_DAY, LAST_DAY, day_of, fresh, zone_named
from hq.reports.kinds import REPORTS, Column, Report
from hq.reports.tables import figure_day
from hq.segments.tables import segment
from hq.tables import redemption_fact, store

USUAL_DAYS = 30
DAYS_MAX = 3_700  # ten years
ROWS_MAX = 1_100  # of one report: three years of days


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a report: what it stands for, with the first and the last of its days, and a value for each column."""

    key: str
    title: str
    since: date
    until: date
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A report that was made: its rows, and the total that they add up to."""

    report: Report
    wanted: Wanted
    by: By
    rows: tuple[Row, ...]
    total: Row

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the values are, in their order."""
        return self.report.columns


def report_named(name: str) -> Report:
    """Return a report. Raises `NotHere`."""
    found = REPORTS.get(name)
    if found is None:
        raise NotHere(f"There is no such report. There are {', '.join(REPORTS)}.")
    return found


def period(hq: Hq, since: str | None, until: str | None) -> tuple[date, date]:
    """Return the days of a report, both included: what was asked, else the last 30 of the program's time zone.

    Raises `Malformed` for what is no day, and for periods that are none or longer than ten years.
    """
    today = day_of(hq.clock.now_ms(), zone_named(hq))
    last = day_named(until) if until else max(today, day_named(since)) if since else today
    first = day_named(since) if since else max(last - timedelta(days=USUAL_DAYS - 1), FIRST_DAY)
    if last < first:
        raise Malformed("The last day is before the first one.")
    if (last - first).days >= DAYS_MAX:
        raise Malformed("A report has at most ten years.")
    return first, last


def wanted_by(
    hq: Hq,
    actor: Actor,
    *,
    since: str | None = None,
    until: str | None = None,
    store_id: str = "",
    campaign: str = "",
    segment_id: str = "",
) -> Wanted:
    """Return what is to be reported, within what somebody may see. Raises `Malformed`."""
    first, last = period(hq, since, until)
    return Wanted(first, last, store_id, campaign, segment_id, stores=actor.ceilings.stores)


def make(hq: Hq, report: Report, wanted: Wanted, by: By) -> Made:
    """Make a report as of now. Raises `Malformed` where its rows can't be grouped so, or are too many; and `Busy`."""
    if by not in report.by:
        raise Malformed(f"The rows of this report are by {', '.join(report.by)}.")
    if wanted.campaign and By.CAMPAIGN not in report.by:
        raise Malformed("Only orders and redemptions are known by campaign.")
    fresh(hq)
    with _reading(hq) as connection:
        whole = figures.total(connection, wanted)
        found = figures.rows(connection, wanted, by)
        held = _held_before(connection, report, wanted, by)
        titles = _titles(connection, by)
    if len(found) > ROWS_MAX:
        raise Malformed(f"These are more than {ROWS_MAX} rows. Ask for a shorter time, or by week or month.")
    earlier = sum(held.values(), NOTHING)
    if not by.is_time:
        found = [(key, dict(found).get(key, NOTHING)) for key in sorted({*dict(found), *held})]
    made, running = [], earlier
    for key, each in found:
        running = running + each if by.is_time else held.get(key, NOTHING) + each
        since, until = _days_of(key, wanted, by)
        made.append(Row(key, titles.get(key, key), since, until, _values(report.columns, each, running)))
    whole_row = Row("", "", wanted.since, wanted.until, _values(report.columns, whole, earlier + whole))
    return Made(report, wanted, by, tuple(made), whole_row)


def total(hq: Hq, wanted: Wanted) -> Figures:
    """Return all sums of a period as of now."""
    fresh(hq)
    with _reading(hq) as connection:
        return figures.total(connection, wanted)


def holdings(hq: Hq, wanted: Wanted) -> tuple[int, int, int]:
    """Return the points that members hold, the money on gift cards and that in wallets, at the end of a period."""
    fresh(hq)
    with _reading(hq) as connection:
        found = figures.before(connection, wanted) + figures.total(connection, wanted)
    return found.points, found.cards, found.wallets


def engaged(hq: Hq, wanted: Wanted) -> tuple[Group, Group]:
    """Return members who redeemed something in a period, and others who ordered in it."""
    fresh(hq)
    with _reading(hq) as connection:
        return figures.engaged(connection, wanted)


def period_before(wanted: Wanted) -> Wanted:
    """Return the period of as many days that ends where this one begins."""
    days = (wanted.until - wanted.since).days + 1
    first = max(wanted.since - timedelta(days=days), FIRST_DAY)
    return replace(wanted, since=first, until=max(wanted.since - timedelta(days=1), first))


def stores_for(hq: Hq, actor: Actor) -> list[tuple[str, str]]:
    """Return id and name of the stores that somebody may see."""
    with hq.database.reading() as connection:
        rows = connection.execute(select(store.c.store_id, store.c.name).order_by(store.c.store_id))
        return [(row.store_id, row.name) for row in rows if actor.sees_store(row.store_id)]


def campaigns_for(hq: Hq) -> list[tuple[str, str]]:
    """Return id and name of the campaigns of which anything was reported."""
    with hq.database.reading() as connection:
        rows = connection.execute(select(figure_day.c.campaign).where(figure_day.c.campaign != "").distinct())
        names = _titles(connection, By.CAMPAIGN)
        return [(each, names.get(each, each)) for each in sorted(rows.scalars())]


def reasons_for(hq: Hq) -> list[tuple[str, str]]:
    """Return the reasons for which something was refused, by code."""
    refused = select(redemption_fact.c.reason).where(redemption_fact.c.outcome == "refused").distinct()
    with hq.database.reading() as connection:
        return [(code, code) for code in sorted(connection.execute(refused).scalars()) if code]


def segments_for(hq: Hq) -> list[tuple[str, str]]:
    """Return id and name of all segments."""
    with hq.database.reading() as connection:
        rows = connection.execute(select(segment.c.segment_id, segment.c.name).order_by(segment.c.name))
        return [(row.segment_id, row.name) for row in rows]


@contextmanager
def _reading(hq: Hq) -> Iterator[Connection]:
    with hq.database.reading() as connection:
        plan_by_values(connection)  # of how many days and members decides how
        yield connection


def _held_before(connection: Connection, report: Report, wanted: Wanted, by: By) -> dict[str, Figures]:
    """Return what there was before a period, for each row that is no time; nothing where no column asks for it."""
    if not any(column.is_held for column in report.columns):
        return {}
    if by.is_time:
        return {"": figures.before(connection, wanted)}
    return dict(figures.rows(connection, figures.earlier(wanted), by))


def _values(columns: Sequence[Column], each: Figures, held: Figures) -> tuple[int | None, ...]:
    return tuple(column.value(held if column.is_held else each) for column in columns)


def _titles(connection: Connection, by: By) -> dict[str, str]:
    """Return what rows that are no days are called."""
    if by is By.STORE:
        rows = connection.execute(select(store.c.store_id, store.c.name))
    elif by is By.SEGMENT:
        rows = connection.execute(select(segment.c.segment_id, segment.c.name))
    elif by is By.CAMPAIGN:
        rows = connection.execute(select(campaign.c.campaign_id, campaign.c.name))
    else:
        return {}
    return {row[0]: row[1] for row in rows}


def _days_of(key: str, wanted: Wanted, by: By) -> tuple[date, date]:
    """Return the first and the last day of a row, within the period."""
    if not by.is_time:
        return wanted.since, wanted.until
    first = date.fromisoformat(key)
    return max(first, wanted.since), min(figures.last_day(first, by), wanted.until)


def day_named(text: str) -> date:
    """Read a day as filters have it. Raises `Malformed`."""
    try:
        found = date.fromisoformat(text)
    except ValueError as problem:
        raise Malformed("A day is written like 2026-11-28.") from problem
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Malformed(f"Days are from {FIRST_DAY} to {LAST_DAY}.")
    return found

"""Reports, by the API."""

from typing import Annotated, Any

from fastapi import Query as Parameters
from pydantic import Field

from hq.access.scopes import Scope
from hq.api.models import PATTERN, Answer, Day, Query
from hq.api.routing import Asked, Routes
from hq.console.program_of_pages import money_and_time
from hq.reports import service
from hq.reports.figures import By, Group
from hq.reports.kinds import REPORTS, Report

routes = Routes(
    "reports", "Figures by day, week, month, store, campaign and segment, which are the ledger's own sums."
)

Text = Annotated[str, Field(max_length=80, pattern=PATTERN)]


class Period(Query):
    """Of which days, both included (the last 30 if nothing is said), and of what."""

    since: Day | None = None
    until: Day | None = None
    store: Text = ""
    segment: Text = ""


class Filters(Period):
    """And what rows stand for."""

    campaign: Text = ""
    by: By = By.DAY


class ColumnAnswer(Answer):
    """A column: `unit` is count, money (minor units), points, or share (basis points)."""

    name: str
    title: str
    unit: str
    meaning: str


class ReportAnswer(Answer):
    """A report that can be asked for."""

    name: str
    title: str
    about: str
    by: list[By]
    columns: list[ColumnAnswer]


class ReportsAnswer(Answer):
    """All of them."""

    items: list[ReportAnswer]


class RowAnswer(Answer):
    """A row: its key and title, its first and last day, and a value for each column; null where there is none."""

    key: str
    title: str
    since: str
    until: str
    values: dict[str, int | None]


class MadeAnswer(Answer):
    """A report that was made, as of now."""

    report: ReportAnswer
    since: str
    until: str
    by: By
    currency: str
    time_zone: str
    rows: list[RowAnswer]
    total: RowAnswer


class GroupAnswer(Answer):
    """Members who did something in the period. Amounts are minor units; `orders_milli` are thousandths each."""

    members: int
    orders: int
    value: int
    discount: int
    redeemed: int
    average: int | None
    per_member: int | None
    orders_milli: int | None


class EngagedAnswer(Answer):
    """Members who redeemed something, beside others who ordered."""

    since: str
    until: str
    currency: str
    engaged: GroupAnswer
    others: GroupAnswer


@routes.get("", needs=Scope.REPORTS_READ, answers=ReportsAnswer)
def list_reports(ask: Asked) -> Any:
    """List the reports there are, with what each column means."""
    return {"items": [_report(report) for report in REPORTS.values()]}


@routes.get("/engaged", needs=Scope.REPORTS_READ, answers=EngagedAnswer)
def read_engaged(ask: Asked, asked: Annotated[Period, Parameters()]) -> Any:
    """Compare members who redeemed something in a period with others who ordered in it."""
    wanted = service.wanted_by(
        ask.hq,
        ask.actor,
        since=asked.since,
        until=asked.until,
        store_id=asked.store,
        segment_id=asked.segment,
    )
    engaged, others = service.engaged(ask.hq, wanted)
    return {
        "since": wanted.since.isoformat(),
        "until": wanted.until.isoformat(),
        "currency": money_and_time(ask.hq)[0],
        "engaged": _group(engaged),
        "others": _group(others),
    }


def _add(report: Report) -> None:
    """Add the route of one report: each has an address of its own, and no other name is one."""

    def read_report(ask: Asked, asked: Annotated[Filters, Parameters()]) -> Any:
        wanted = service.wanted_by(
            ask.hq,
            ask.actor,
            since=asked.since,
            until=asked.until,
            store_id=asked.store,
            campaign=asked.campaign,
            segment_id=asked.segment,
        )
        made = service.make(ask.hq, report, wanted, asked.by)
        currency, time_zone = money_and_time(ask.hq)
        return {
            "report": _report(report),
            "since": wanted.since.isoformat(),
            "until": wanted.until.isoformat(),
            "by": asked.by,
            "currency": currency,
            "time_zone": time_zone,
            "rows": [_row(made, row) for row in made.rows],
            "total": _row(made, made.total),
        }

    read_report.__name__ = f"read_report_{report.name.replace('-', '_')}"
    read_report.__doc__ = f"{report.about} Rows add up to the total, which is the ledger's own sum."
    routes.get(f"/{report.name}", needs=Scope.REPORTS_READ, answers=MadeAnswer)(read_report)


def _report(report: Report) -> dict[str, Any]:
    columns = [
        {"name": c.name, "title": c.title, "unit": c.unit, "meaning": c.meaning} for c in report.columns
    ]
    return {
        "name": report.name,
        "title": report.title,
        "about": report.about,
        "by": report.by,
        "columns": columns,
    }


def _row(made: service.Made, row: service.Row) -> dict[str, Any]:
    values = {column.name: value for column, value in zip(made.columns, row.values, strict=True)}
    since, until = row.since.isoformat(), row.until.isoformat()
    return {"key": row.key, "title": row.title, "since": since, "until": until, "values": values}


def _group(group: Group) -> GroupAnswer:
    return GroupAnswer.model_validate(group)


for _each in REPORTS.values():
    _add(_each)

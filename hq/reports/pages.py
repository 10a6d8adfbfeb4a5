"""Reports in the console: a picture, the table that has its numbers, and the same as a file."""

from collections.abc import Callable
from datetime import date

from fastapi import Response

from app.core.money import CURRENCIES
from hq.access.scopes import Scope
from hq.console.asked_list import in_order
from hq.console.render import writers
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.csv_files import Cell, amount_cell, csv_answer
from hq.faults import Malformed
from hq.reports import service
from hq.reports.figures import By, Group, Wanted
from hq.reports.kinds import REPORTS, Column, Report, Unit
from hq.reports.plots import Plot, draw, series_of
from hq.reports.rows_behind import place_of
from hq.reports.service import Made, Row

pages = Pages("reports", N_("Reports"), place="/console/reports", needs=Scope.REPORTS_READ)
pages.example("/{report}", report="order-value")
pages.example("/{report}", report="points", by="week")
pages.example("/{report}", report="redemptions", by="store")
SVG_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",  # its own styles, and nothing else
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
BY = {
    By.DAY: N_("Day"),
    By.WEEK: N_("Week"),
    By.MONTH: N_("Month"),
    By.STORE: N_("Store"),
    By.CAMPAIGN: N_("Campaign"),
    By.SEGMENT: N_("Segment"),
}
GROUP_COLUMNS: tuple[tuple[str, Unit, Callable[[Group], int | None]], ...] = (
    (N_("Members"), Unit.COUNT, lambda group: group.members),
    (N_("Orders"), Unit.COUNT, lambda group: group.orders),
    (N_("Order value"), Unit.MONEY, lambda group: group.value),
    (N_("Discount"), Unit.MONEY, lambda group: group.discount),
    (N_("Redemptions"), Unit.COUNT, lambda group: group.redeemed),
    (N_("Average order"), Unit.MONEY, lambda group: group.average),
    (N_("Order value for each member"), Unit.MONEY, lambda group: group.per_member),
)


@pages.get("")
def show_reports(ask: Page) -> Response:
    """Show which reports there are."""
    return ask.page("reports/list.html", reports=list(REPORTS.values()))


@pages.get("/engaged")
def show_engaged(ask: Page) -> Response:
    """Show members who redeemed something beside others who ordered."""
    wanted = _wanted(ask)
    engaged, others = service.engaged(ask.hq, wanted)
    rows = [
        (title, cell(ask, unit, value(engaged)), cell(ask, unit, value(others)))
        for title, unit, value in GROUP_COLUMNS
    ]
    return ask.page(
        "reports/engaged.html",
        wanted=wanted,
        rows=rows,
        stores=service.stores_for(ask.hq, ask.actor),
        segments=service.segments_for(ask.hq),
    )


@pages.get("/{report}.csv")
def get_report(ask: Page, report: str) -> Response:
    """Return a report's table as a file."""
    made = _made(ask, report)
    header = [made.by.value, "from", "to", *(column.name for column in made.columns)]

    def to_row(row: Row) -> list[Cell]:
        values = zip(made.columns, row.values, strict=True)
        cells: list[Cell] = [_file_cell(ask, column, value) for column, value in values]
        title = "total" if row is made.total else row.title or "head office"
        return [title, row.since.isoformat(), row.until.isoformat(), *cells]

    return csv_answer(made.report.name, header, [*made.rows, made.total], to_row)


@pages.get("/{report}.svg")
def get_plot(ask: Page, report: str) -> Response:
    """Return a report as a picture."""
    theme = ask.query.get("theme", "light")
    plot = plot_of(ask, _made(ask, report))
    number = writers(ask.look)["number"]
    text = draw(plot, theme="dark" if theme == "dark" else "light", number=number)
    return Response(text, media_type="image/svg+xml; charset=utf-8", headers=SVG_HEADERS)


@pages.get("/{report}")
def show_report(ask: Page, report: str) -> Response:
    """Show a report: its picture, its table, and what its columns mean."""
    made = _made(ask, report)
    rows = [(title_of(ask, made, row), _cells(ask, made, row)) for row in made.rows]
    return ask.page(
        "reports/one.html",
        made=made,
        rows=rows,
        total=_cells(ask, made, made.total),
        columns=made.columns,
        by_names=[(by.value, ask.said(BY[by])) for by in made.report.by],
        by_name=ask.said(BY[made.by]),
        stores=service.stores_for(ask.hq, ask.actor),
        campaigns=service.campaigns_for(ask.hq) if By.CAMPAIGN in made.report.by else [],
        segments=service.segments_for(ask.hq),
        filters=_filters(made),
    )


def plot_of(ask: PageAsk, made: Made) -> Plot:
    """Return what of a report is drawn: its lines of one unit."""
    drawn = [n for n, column in enumerate(made.columns) if column.is_drawn]
    names = [ask.said(made.columns[n].title) for n in drawn]
    is_money = bool(drawn) and made.columns[drawn[0]].unit is Unit.MONEY
    rows = [[row.values[n] for n in drawn] for row in made.rows]
    labels = tuple(title_of(ask, made, row) for row in made.rows)
    known = CURRENCIES.get(ask.look.currency)
    digits = (2 if known is None else known.digits) if is_money else 0
    return Plot(ask.said(made.report.title), labels, series_of(names, rows), digits, made.by.is_time)


def title_of(ask: PageAsk, made: Made, row: Row) -> str:
    """Return what a row is called."""
    if made.by is By.MONTH:
        return row.key[:7]
    if made.by.is_time:
        return row.key
    return row.title or ask.said(N_("Head office"))


def cell(ask: PageAsk, unit: Unit, value: int | None) -> str:
    """Return a value as the page's language writes it."""
    write = writers(ask.look)
    if value is None:
        return "–"
    if unit is Unit.MONEY:
        return str(write["money"](value))
    if unit is Unit.SHARE:
        return f"{write['number'](value / 100)} %"
    return str(write["number"](value))


def _cells(ask: PageAsk, made: Made, row: Row) -> list[tuple[str, str]]:
    """Return the values of a row, each with where its rows are seen."""
    values = zip(made.columns, row.values, strict=True)
    return [
        (cell(ask, column.unit, value), place_of(made, column, row) if value else "")
        for column, value in values
    ]


def _file_cell(ask: PageAsk, column: Column, value: int | None) -> Cell:
    if column.unit is Unit.MONEY:
        return amount_cell(value, ask.look.currency)
    return amount_cell(value, "EUR") if column.unit is Unit.SHARE else value


def _made(ask: PageAsk, name: str) -> Made:
    report: Report = service.report_named(name)
    said = ask.query.get("by") or report.by[0].value
    if said not in {by.value for by in By}:
        raise Malformed("Rows can't be grouped by that.")
    wanted = _wanted(ask)
    return service.make(ask.hq, report, wanted, By(said))


def _wanted(ask: PageAsk) -> Wanted:
    query = {**ask.query, **in_order(ask.query.get("since"), ask.query.get("until"))}
    return service.wanted_by(
        ask.hq,
        ask.actor,
        since=query.get("since"),
        until=query.get("until"),
        store_id=query.get("store", ""),
        campaign=query.get("campaign", ""),
        segment_id=query.get("segment", ""),
    )


def _filters(made: Made) -> dict[str, str]:
    """Return the filters of a report, for the addresses of its picture and its file."""
    wanted = made.wanted
    said = {"since": wanted.since, "until": wanted.until, "by": made.by.value}
    texts = {"store": wanted.store, "campaign": wanted.campaign, "segment": wanted.segment}
    return {
        **{name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()},
        **{name: value for name, value in texts.items() if value},
    }

"""The first page of the console: how things stand, each number with the change to the days before and its rows."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Response

from hq.access.scopes import Scope
from hq.console.alerts import alerts_of
from hq.console.asked_list import in_order
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.reports import service
from hq.reports.figures import By, Figures, Wanted
from hq.reports.kinds import REPORTS, Unit
from hq.reports.pages import cell
from hq.stores.seeing import Only, count_silent, stores_of

pages = Pages("dashboard", N_("Dashboard"), place="/console/dashboard", needs=Scope.REPORTS_READ)
TOP = 8  # campaigns


@dataclass(frozen=True)
class Shown:
    """A number of the dashboard: its change in percent to the period before, None where that had none."""

    label: str
    value: str
    place: str
    change: int | None = None


FIGURES: tuple[tuple[str, Unit, Callable[[Figures], int | None], str], ...] = (
    (N_("Redemptions"), Unit.COUNT, lambda f: f.redeemed, "/console/redemptions?outcome=redeemed"),
    (N_("Order value"), Unit.MONEY, lambda f: f.value, "/console/orders?"),
    (N_("Discount"), Unit.MONEY, lambda f: f.discount, "/console/ledger/postings?account=discounts-given"),
    (N_("Average with discount"), Unit.MONEY, lambda f: f.average_with, "/console/orders?discount=with"),
    (
        N_("Average without discount"),
        Unit.MONEY,
        lambda f: f.average_without,
        "/console/orders?discount=without",
    ),
    (N_("Points issued"), Unit.POINTS, lambda f: f.issued, "/console/ledger/postings?account=points-issued"),
)


@pages.get("")
def show_dashboard(ask: Page) -> Response:
    """Show the last 30 days, or others, beside as many before."""
    query = {**ask.query, **in_order(ask.query.get("since"), ask.query.get("until"))}
    wanted = service.wanted_by(
        ask.hq, ask.actor, since=query.get("since"), until=query.get("until"), store_id=query.get("store", "")
    )
    now, before = service.total(ask.hq, wanted), service.total(ask.hq, service.period_before(wanted))
    period = f"since={wanted.since}&until={wanted.until}" + (f"&store={wanted.store}" if wanted.store else "")
    top = service.make(ask.hq, REPORTS["redemptions"], wanted, By.CAMPAIGN)
    best = sorted(top.rows, key=lambda row: -(row.values[1] or 0))[:TOP]
    return ask.page(
        "reports/dashboard.html",
        wanted=wanted,
        figures=[_shown(ask, each, now, before, period) for each in FIGURES] + _held(ask, wanted, period),
        top=[
            (row.key, row.title, cell(ask, Unit.COUNT, row.values[1]), cell(ask, Unit.MONEY, row.values[4]))
            for row in best
        ],
        alerts=alerts_of(ask.hq, ask.actor),
        stores=service.stores_for(ask.hq, ask.actor),
        period={"since": wanted.since.isoformat(), "until": wanted.until.isoformat(), "store": wanted.store},
        line=_line(ask),
    )


def _shown(
    ask: PageAsk,
    figure: tuple[str, Unit, Callable[[Figures], int | None], str],
    now: Figures,
    before: Figures,
    period: str,
) -> Shown:
    title, unit, value, place = figure
    amount, earlier = value(now), value(before)
    change = None if not earlier or amount is None else round((amount - earlier) * 100 / abs(earlier))
    joint = "" if place.endswith("?") else "&" if "?" in place else "?"
    return Shown(ask.said(title), cell(ask, unit, amount), f"{place}{joint}{period}", change)


def _held(ask: PageAsk, wanted: Wanted, period: str) -> list[Shown]:
    points, cards, wallets = service.holdings(ask.hq, wanted)
    engaged, others = service.engaged(ask.hq, wanted)
    active = engaged.members + others.members
    return [
        Shown(
            ask.said(N_("Active members")),
            cell(ask, Unit.COUNT, active),
            f"/console/reports/engaged?{period}",
        ),
        Shown(
            ask.said(N_("Points outstanding")),
            cell(ask, Unit.POINTS, points),
            f"/console/reports/points?{period}",
        ),
        Shown(
            ask.said(N_("Owed on gift cards")),
            cell(ask, Unit.MONEY, cards),
            f"/console/reports/gift-cards?{period}",
        ),
        Shown(
            ask.said(N_("Owed in wallets")),
            cell(ask, Unit.MONEY, wallets),
            f"/console/reports/wallets?{period}",
        ),
    ]


def _line(ask: PageAsk) -> list[Shown]:
    """Return how the stations stand, for those who may see them."""
    if not ask.actor.may(Scope.DEVICES_READ):
        return []
    stores = stores_of(ask.hq, ask.actor)
    return [
        Shown(
            ask.said(N_("Stations offline now")),
            cell(ask, Unit.COUNT, count_silent(ask.hq, ask.actor)),
            f"/console/devices?only={Only.SILENT}",
        ),
        Shown(
            ask.said(N_("Entries waiting in stations")),
            cell(ask, Unit.COUNT, sum(each.queue for each in stores)),
            "/console/devices",
        ),
    ]

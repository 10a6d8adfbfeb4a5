"""The simulator's page: an order is made up, and answered as a station would."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import Response

from hq.access.scopes import Scope
from hq.builder.context import context_of
from hq.builder.order_form import LINES, body_of, first, shown_rules
from hq.builder.typed import to_whole
from hq.campaigns.pages.noun import typed_in
from hq.campaigns.simulating import Simulated, Station, simulate
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault
from hq.simulator.answers import shown
from hq.simulator.members import member_fields

LEVELS = (
    ("A1", N_("a number on a card")),
    ("A2", N_("a signed code")),
    ("A3", N_("a code from the member's phone")),
    ("A4", N_("a chip")),
)
AGE_MAX = 24 * 365
pages = Pages("simulator", N_("Simulator"), place="/console/simulator", needs=Scope.CAMPAIGNS_READ)


@pages.get("")
def show_simulator(ask: Page) -> Response:
    """Show an order to be made up, for a campaign's draft where one is named."""
    local = datetime.fromtimestamp(ask.hq.clock.now_ms() / 1000, UTC).astimezone(ZoneInfo(ask.look.time_zone))
    typed = {
        "day": [f"{local:%Y-%m-%d}"],
        "time": [f"{local:%H:%M}"],
        "line": ["online"],
        "campaign": [ask.query.get("campaign", "")[:80]],
    }
    if ref := ask.query.get("member", "")[:80]:
        typed |= member_fields(ask.hq, ref)
    return _page(ask, typed)


@pages.post("", needs=Scope.CAMPAIGNS_READ)
def run_simulator(ask: Page) -> Response:
    """Answer the order that was made up; nothing of it is kept."""
    typed = typed_in(ask)
    if first(typed, "do") == "member":
        try:
            return _page(ask, {**typed, **member_fields(ask.hq, first(typed, "ref"))})
        except HqFault as fault:
            return _page(ask, typed, Simulated(None, None, str(fault)), status=fault.status)
    try:
        found = simulate(
            ask.hq, body_of(typed), campaign_id=first(typed, "campaign"), station=_station(typed)
        )
    except HqFault as fault:
        return _page(ask, typed, Simulated(None, None, str(fault)), status=fault.status)
    return _page(ask, typed, found, status=400 if found.problem else 200)


def _station(typed: dict[str, list[str]]) -> Station:
    age = to_whole(first(typed, "age_hours") or "1")
    return Station(
        is_online=first(typed, "line") != "offline",
        level=first(typed, "level") or "A1",
        age_hours=min(max(age, 0), AGE_MAX),
    )


def _page(
    ask: PageAsk, typed: dict[str, list[str]], found: Simulated | None = None, *, status: int = 200
) -> Response:
    context = context_of(ask.hq, ask.look)
    return ask.page(
        "simulator/show.html",
        typed=typed,
        picks=context.picks,
        rules=shown_rules(context.document),
        line_count=max(LINES, len(typed.get("line_sku", ())) + 1),
        levels=LEVELS,
        problem="" if found is None else found.problem,
        answer=None if found is None else shown(found, context.speech, language=ask.look.language),
        status=status,
    )

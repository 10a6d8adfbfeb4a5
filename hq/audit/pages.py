"""The audit in the console."""

from fastapi import Response

from hq.access.scopes import Scope
from hq.api.paging import read_cursor, write_cursor
from hq.audit import service
from hq.audit.tables import audit
from hq.audit.words import ACTIONS
from hq.console.routing import Page, Pages
from hq.console.texts import N_

ROWS = 50
pages = Pages("audit", N_("Audit"), place="/console/audit", needs=Scope.AUDIT_READ)


@pages.get("")
def show_audit(ask: Page) -> Response:
    """Show who did what, the newest first, by filters."""
    wanted = {audit.c.who: "who", audit.c.action: "action", audit.c.about: "about"}
    conditions = [column == ask.query[name] for column, name in wanted.items() if ask.query.get(name)]
    place = read_cursor(ask.query.get("cursor"), (int,))
    rows = service.list_audit(
        ask.hq, *conditions, before_n=None if place is None else place[0], limit=ROWS + 1
    )
    following = write_cursor([rows[ROWS - 1].n]) if len(rows) > ROWS else None
    return ask.page("audit/list.html", rows=rows[:ROWS], following=following, checked=None, actions=ACTIONS)


@pages.get("/check")
def show_check(ask: Page) -> Response:
    """Look along the chain and say what was found."""
    return ask.page(
        "audit/list.html", rows=[], following=None, checked=service.check_chain(ask.hq), actions=ACTIONS
    )

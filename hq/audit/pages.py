"""The audit in the console."""

from collections.abc import Sequence

from fastapi import Response

from hq.access.scopes import Scope
from hq.api.paging import read_cursor, write_cursor
from hq.audit import service
from hq.audit.tables import audit
from hq.audit.words import ACTIONS
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.program.publishing_pages import TITLES

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
    return _page(ask, rows=rows[:ROWS], following=following)


@pages.get("/check")
def show_check(ask: Page) -> Response:
    """Look along the chain and say what was found."""
    return _page(ask, checked=service.check_chain(ask.hq))


def _page(
    ask: PageAsk,
    *,
    rows: Sequence[service.AuditRow] = (),
    following: str | None = None,
    checked: service.ChainCheck | None = None,
) -> Response:
    words = [(action, ask.said(word)) for action, word in ACTIONS.items()]
    return ask.page(
        "audit/list.html",
        rows=rows,
        following=following,
        checked=checked,
        actions=ACTIONS,
        options=sorted(words, key=lambda each: each[1]),
        parts_of=lambda about: [ask.said(TITLES[part]) for part in _parts(about)],
    )


def _parts(about: str) -> list[str]:
    """Return the parts of the program that a row is about."""
    noun, _, named = about.partition(":")
    return [part for part in named.split(",") if part in TITLES] if noun == "program" else []

"""The audit in the console."""

from typing import Annotated, Any

from fastapi import Response
from pydantic import Field

from hq.access.scopes import Scope
from hq.api.models import PATTERN, Day
from hq.api.paging import Paging, read_cursor, write_cursor
from hq.audit import service
from hq.audit.service import AuditRow
from hq.audit.words import ACTIONS
from hq.console.asked_list import asked_list, at
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.csv_files import Cell, by_pages, csv_answer, moment_cell
from hq.home import Hq
from hq.orders.lists import moments
from hq.program.publishing_pages import TITLES

ROWS, IN_FILE = 50, 2_000
Text = Annotated[str, Field(max_length=200, pattern=PATTERN)]
pages = Pages("audit", N_("Audit"), place="/console/audit", needs=Scope.AUDIT_READ)


class AuditList(Paging):
    """Which rows: of one actor, of one action, about one thing, of days (both included)."""

    who: Text | None = None
    action: Text | None = None
    about: Text | None = None
    since: Day | None = None
    until: Day | None = None


@pages.get("")
def show_audit(ask: Page) -> Response:
    """Show who did what, the newest first, by filters."""
    asked = at(asked_list(AuditList, ask), ask.query.get("cursor"), limit=ROWS)
    rows, following = _some(ask.hq, asked)
    return ask.page("audit/list.html", rows=rows, following=following, checked=None, **_words(ask))


@pages.get("/list.csv")
def get_audit(ask: Page) -> Response:
    """Return the same as a file, to its end."""
    asked = asked_list(AuditList, ask)
    header = ["number", "time", "who", "action", "about", "why", "before", "after", "request"]

    def to_row(row: AuditRow) -> list[Cell]:
        time = moment_cell(row.at_ms, ask.look.time_zone)
        what: list[Cell] = [row.action, row.about, row.reason, row.before, row.after, row.request_id]
        return [row.n, time, row.who, *what]

    return csv_answer(
        "audit", header, by_pages(lambda cursor: _some(ask.hq, at(asked, cursor, limit=IN_FILE))), to_row
    )


@pages.get("/check")
def show_check(ask: Page) -> Response:
    """Look along the chain and say what was found."""
    checked = service.check_chain(ask.hq)
    return ask.page("audit/list.html", rows=[], following=None, checked=checked, **_words(ask))


def _some(hq: Hq, asked: AuditList) -> tuple[list[AuditRow], str | None]:
    """Return rows and the cursor of the next ones."""
    first_ms, end_ms = moments(hq, asked.since, asked.until)
    place = read_cursor(asked.cursor, (int,))
    rows = service.list_audit(
        hq,
        *service.conditions(asked.who, asked.action, asked.about, first_ms, end_ms),
        before_n=None if place is None else place[0],
        limit=asked.limit + 1,
    )
    following = write_cursor([rows[asked.limit - 1].n]) if len(rows) > asked.limit else None
    return rows[: asked.limit], following


def _words(ask: PageAsk) -> dict[str, Any]:
    """Return what actions are called, and the same by name to choose from."""
    chosen = sorted(((action, ask.said(word)) for action, word in ACTIONS.items()), key=lambda each: each[1])
    return {
        "actions": ACTIONS,
        "to_choose": chosen,
        "parts_of": lambda about: [ask.said(TITLES[part]) for part in _parts(about)],
    }


def _parts(about: str) -> list[str]:
    """Return the parts of the program that a row is about."""
    noun, _, named = about.partition(":")
    return [part for part in named.split(",") if part in TITLES] if noun == "program" else []

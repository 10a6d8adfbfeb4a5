"""The ledger in the console: what accounts come to, and the postings of one."""

from fastapi import Response

from hq.access.scopes import Scope
from hq.console.asked_list import asked_list, at
from hq.console.routing import Page, Pages
from hq.console.texts import N_
from hq.csv_files import Cell, amount_cell, by_pages, csv_answer, moment_cell
from hq.ledger.books import PostingList, PostingRow, list_accounts, list_postings
from hq.members.store import POINTS
from hq.reports.service import stores_for

IN_FILE = 2_000
pages = Pages("ledger", N_("Ledger"), place="/console/ledger", needs=Scope.REPORTS_READ)
pages.example("")
pages.example("/postings", account="points-issued")


@pages.get("")
def show_accounts(ask: Page) -> Response:
    """Show what each account comes to, and that they sum to zero."""
    rows = list_accounts(ask.hq, ask.actor, currency=ask.look.currency)
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.unit] = sums.get(row.unit, 0) + row.amount
    return ask.page("ledger/list.html", rows=rows, sums=sums)


@pages.get("/postings")
def show_postings(ask: Page) -> Response:
    """Show the postings of an account, the newest first."""
    if not ask.query.get("account", "").strip():
        return ask.go("/console/ledger")
    asked = asked_list(PostingList, ask)
    rows, following = list_postings(ask.hq, ask.actor, asked)
    return ask.page(
        "ledger/postings.html",
        rows=rows,
        following=following,
        account=asked.account,
        stores=stores_for(ask.hq, ask.actor),
    )


@pages.get("/postings.csv")
def get_postings(ask: Page) -> Response:
    """Return the same as a file, to its end."""
    asked = asked_list(PostingList, ask)
    header = ["time", "account", "amount", "unit", "by", "store", "member", "about", "entry"]

    def to_row(row: PostingRow) -> list[Cell]:
        amount = row.amount if row.unit == POINTS else amount_cell(row.amount, row.unit)
        time = moment_cell(row.at_ms, ask.look.time_zone)
        return [
            time,
            row.account,
            amount,
            row.unit,
            row.source,
            row.store,
            row.member,
            row.about,
            row.entry_id,
        ]

    found = by_pages(lambda cursor: list_postings(ask.hq, ask.actor, at(asked, cursor, limit=IN_FILE)))
    return csv_answer("postings", header, found, to_row)

"""Journals in the console."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson
from fastapi import Response
from sqlalchemy import select

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.api.paging import Paging, cut, page_of
from hq.console.finding import Found, finder
from hq.console.program_of_pages import stores_to_choose
from hq.console.routing import Page, Pages
from hq.console.texts import N_
from hq.console.words import ENTRIES
from hq.csv_files import by_pages, csv_answer, moment_cell
from hq.home import Hq
from hq.journal import reading
from hq.journal.reading import EntrySeen, place_of
from hq.tables import device, journal, order_fact, redemption_fact
from sync.protocol import Verdict

ROWS = 50
VERDICTS: Mapping[str, tuple[str, str]] = {  # the word of a verdict, and how it is drawn
    Verdict.POSTED: (N_("Posted"), "ok"),
    Verdict.FLAGGED: (N_("Posted, to be looked at"), "warn"),
    Verdict.QUARANTINED: (N_("Set aside"), "stop"),
}
pages = Pages("journal", N_("Journal"), place="/console/journal", needs=Scope.JOURNAL_READ)


@pages.get("")
def show_journal(ask: Page) -> Response:
    """Show entries, those that came last first."""
    rows, following = _page(ask, ask.query.get("cursor"))
    stores = stores_to_choose(ask.hq, ask.actor)
    return ask.page(
        "journal/list.html", rows=rows, following=following, verdicts=VERDICTS, entries=ENTRIES, stores=stores
    )


@pages.get("/list.csv")
def get_journal(ask: Page) -> Response:
    """Return the same as a file."""
    header = ["taken in", "store", "device", "epoch", "number", "kind", "id", "verdict", "flags", "exception"]
    zone = ask.look.time_zone

    def to_row(each: EntrySeen) -> list[str | int | None]:
        at = moment_cell(each.received_ms, zone)
        what = [each.type, each.entry_id, each.verdict, " ".join(each.flags), each.case_id]
        return [at, each.store, each.device, each.epoch, each.seq, *what]

    return csv_answer("journal", header, by_pages(lambda cursor: _page(ask, cursor)), to_row)


@pages.get("/{place}")
def show_entry(ask: Page, place: str) -> Response:
    """Show one entry: what came, HQ's words, what it moved, and why."""
    entry = reading.find_entry(ask.hq, ask.actor, place.replace("\x00", ""))
    body = entry.body if entry.said is None else orjson.dumps(entry.said, option=orjson.OPT_INDENT_2).decode()
    return ask.page("journal/one.html", entry=entry, body=body, verdicts=VERDICTS)


def _page(ask: Page, cursor: str | None) -> tuple[list[EntrySeen], str | None]:
    def asked(name: str) -> str | None:
        return ask.query.get(name, "").replace("\x00", "") or None

    day_ms = _day(asked("day"), ask.look.time_zone)
    wanted = reading.EntryFilter(
        device=asked("device"),
        store=asked("store"),
        type=asked("type"),
        verdict=asked("verdict"),
        since_ms=None if day_ms is None else day_ms[0],
        until_ms=None if day_ms is None else day_ms[1],
    )
    paging = Paging(limit=ROWS, cursor=cursor)
    statement = page_of(
        reading.statement_of(ask.actor, wanted), reading.IN_ORDER, paging, kinds=reading.KINDS
    )
    return cut(reading.list_entries(ask.hq, statement), paging, reading.order_place)


def _day(text: str | None, zone: str) -> tuple[int, int] | None:
    """Return a day's first millisecond and that of the next one, or None where there is no such day."""
    try:
        day = None if text is None else date.fromisoformat(text)
        if day is None:
            return None
        ends = [datetime.combine(each, time(), ZoneInfo(zone)) for each in (day, day + timedelta(days=1))]
        since_ms, until_ms = (int(each.astimezone(UTC).timestamp() * 1000) for each in ends)
    except (ValueError, OverflowError):
        return None
    return since_ms, until_ms


@finder(N_("Entries of journals"), needs=Scope.JOURNAL_READ)
def _find_entries(hq: Hq, actor: Actor, text: str) -> list[Found]:
    """Find a redemption or an entry by its id, and an order by its own."""
    found: list[Found] = []
    with hq.database.reading() as connection:
        for table, column, note in (
            (redemption_fact, redemption_fact.c.redemption_id, "redemption"),
            (journal, journal.c.entry_id, "entry"),
        ):
            row = connection.execute(
                select(table.c.device, table.c.epoch, table.c.seq, device.c.store)
                .select_from(table.outerjoin(device, device.c.device_id == table.c.device))
                .where(column == text)
            ).one_or_none()
            if row is not None and (not actor.ceilings.stores or row.store in actor.ceilings.stores):
                place = place_of(row.device, row.epoch, row.seq)
                found.append(Found(text, f"/console/journal/{place}", f"{note} {place}"))
    return found


def an_entry(hq: Hq) -> str | None:
    """Return an entry to look at: an order with its trace, if there is one."""
    newest = select(order_fact.c.device, order_fact.c.epoch, order_fact.c.seq).order_by(
        order_fact.c.t_eff.desc()
    )
    with hq.database.reading() as connection:
        row = connection.execute(newest.limit(1)).one_or_none()
    return None if row is None else place_of(*row)


pages.example("/{place}", place=an_entry)

"""Journals, by the API: read only."""

from typing import Annotated, Any

from fastapi import Query as Parameters
from pydantic import Field

from app.core.canonical import INTEGER_MAX
from hq.access.scopes import Scope
from hq.api.models import PATTERN, Page, to_page
from hq.api.paging import Paging, cut, page_of
from hq.api.routing import Asked, Routes
from hq.journal import reading
from hq.journal.desk_schemas import EntryAnswer, EntryWholeAnswer

routes = Routes("journal", "What stations recorded, entry by entry, and what HQ made of it.")
Moment = Annotated[int, Field(ge=0, le=INTEGER_MAX)]
Text = Annotated[str, Field(max_length=40, pattern=PATTERN)]


class EntryList(Paging):
    """Which entries, by when HQ took them in: from `since_ms` on, before `until_ms`."""

    device: Text | None = None
    store: Text | None = None
    type: Text | None = None
    verdict: Text | None = None
    since_ms: Moment | None = None
    until_ms: Moment | None = None


@routes.get("", needs=Scope.JOURNAL_READ, answers=Page[EntryAnswer])
def list_journal(ask: Asked, asked: Annotated[EntryList, Parameters()]) -> Any:
    """List entries, those that came last first. `verdict` is the first word on them."""
    wanted = reading.EntryFilter(
        asked.device, asked.store, asked.type, asked.verdict, asked.since_ms, asked.until_ms
    )
    statement = page_of(reading.statement_of(ask.actor, wanted), reading.IN_ORDER, asked, kinds=reading.KINDS)
    shown, following = cut(reading.list_entries(ask.hq, statement), asked, reading.order_place)
    return to_page(EntryAnswer, shown, following)


@routes.get("/{place}", needs=Scope.JOURNAL_READ, answers=EntryWholeAnswer, faults=(404,))
def read_entry(ask: Asked, place: str) -> Any:
    """Read one entry: its body, HQ's words on it, what it moved, and why each rule applied or not."""
    return EntryWholeAnswer.model_validate(reading.find_entry(ask.hq, ask.actor, place))

"""Exceptions, by the API: what a person must look at, and what they decide."""

from typing import Annotated, Any, Literal

from fastapi import Query as Parameters
from pydantic import Field

from hq.access.scopes import Scope
from hq.api.models import PATTERN, Page, to_page
from hq.api.paging import Paging, cut, page_of
from hq.api.routing import Asked, Routes
from hq.journal import inbox
from hq.journal.desk import Case
from hq.journal.desk_schemas import DecisionAsked, ExceptionAnswer, ExceptionChange

routes = Routes("exceptions", "Entries and devices that a person must look at.")
Text = Annotated[str, Field(max_length=60, pattern=PATTERN)]


class ExceptionList(Paging):
    """Which exceptions: open ones unless `state` says otherwise."""

    state: Literal["open", "closed", "all"] = "open"
    store: Text | None = None
    device: Text | None = None
    flag: Text | None = None
    assigned: Text | None = None


@routes.get("", needs=Scope.JOURNAL_READ, answers=Page[ExceptionAnswer])
def list_exceptions(ask: Asked, asked: Annotated[ExceptionList, Parameters()]) -> Any:
    """List exceptions, those that wait longest first."""
    state = None if asked.state == "all" else asked.state
    wanted = inbox.CaseFilter(state, asked.store, asked.device, asked.flag, asked.assigned)
    statement = page_of(
        inbox.statement_of(ask.actor, wanted), inbox.IN_ORDER, asked, kinds=inbox.KINDS, newest_first=False
    )
    shown, following = cut(inbox.list_exceptions(ask.hq, statement), asked, _place)
    return to_page(ExceptionAnswer, shown, following)


@routes.get("/{case_id}", needs=Scope.JOURNAL_READ, answers=ExceptionAnswer, faults=(404,))
def read_exception(ask: Asked, case_id: str) -> Any:
    """Read one exception with all that was done with it."""
    return ExceptionAnswer.model_validate(inbox.find_exception(ask.hq, ask.actor, case_id))


@routes.patch(
    "/{case_id}",
    needs=Scope.EXCEPTIONS_DECIDE,
    answers=ExceptionAnswer,
    faults=(404, 409),
    is_versioned=False,
)
def update_exception(ask: Asked, case_id: str, asked: ExceptionChange) -> Any:
    """Say who looks at it, or keep a word beside it."""
    found = inbox.find_exception(ask.hq, ask.actor, case_id)
    if asked.assigned is not None:
        found = inbox.assign(ask.hq, ask.actor, case_id, to=asked.assigned)
    if asked.note is not None:
        found = inbox.note(ask.hq, ask.actor, case_id, asked.note)
    return ExceptionAnswer.model_validate(found)


@routes.post(
    "/{case_id}/decide", needs=Scope.EXCEPTIONS_DECIDE, answers=ExceptionAnswer, status=200, faults=(404,)
)
def decide_exception(ask: Asked, case_id: str, asked: DecisionAsked) -> Any:
    """Accept the loss, take points back, note that somebody was asked, stop what made it possible, or post it."""
    decided = inbox.Decided(asked.decision, asked.note, asked.points, asked.stop)
    return ExceptionAnswer.model_validate(inbox.decide(ask.hq, ask.actor, case_id, decided))


def _place(found: Case) -> tuple[int, str]:
    return found.opened_ms, found.case_id

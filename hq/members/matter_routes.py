"""Matters of members, by the API: what they came with, who looks after it, and how it ended."""

from typing import Annotated, Any

from fastapi import Query as Parameters
from fastapi import Response

from hq.access.scopes import Scope
from hq.api.etags import asked_version, versioned
from hq.api.models import Page, to_page
from hq.api.paging import Paging
from hq.api.routing import Asked, Routes
from hq.members.finding import see
from hq.members.matter_lists import MatterList, list_matters
from hq.members.matter_schemas import MatterAnswer, MatterAsked, MatterChange, MatterRowAnswer
from hq.members.matters import Changes, Matter, NewMatter, change_matter, find_matter, open_matter
from hq.members.routes import routes as members

routes = Routes("matters", "What members came with: questions, complaints, requests and praise.")


@members.get("/{ref}/matters", needs=Scope.MEMBERS_READ, answers=Page[MatterRowAnswer])
def list_matters_of(ask: Asked, ref: str, asked: Annotated[Paging, Parameters()]) -> Any:
    """List what a member came with, the newest first."""
    of = see(ask.hq, ask.actor, ref)
    wanted = MatterList(state="all", member=of, limit=asked.limit, cursor=asked.cursor)
    return to_page(MatterRowAnswer, *list_matters(ask.hq, ask.actor, wanted))


@members.post("/{ref}/matters", needs=Scope.MEMBERS_WRITE, answers=MatterAnswer)
def open_matter_of(ask: Asked, ref: str, asked: MatterAsked, response: Response) -> Any:
    """Write down what a member came with."""
    new = NewMatter(asked.kind, asked.channel, asked.text, asked.owner, asked.order)
    return _answer(open_matter(ask.hq, ask.actor, ref, new), response)


@routes.get("", needs=Scope.MEMBERS_READ, answers=Page[MatterRowAnswer], faults=(404,))
def list_all_matters(ask: Asked, asked: Annotated[MatterList, Parameters()]) -> Any:
    """List matters: those that aren't closed by what their members are worth, then by age; closed ones the newest."""
    return to_page(MatterRowAnswer, *list_matters(ask.hq, ask.actor, asked))


@routes.get("/{matter_id}", needs=Scope.MEMBERS_READ, answers=MatterAnswer)
def read_matter(ask: Asked, matter_id: str, response: Response) -> Any:
    """Read a matter with all that was done with it."""
    return _answer(find_matter(ask.hq, ask.actor, matter_id), response)


@routes.patch("/{matter_id}", needs=Scope.MEMBERS_WRITE, answers=MatterAnswer, faults=(404, 409))
def update_matter(ask: Asked, matter_id: str, asked: MatterChange, response: Response) -> Any:
    """Give a matter to somebody, move it on, close it or note something; with `If-Match` only if nobody else did."""
    changes = Changes(asked.kind, asked.owner, asked.state, asked.outcome, asked.order, asked.note or "")
    done = change_matter(ask.hq, ask.actor, matter_id, changes, version=asked_version(ask.request))
    return _answer(done, response)


def _answer(found: Matter, response: Response) -> MatterAnswer:
    versioned(response, found.version)
    return MatterAnswer.model_validate(found)

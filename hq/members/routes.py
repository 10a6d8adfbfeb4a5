"""Members, by the API."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from hq.access.scopes import Scope
from hq.api.etags import check_match
from hq.api.models import Page, to_page
from hq.api.paging import Paging
from hq.api.routing import Asked, Routes, of_nothing
from hq.faults import HqFault, Malformed
from hq.members import bulk, finding, keeping, notes
from hq.members.applying import Applying
from hq.members.attributes import Side
from hq.members.schemas import (
    BulkAnswer,
    BulkAsked,
    BulkResult,
    ConsentAnswer,
    ConsentAsked,
    JoiningAsked,
    MemberAnswer,
    MemberAsked,
    MemberRowAnswer,
    NewMemberAsked,
    NoteAnswer,
    NoteAsked,
    PersonalAnswer,
    PutAnswer,
    UpsertAsked,
)

routes = Routes("members", "The customers in the scheme: who they are, and what is known of them.")
TEXT = r"^[^\x00]*$"


class MemberList(Paging):
    """Which members. `q` is any id, number, phone, e-mail address or part of a name."""

    q: Annotated[str, Field(max_length=254, pattern=TEXT)] = ""
    store: Annotated[str, Field(max_length=40, pattern=TEXT)] = ""
    tier: Annotated[str, Field(max_length=40, pattern=TEXT)] = ""
    segment: Annotated[str, Field(max_length=80, pattern=TEXT)] = ""


@routes.get("", needs=Scope.MEMBERS_READ, answers=Page[MemberRowAnswer])
def list_members(ask: Asked, asked: Annotated[MemberList, Query()]) -> Any:
    """List members, those who joined last first."""
    wanted = finding.Wanted(asked.q, asked.store, asked.tier, asked.segment)
    return to_page(MemberRowAnswer, *finding.list_members(ask.hq, ask.actor, wanted, asked))


@routes.post("", needs=Scope.MEMBERS_WRITE, answers=PutAnswer)
def create_member(ask: Asked, asked: NewMemberAsked) -> Any:
    """Add a member, if the rules for joining let them: a refusal (409) says the `reasons`.

    An external id that is somebody's already is a conflict too.
    """
    said = said_of(asked, external_id=asked.external_id, applying=applying_of(asked.joining))
    return PutAnswer.model_validate(keeping.add_new(ask.hq, ask.actor, said, side=Side.CRM))


@routes.post("/bulk", needs=Scope.MEMBERS_WRITE, answers=BulkAnswer, status=200)
def put_members(ask: Asked, asked: BulkAsked) -> Any:
    """Add or change up to 500 members by their external ids, each by itself."""
    members = [said_of(each, external_id=each.external_id) for each in asked.members]
    found = bulk.put_members(ask.hq, ask.actor, members, side=Side.CRM)
    return BulkAnswer(
        results=[_result(each.external_id, came) for each, came in zip(asked.members, found, strict=True)]
    )


def _result(external_id: str, came: keeping.Put | HqFault) -> BulkResult:
    if isinstance(came, HqFault):
        return BulkResult(external_id=external_id, ref=None, is_new=False, problem=str(came))
    return BulkResult(external_id=external_id, ref=came.ref, is_new=came.is_new, problem=None)


@routes.get("/by/{external_id}", needs=Scope.MEMBERS_READ, answers=MemberAnswer, faults=(404,))
def read_member_by(ask: Asked, external_id: str) -> Any:
    """Read a member by what another system calls them."""
    found = finding.find_by_external(ask.hq, external_id)
    finding.see(ask.hq, ask.actor, found.row.ref)
    return member_answer(found)


@routes.put("/by/{external_id}", needs=Scope.MEMBERS_WRITE, answers=PutAnswer, faults=(409,))
def put_member_by(ask: Asked, external_id: str, asked: UpsertAsked) -> Any:
    """Add a member, or change them, by what another system calls them."""
    applying = None if asked.joining is None else applying_of(asked.joining)
    said = said_of(asked, external_id=external_id, applying=applying)
    put = keeping.put_member(ask.hq, ask.actor, said, side=Side.CRM, check=_matching(ask))
    return PutAnswer.model_validate(put)


@routes.get("/{ref}", needs=Scope.MEMBERS_READ, answers=MemberAnswer, faults=(404,))
def read_member(ask: Asked, ref: str) -> Any:
    """Read a member, by a reference that was merged into theirs too."""
    return member_answer(finding.find_member(ask.hq, finding.see(ask.hq, ask.actor, ref)))


@routes.patch("/{ref}", needs=Scope.MEMBERS_WRITE, answers=MemberAnswer, faults=(404, 409))
def change_member(ask: Asked, ref: str, asked: MemberAsked) -> Any:
    """Change what is said of a member."""
    ref = finding.see(ask.hq, ask.actor, ref)
    keeping.put_member(ask.hq, ask.actor, said_of(asked, ref=ref), side=Side.CRM, check=_matching(ask))
    return member_answer(finding.find_member(ask.hq, finding.see(ask.hq, ask.actor, ref)))


@routes.get("/{ref}/consents", needs=Scope.MEMBERS_READ, answers=Page[ConsentAnswer], faults=(404,))
def list_consents(ask: Asked, ref: str) -> Any:
    """List what a member said last about each thing they were asked."""
    ref = finding.see(ask.hq, ask.actor, ref)
    return to_page(ConsentAnswer, list(finding.find_member(ask.hq, ref).consents), None)


@routes.post("/{ref}/consents", needs=Scope.MEMBERS_WRITE, answers=Page[ConsentAnswer], faults=(404,))
def add_consent(ask: Asked, ref: str, asked: ConsentAsked) -> Any:
    """Note what a member said when they were asked; what they said before stays on record."""
    ref = finding.see(ask.hq, ask.actor, ref)
    said = keeping.Said(ref=ref, consents=(_consent(asked),))
    keeping.put_member(ask.hq, ask.actor, said, side=Side.CRM)
    return list_consents(ask, ref)


@routes.get("/{ref}/notes", needs=Scope.MEMBERS_READ, answers=Page[NoteAnswer], faults=(404,))
def list_notes(ask: Asked, ref: str) -> Any:
    """List the newest notes about a member."""
    return to_page(NoteAnswer, notes.list_notes(ask.hq, finding.see(ask.hq, ask.actor, ref)), None)


@routes.post("/{ref}/notes", needs=Scope.MEMBERS_WRITE, answers=NoteAnswer, faults=(404,))
def add_note(ask: Asked, ref: str, asked: NoteAsked) -> Any:
    """Write a note about a member."""
    return NoteAnswer.model_validate(
        notes.add_note(ask.hq, ask.actor, finding.see(ask.hq, ask.actor, ref), asked.text)
    )


@routes.delete("/{ref}/notes/{note_id}", needs=Scope.MEMBERS_WRITE, faults=(404,), is_versioned=False)
def remove_note(ask: Asked, ref: str, note_id: str) -> Any:
    """Take a note away."""
    notes.remove_note(ask.hq, ask.actor, finding.see(ask.hq, ask.actor, ref), note_id)
    return of_nothing()


def said_of(
    asked: MemberAsked,
    *,
    ref: str | None = None,
    external_id: str | None = None,
    applying: Applying | None = None,
) -> keeping.Said:
    """Return what a body says of a member."""
    return keeping.Said(
        ref=ref,
        external_id=external_id,
        personal={name: text for name, text in asked.personal.model_dump().items() if text is not None},
        number=asked.number,
        home_store=asked.home_store,
        attributes=asked.attributes,
        consents=tuple(map(_consent, asked.consents)),
        applying=applying,
    )


def applying_of(asked: JoiningAsked) -> Applying:
    """Return what somebody says to join. Raises `Malformed`."""
    try:
        purchases = tuple((date.fromisoformat(each.day), each.amount) for each in asked.purchases)
    except ValueError as problem:
        raise Malformed("A day is written like 2026-05-17.") from problem
    return Applying(asked.country, asked.invitation, purchases)


def member_answer(found: finding.MemberWhole) -> MemberAnswer:
    """Return a member as the API says them."""
    row = MemberRowAnswer.model_validate(found.row)
    return MemberAnswer(
        **row.model_dump(),
        personal=PersonalAnswer(**found.personal),
        consents=[ConsentAnswer.model_validate(each) for each in found.consents],
        aliases=list(found.aliases),
        stores=sorted(found.stores),
        wallet=dict(found.money),
    )


def _consent(asked: ConsentAsked) -> keeping.ConsentSaid:
    return keeping.ConsentSaid(asked.what, asked.version, asked.language, asked.is_given)


def _matching(ask: Asked) -> Any:
    return lambda version: check_match(ask.request, version)

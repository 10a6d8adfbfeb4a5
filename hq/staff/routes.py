"""Head office's people, by the API."""

from typing import Any

from fastapi import Response

from hq.access.routes import ceilings_of
from hq.access.scopes import SCOPES_OF, Scope
from hq.api.etags import asked_version, versioned
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes, of_nothing
from hq.staff import office
from hq.staff.passwords import Link
from hq.staff.schemas import LinkAnswer, RoleAnswer, StaffAnswer, StaffAsked, StaffChange, StaffRemoval

PASSWORD_PLACE = "/console/password?token="  # noqa: S105 where a password is chosen, and none itself
routes = Routes("staff", "Head office's people, their roles and ceilings. The staff of stores is elsewhere.")


@routes.get("", needs=Scope.STAFF_READ, answers=Page[StaffAnswer])
def list_staff(ask: Asked) -> Any:
    """List who works at head office, by name."""
    return to_page(StaffAnswer, office.list_office(ask.hq), None)


@routes.post("", needs=Scope.STAFF_WRITE, answers=LinkAnswer, is_kept=False)
def add_staff(ask: Asked, asked: StaffAsked) -> Any:
    """Let somebody work at head office. The answer's link chooses their password; it is shown this once."""
    ceilings = None if asked.ceilings is None else ceilings_of(asked.ceilings)
    return _said(
        office.add_office_person(ask.hq, ask.actor, name=asked.name, role=asked.role, ceilings=ceilings)
    )


@routes.get("/roles", needs=Scope.STAFF_READ, answers=Page[RoleAnswer])
def list_roles(ask: Asked) -> Any:
    """List the roles and the rights of each."""
    return {
        "items": [{"role": role, "scopes": sorted(scopes)} for role, scopes in SCOPES_OF.items()],
        "next": None,
    }


@routes.get("/{name}", needs=Scope.STAFF_READ, answers=StaffAnswer, faults=(404,))
def read_staff(ask: Asked, name: str, response: Response) -> Any:
    """Read somebody of head office."""
    return _answer(office.find_office_person(ask.hq, name), response)


@routes.patch("/{name}", needs=Scope.STAFF_WRITE, answers=StaffAnswer, faults=(404, 409))
def change_staff(ask: Asked, name: str, asked: StaffChange, response: Response) -> Any:
    """Change somebody's role or ceilings; with `If-Match` only if nobody else did meanwhile."""
    ceilings = None if asked.ceilings is None else ceilings_of(asked.ceilings)
    return _answer(
        office.change_office_person(
            ask.hq,
            ask.actor,
            name,
            role=asked.role,
            ceilings=ceilings,
            version=asked_version(ask.request),
        ),
        response,
    )


@routes.post("/{name}/remove", needs=Scope.STAFF_WRITE, status=204, faults=(404,))
def remove_staff(ask: Asked, name: str, asked: StaffRemoval) -> Any:
    """Let somebody in no more, at once."""
    office.remove_office_person(ask.hq, ask.actor, name, reason=asked.reason)
    return of_nothing()


@routes.post("/{name}/link", needs=Scope.STAFF_WRITE, answers=LinkAnswer, faults=(404,), is_kept=False)
def give_staff_link(ask: Asked, name: str) -> Any:
    """Make a link by which somebody chooses a new password; a locked name is let in again."""
    return _said(office.give_link(ask.hq, ask.actor, name))


@routes.post("/{name}/unlock", needs=Scope.STAFF_WRITE, answers=StaffAnswer, status=200, faults=(404,))
def unlock_staff(ask: Asked, name: str, response: Response) -> Any:
    """Let a name be tried again whose password was wrong too often."""
    return _answer(office.unlock(ask.hq, ask.actor, name), response)


def _said(link: Link) -> LinkAnswer:
    return LinkAnswer(staff=link.staff, place=PASSWORD_PLACE + link.token, expires_ms=link.expires_ms)


def _answer(found: office.OfficePerson, response: Response) -> StaffAnswer:
    versioned(response, found.version)
    return StaffAnswer.model_validate(found)

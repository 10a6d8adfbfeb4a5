"""Head office's people on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from hq.access.schemas import CeilingsAsked, CeilingsPart
from hq.access.scopes import Role
from hq.api.models import PATTERN, Answer, Body, Line, Moment

StaffName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PATTERN)]
RoleAsked = Annotated[Role, Field(strict=False)]


class StaffAsked(Body):
    """Somebody who is to work at head office."""

    name: StaffName
    role: RoleAsked
    ceilings: CeilingsAsked | None = None


class StaffChange(Body):
    """What is to be otherwise; what isn't said stays."""

    role: RoleAsked | None = None
    ceilings: CeilingsAsked | None = None


class StaffRemoval(Body):
    """Why somebody is let in no more."""

    reason: Line = ""


class StaffAnswer(Answer):
    """Somebody of head office. `locked_until_ms` is 0 where they may try to sign in."""

    name: str
    role: Role
    ceilings: CeilingsPart
    has_password: bool
    version: int
    created_ms: Moment
    signed_in_ms: Moment
    locked_until_ms: Moment


class LinkAnswer(Answer):
    """A way to choose a password, good once: `place` is behind this HQ's address, and in this answer only."""

    staff: str
    place: str
    expires_ms: Moment


class RoleAnswer(Answer):
    """A role and the rights that it has."""

    role: Role
    scopes: list[str]

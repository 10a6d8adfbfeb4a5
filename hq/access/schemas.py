"""Keys on the wire."""

from typing import Annotated

from pydantic import Field

from hq.access.scopes import Scope
from hq.api.models import Amount, Answer, Body, Moment, Name, Points


class CeilingsPart(Answer):
    """Above what another's approval is needed; none where nothing is said."""

    percent: int | None = None
    amount: int | None = None
    points: int | None = None
    stores: list[str] = Field(default_factory=list)


class CeilingsAsked(Body):
    """The same as it is asked for."""

    percent: Annotated[int, Field(ge=0, le=10_000)] | None = None
    amount: Amount | None = None
    points: Annotated[Points, Field(ge=0)] | None = None
    stores: Annotated[list[Name], Field(max_length=1_000, default_factory=list)]


class KeyAsked(Body):
    """A key to be made."""

    name: Annotated[Name, Field(max_length=60)]
    scopes: Annotated[list[Annotated[Scope, Field(strict=False)]], Field(min_length=1, max_length=60)]
    ceilings: CeilingsAsked | None = None


class RotationAsked(Body):
    """How long the old key stays good."""

    overlap_hours: Annotated[int, Field(ge=0, le=24 * 90)] = 24


class KeyAnswer(Answer):
    """A key without its secret."""

    key_id: str
    name: str
    scopes: list[Scope]
    ceilings: CeilingsPart
    created_by: str
    created_ms: Moment
    expires_ms: Moment | None
    revoked_ms: Moment | None
    last_used_ms: Moment | None
    replaces: str | None


class NewKeyAnswer(KeyAnswer):
    """A key that was just made: `text` is shown this once."""

    text: str

"""What bodies of the API are made of: strict in, complete out.

A request's model refuses what it does not know and reads no text as a number; an answer's model is built from the
dataclass that a service returns.
"""

from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from app.core.canonical import INTEGER_MAX
from app.core.order import AMOUNT_MAX

T = TypeVar("T")

# One line of text that both databases keep as it is: no control characters, PostgreSQL's forbidden one least of all.
PATTERN = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PATTERN)]
Line = Annotated[str, StringConstraints(max_length=300, pattern=PATTERN)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
MemberRef = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{13}$")]
Amount = Annotated[int, Field(ge=0, le=AMOUNT_MAX, description="Minor units of the program's currency.")]
Points = Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX, description="Whole points.")]
Moment = Annotated[int, Field(ge=0, le=INTEGER_MAX, description="UTC, milliseconds since 1970.")]


def _is_day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("A day is written like 2026-11-28.")
    return text


# A day in the program's time zone, as ISO 8601 writes it.
Day = Annotated[str, AfterValidator(_is_day), WithJsonSchema({"type": "string", "format": "date"})]


class Body(BaseModel):
    """Of a request."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """The parameters behind the question mark: texts, so numbers are read from them; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """Of an answer."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Page(Answer, Generic[T]):
    """Some rows of a list, and where the next ones begin; without `next` there are no more."""

    items: list[T]
    next: str | None = None


class Problem(Answer):
    """An error (RFC 9457): `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None

    model_config = ConfigDict(extra="allow")


def to_page(kind: type[Any], found: list[Any], following: str | None) -> dict[str, Any]:
    """Return a page of answers made from what a service returned."""
    return {"items": [kind.model_validate(each) for each in found], "next": following}

"""Segments on the wire."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Answer, Body, Moment, Name
from hq.segments.by_hand import MEMBERS_AT_ONCE

SegmentId = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PATTERN)]
Tree = Annotated[
    dict[str, Any], Field(description="A condition as in programs, about members, history and events.")
]


class SegmentAsked(Body):
    """A segment to be made."""

    segment_id: SegmentId
    name: Name
    kind: Literal["static", "dynamic"]
    condition: Tree | None = None


class SegmentChange(Body):
    """What to change of a segment."""

    name: Name | None = None
    condition: Tree | None = None


class MembersAsked(Body):
    """Members of a static segment, by reference or printed number."""

    members: Annotated[list[Word], Field(min_length=1, max_length=MEMBERS_AT_ONCE)]


class ConditionAsked(Body):
    """A condition to be counted."""

    condition: Tree


class SegmentAnswer(Answer):
    """A segment. `is_current`: its members are those of today."""

    segment_id: str
    name: str
    kind: str
    state: str
    condition: dict[str, Any] | None
    version: int
    members: int
    is_current: bool
    refreshed_ms: Moment
    created_ms: Moment
    changed_ms: Moment
    who: str


class SegmentMemberAnswer(Answer):
    """Somebody in a segment."""

    ref: str
    name: str
    tier: str
    since_ms: Moment


class SizeAnswer(Answer):
    """How many were in a segment on a day."""

    day: str
    members: int


class ListedAnswer(Answer):
    """How many members moved, and which words were nobody's."""

    moved: int
    unknown: list[str]


class CountAnswer(Answer):
    """How many members a condition holds for, of how many."""

    members: int
    of: int
    is_estimate: bool


class UseAnswer(Answer):
    """What goes by a segment."""

    kind: str
    id: str
    name: str

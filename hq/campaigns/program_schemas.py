"""The program's parts and versions on the wire."""

from typing import Annotated, Any

from pydantic import Field

from hq.api.models import Answer, Body, Moment, Name, Query
from hq.campaigns.schemas import Note, RanAnswer

PartNames = Annotated[list[Name], Field(max_length=40, default_factory=list)]


class PartAsked(Body):
    """What a part is to become: a list or an object as docs/program.md has it; null takes it out."""

    body: dict[str, Any] | list[Any] | None


class PartAnswer(Answer):
    """A part: what it is to become, and what is published."""

    part: str
    body: Any
    published: Any
    has_changes: bool
    version: int
    changed_by: str
    changed_ms: Moment


class PartsList(Query):
    """Which parts; without any all that were changed."""

    parts: Annotated[str, Field(max_length=400, pattern=r"^[a-z_,]*$")] = ""


class PartsPublished(Body):
    """Which parts to publish; without any all that were changed. `is_meant`: somebody has looked at what is doubted."""

    parts: PartNames
    note: Note = ""
    is_meant: bool = False


class PartsCheckAnswer(Answer):
    """What stands in the way of publishing parts."""

    parts: list[str]
    problem: str
    doubts: list[str]
    others_failed: list[RanAnswer]
    is_ready: bool


class ProgramVersionAnswer(Answer):
    """A published version of the program."""

    version: int
    published_ms: Moment


class WholeProgramAnswer(Answer):
    """A published program: program format 1 (docs/program.md)."""

    version: int
    program: dict[str, Any]

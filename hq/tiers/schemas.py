"""Tiers on the wire."""

from typing import Annotated, Any

from pydantic import Field

from hq.api.models import Answer, Body
from hq.campaigns.schemas import Note
from hq.jobs.schemas import JobAnswer


class TiersAsked(Body):
    """The tiers there are to be, lowest first, as docs/program.md has them; none takes them out."""

    tiers: Annotated[list[dict[str, Any]], Field(max_length=50)]


class TiersPublished(Body):
    """`is_meant`: somebody has looked at what is doubted."""

    note: Note = ""
    is_meant: bool = False


class TiersAnswer(Answer):
    """The tiers as drafted and as published."""

    tiers: list[dict[str, Any]]
    published: list[dict[str, Any]]
    has_changes: bool
    version: int
    changed_by: str
    changed_ms: int


class MoveAnswer(Answer):
    """From one tier into another, and how many members."""

    was: str
    becomes: str
    members: int


class MoverAnswer(Answer):
    """A member who would move."""

    member: str
    was: str
    becomes: str


class DryRunAnswer(Answer):
    """Who would move, once the job is done; `movers` are some of those who would."""

    job: JobAnswer
    looked_at: int
    would_move: int
    moves: list[MoveAnswer]
    movers: list[MoverAnswer]

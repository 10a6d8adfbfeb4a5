"""Matters of members on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Answer, Body, Moment
from hq.members.matters import Channel, MatterKind, MatterState, Outcome
from hq.members.schemas import NoteText

Owner = Annotated[
    str,
    StringConstraints(max_length=60, pattern=PATTERN),
    Field(description="Of head office; empty: nobody."),
]
OrderEntry = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9a-f]{32})?$"),
    Field(description="The id of the entry of an order of the member's; empty: about none."),
]


class MatterAsked(Body):
    """What a member came with: in their words or in yours."""

    kind: Annotated[MatterKind, Field(strict=False)]
    channel: Annotated[Channel, Field(strict=False)]
    text: NoteText
    owner: Owner = ""
    order: OrderEntry = ""


class MatterChange(Body):
    """What is to be another. Closing says the `outcome`; a closed matter can be opened again, and nothing else."""

    kind: Annotated[MatterKind, Field(strict=False)] | None = None
    owner: Owner | None = None
    state: Annotated[MatterState, Field(strict=False)] | None = None
    outcome: Annotated[Outcome, Field(strict=False)] | None = None
    order: OrderEntry | None = None
    note: NoteText | None = None


class MatterRowAnswer(Answer):
    """A matter. `value`: what the member's orders of the year before it came to, as minor units."""

    matter_id: Annotated[str, Field(description="Such as `M-17`.")]
    member: str
    member_name: str
    kind: MatterKind
    channel: Channel
    text: str
    order: str
    owner: str
    state: MatterState
    outcome: Annotated[str, Field(description="Empty while it isn't closed.")]
    value: int
    opened_by: str
    opened_ms: Moment
    changed_ms: Moment
    version: int


class ChangedAnswer(Answer):
    """What was changed, from what to what."""

    what: str
    before: str
    after: str


class MatterEventAnswer(Answer):
    """What somebody did with a matter."""

    at_ms: Moment
    who: str
    changes: list[ChangedAnswer]
    note: str


class MatterAnswer(MatterRowAnswer):
    """A matter with all that was done with it, the oldest first."""

    events: list[MatterEventAnswer]

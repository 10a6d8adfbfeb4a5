"""What is stopped, on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Answer, Body, Moment
from hq.stops.store import NOTE_LENGTH_MAX

What = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, pattern=PATTERN),
    Field(description="`program`, or `campaign:`, `rule:`, `referral:`, `member:` or `code:` and its name."),
]


class StopAsked(Body):
    """What to stop everywhere, and why."""

    what: What
    note: Annotated[str, StringConstraints(max_length=NOTE_LENGTH_MAX, pattern=PATTERN)] = ""


class LiftAsked(Body):
    """What to let go again."""

    what: What
    note: Annotated[str, StringConstraints(max_length=NOTE_LENGTH_MAX, pattern=PATTERN)] = ""


class ChangedAnswer(Answer):
    """What a stop or its end did: by which version of the list, and whether anything changed.

    `before_program`: it stays stopped for stations that still decide by an older program.
    """

    what: str
    version: int
    is_new: bool
    before_program: int | None


class StopAnswer(Answer):
    """Something that is stopped, since when and by which version of the list, and who has not heard of it yet."""

    what: str
    version: int
    since_ms: Moment
    note: str
    who: str
    before_program: int | None
    devices: int
    heard: int
    missing: list[str]
    is_of_backup: bool

"""Journals and exceptions on the wire."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.core.order import AMOUNT_MAX
from hq.api.models import PATTERN, Answer, Body, Line, Moment
from hq.journal.inbox import Decision

StaffName = Annotated[str, StringConstraints(max_length=60, pattern=PATTERN)]


class EntryAnswer(Answer):
    """An entry of a journal. `verdict` and `flags` are HQ's newest word on it."""

    place: Annotated[str, Field(description="Device, epoch and number, such as `D0…-1-17`.")]
    device: str
    epoch: int
    seq: int
    entry_id: str | None
    type: str
    store: Annotated[str, Field(description="Empty where HQ itself wrote it.")]
    received_ms: Moment
    verdict: str
    flags: list[str]
    case_id: str | None


class WordAnswer(Answer):
    """A word of HQ on an entry."""

    verdict: str
    flags: list[str]
    case_id: str | None
    said_ms: Moment


class MovedAnswer(Answer):
    """What an entry moved in the books: whole points, or minor units of a currency."""

    account: str
    unit: str
    amount: int


class TracedAnswer(Answer):
    """What a rule did with an order, or the codes of the reasons why not."""

    rule: str
    campaign: str
    is_approved: bool
    discount: int
    points: int
    reasons: list[str]


class EntryWholeAnswer(Answer):
    """An entry with its body, as text and as JSON where it is any, and all that HQ made of it."""

    seen: EntryAnswer
    hash: str
    body: str
    said: dict[str, Any] | None
    words: list[WordAnswer]
    moved: list[MovedAnswer]
    trace: list[TracedAnswer]
    carried: Annotated[str | None, Field(description="The entry of an earlier epoch that this one carries.")]


class EventAnswer(Answer):
    """Something done with an exception."""

    what: str
    who: str
    note: str
    at_ms: Moment


class ExceptionAnswer(Answer):
    """An entry, or a device (then `seq` is 0), that a person must look at."""

    case_id: str
    device: str
    epoch: int
    seq: int
    store: str
    flags: list[str]
    detail: str
    state: str
    owner: str
    assigned: str
    decision: str
    amount: Annotated[int, Field(description="What its entry gave away, in minor units of `unit`.")]
    unit: str
    opened_ms: Moment
    verdict: str
    events: list[EventAnswer]


class ExceptionChange(Body):
    """Who of head office looks at it (nobody with an empty name), and a word for whoever reads it later."""

    assigned: StaffName | None = None
    note: Annotated[Line, StringConstraints(min_length=1)] | None = None


class DecisionAsked(Body):
    """What is decided: `points` are taken back by `reverse`; `stop` is what `rule` stops, such as `campaign:spring`."""

    decision: Annotated[Decision, Field(strict=False)]
    note: Annotated[Line, StringConstraints(min_length=1)]
    points: Annotated[int, Field(ge=0, le=AMOUNT_MAX)] = 0
    stop: Line = ""

"""Webhooks on the wire."""

from typing import Annotated, Any, Literal

from pydantic import Field

from hq.api.models import Answer, Body, Moment, Name, Query
from hq.api.paging import Paging
from hq.webhooks.guard import URL_MAX
from hq.webhooks.outbox import Kind

State = Literal["on", "off", "given_up"]
DeliveryState = Literal["waiting", "delivered", "given_up"]
KindAsked = Annotated[Kind, Field(strict=False)]
Url = Annotated[str, Field(min_length=1, max_length=URL_MAX, pattern=r"^https?://[!-~]+$")]


class EndpointAsked(Body):
    """An endpoint to be made; without `kinds` it hears of everything."""

    name: Name
    url: Url
    kinds: Annotated[list[KindAsked], Field(max_length=len(Kind), default_factory=list)]
    is_on: bool = True


class EndpointChange(Body):
    """What is to be changed of one; what isn't said stays."""

    name: Name | None = None
    url: Url | None = None
    kinds: Annotated[list[KindAsked], Field(max_length=len(Kind))] | None = None
    is_on: bool | None = None


class RotationAsked(Body):
    """How long the old secret signs beside the new one."""

    overlap_hours: Annotated[int, Field(ge=0, le=24 * 30)] = 24


class SinceAsked(Body):
    """From when on events are to be sent once more."""

    since_ms: Moment


class EndpointAnswer(Answer):
    """An endpoint without its secret. `waiting` counts what is yet to come through to it."""

    endpoint_id: str
    name: str
    url: str
    kinds: list[str]
    state: State
    version: int
    created_by: str
    created_ms: Moment
    failing_since_ms: Moment | None
    old_until_ms: Annotated[
        int | None, Field(description="Until then the secret before the last one signs too.")
    ]
    waiting: int


class NewEndpointAnswer(EndpointAnswer):
    """An endpoint with a secret that was just made, which is shown this once."""

    secret: str


class AttemptAnswer(Answer):
    """One try: `status` 0 is no answer."""

    at_ms: Moment
    took_ms: int
    status: int
    said: str


class DeliveryAnswer(Answer):
    """One event for one endpoint."""

    event_id: str
    kind: str
    at_ms: Moment
    state: DeliveryState
    tries: int
    due_ms: Moment
    done_ms: Moment | None


class WholeDeliveryAnswer(DeliveryAnswer):
    """The same with what is sent and how each try went."""

    body: str
    attempts: list[AttemptAnswer]


class ReplayAnswer(Answer):
    """How many events are sent once more."""

    events: int


class TestAnswer(Answer):
    """The event that tries an endpoint out."""

    event_id: str


class EventAnswer(Answer):
    """Something that happened, with its data as endpoints get it."""

    event_id: str
    type: str
    at_ms: Moment
    data: dict[str, Any]


class DeliveryList(Paging):
    """Which deliveries."""

    state: DeliveryState | None = None


class EventList(Query):
    """Which part of the feed: behind `cursor`, the oldest first."""

    cursor: Annotated[int, Field(ge=0, le=(1 << 53) - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=1_000)] = 200
    kind: Annotated[list[Kind] | None, Field(max_length=len(Kind))] = None


class FeedAnswer(Answer):
    """Some events, and the cursor to ask with the next time: also where there were none."""

    items: list[EventAnswer]
    next: int

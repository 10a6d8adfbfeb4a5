"""Webhooks, by the API: endpoints, deliveries, and the feed for those who would rather ask."""

from typing import Annotated, Any

import orjson
from fastapi import Query as FromQuery
from fastapi import Response

from hq.access.scopes import Scope
from hq.api.etags import check_match, versioned
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes, of_nothing
from hq.webhooks import deliveries, service
from hq.webhooks.feed import read_feed
from hq.webhooks.schemas import (
    DeliveryAnswer,
    DeliveryList,
    EndpointAnswer,
    EndpointAsked,
    EndpointChange,
    EventAnswer,
    EventList,
    FeedAnswer,
    NewEndpointAnswer,
    ReplayAnswer,
    RotationAsked,
    SinceAsked,
    TestAnswer,
    WholeDeliveryAnswer,
)

routes = Routes("webhooks", "Addresses that are told what happens, signed by Standard Webhooks.")
feed = Routes("events", "What happened, in one order, for those who would rather ask than be told.")


@routes.get("", needs=Scope.WEBHOOKS_READ, answers=Page[EndpointAnswer])
def list_webhooks(ask: Asked) -> Any:
    """List all endpoints by name."""
    return to_page(EndpointAnswer, service.list_endpoints(ask.hq), None)


@routes.post("", needs=Scope.WEBHOOKS_WRITE, answers=NewEndpointAnswer, is_kept=False)
def create_webhook(ask: Asked, asked: EndpointAsked) -> Any:
    """Add an endpoint. Its secret is in this answer and nowhere else."""
    wanted = service.Wanted(asked.name, asked.url, tuple(asked.kinds), asked.is_on)
    return _with_secret(service.create_endpoint(ask.hq, ask.actor, wanted))


@routes.get("/{endpoint_id}", needs=Scope.WEBHOOKS_READ, answers=EndpointAnswer)
def read_webhook(ask: Asked, endpoint_id: str, response: Response) -> Any:
    """Read one endpoint."""
    return _versioned(response, service.find_endpoint(ask.hq, endpoint_id))


@routes.patch("/{endpoint_id}", needs=Scope.WEBHOOKS_WRITE, answers=EndpointAnswer, faults=(409,))
def change_webhook(ask: Asked, endpoint_id: str, asked: EndpointChange, response: Response) -> Any:
    """Change an endpoint, or switch it on and off. Switched on again it gets at once what waits for it."""
    kinds = None if asked.kinds is None else tuple(asked.kinds)
    changed = service.change_endpoint(
        ask.hq,
        ask.actor,
        endpoint_id,
        service.Wanted(asked.name, asked.url, kinds, asked.is_on),
        check=lambda version: check_match(ask.request, version),
    )
    return _versioned(response, changed)


@routes.delete("/{endpoint_id}", needs=Scope.WEBHOOKS_WRITE, is_versioned=False)
def remove_webhook(ask: Asked, endpoint_id: str) -> Response:
    """Take an endpoint away with all that waits for it."""
    service.remove_endpoint(ask.hq, ask.actor, endpoint_id)
    return of_nothing()


@routes.post("/{endpoint_id}/rotate", needs=Scope.WEBHOOKS_WRITE, answers=NewEndpointAnswer, is_kept=False)
def rotate_webhook(ask: Asked, endpoint_id: str, asked: RotationAsked) -> Any:
    """Give an endpoint a new secret; the old one signs beside it for a while."""
    hours = asked.overlap_hours
    return _with_secret(service.rotate_secret(ask.hq, ask.actor, endpoint_id, overlap_hours=hours))


@routes.post("/{endpoint_id}/test", needs=Scope.WEBHOOKS_WRITE, answers=TestAnswer)
def test_webhook(ask: Asked, endpoint_id: str) -> Any:
    """Send an endpoint an event that means nothing."""
    return TestAnswer(event_id=deliveries.send_test(ask.hq, ask.actor, endpoint_id))


@routes.post("/{endpoint_id}/replay", needs=Scope.WEBHOOKS_WRITE, answers=ReplayAnswer, status=200)
def replay_webhook(ask: Asked, endpoint_id: str, asked: SinceAsked) -> Any:
    """Send an endpoint all that it has not taken since a moment, within the thirty days that events are kept."""
    return ReplayAnswer(
        events=deliveries.replay_since(ask.hq, ask.actor, endpoint_id, since_ms=asked.since_ms)
    )


@routes.get(
    "/{endpoint_id}/deliveries", needs=Scope.WEBHOOKS_READ, answers=Page[DeliveryAnswer], faults=(404,)
)
def list_deliveries(ask: Asked, endpoint_id: str, asked: Annotated[DeliveryList, FromQuery()]) -> Any:
    """List what was sent to an endpoint and what waits, the newest first."""
    return to_page(DeliveryAnswer, *deliveries.list_deliveries(ask.hq, endpoint_id, asked, state=asked.state))


@routes.get(
    "/{endpoint_id}/deliveries/{event_id}",
    needs=Scope.WEBHOOKS_READ,
    answers=WholeDeliveryAnswer,
)
def read_delivery(ask: Asked, endpoint_id: str, event_id: str) -> Any:
    """Read one delivery with its body and how each try went."""
    return WholeDeliveryAnswer.model_validate(deliveries.find_delivery(ask.hq, endpoint_id, event_id))


@routes.post(
    "/{endpoint_id}/deliveries/{event_id}/replay",
    needs=Scope.WEBHOOKS_WRITE,
    answers=DeliveryAnswer,
    status=200,
)
def replay_delivery(ask: Asked, endpoint_id: str, event_id: str) -> Any:
    """Send an event to an endpoint once more."""
    return DeliveryAnswer.model_validate(deliveries.replay_delivery(ask.hq, ask.actor, endpoint_id, event_id))


@feed.get("", needs=Scope.WEBHOOKS_READ, answers=FeedAnswer)
def list_events(ask: Asked, asked: Annotated[EventList, FromQuery()]) -> Any:
    """Read what happened behind a cursor, the oldest first. Events are kept for thirty days."""
    found = read_feed(ask.hq, after_n=asked.cursor, limit=asked.limit, kinds=tuple(asked.kind or ()))
    items = [
        EventAnswer(event_id=each.event_id, type=each.kind, at_ms=each.at_ms, data=orjson.loads(each.data))
        for each in found
    ]
    return FeedAnswer(items=items, next=found[-1].n if found else asked.cursor)


def _with_secret(made: tuple[service.Endpoint, str]) -> NewEndpointAnswer:
    endpoint, secret = made
    return NewEndpointAnswer(**EndpointAnswer.model_validate(endpoint).model_dump(), secret=secret)


def _versioned(response: Response, endpoint: service.Endpoint) -> EndpointAnswer:
    versioned(response, endpoint.version)
    return EndpointAnswer.model_validate(endpoint)

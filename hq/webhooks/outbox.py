"""Writing down what happened, for those outside who want to know.

`announce_event` is called in the transaction of the thing itself: an event is never lost and none tells of what was
rolled back. It takes no lock and may stand anywhere in the transaction. Events hold references and amounts, and nothing
about who a member is: whoever hears one asks the API for more, with a key that may know.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection

from app.ids import new_id
from hq.rows import upsert
from hq.webhooks.tables import webhook_event

ID_LENGTH = 32


class Kind(StrEnum):
    """What can happen, as endpoints name it. docs/webhooks.md says what each one's `data` holds."""

    REDEMPTION_MADE = "redemption.made"
    REDEMPTION_REFUSED = "redemption.refused"
    ORDER_UNDONE = "order.undone"
    CAMPAIGN_CREATED = "campaign.created"
    CAMPAIGN_STARTED = "campaign.started"
    CAMPAIGN_STOPPED = "campaign.stopped"
    MEMBER_ADDED = "member.added"
    MEMBER_TIER_CHANGED = "member.tier_changed"
    MEMBER_MERGED = "member.merged"
    MEMBER_ERASED = "member.erased"
    POINTS_CHANGED = "points.changed"
    VOUCHERS_MADE = "vouchers.made"
    DEVICE_CONFIRMED = "device.confirmed"
    DEVICE_REVOKED = "device.revoked"
    LEASE_GIVEN = "lease.given"
    LEASE_ENDED = "lease.ended"
    EXCEPTION_OPENED = "exception.opened"
    SIGNAL_CHANGED = "signal.changed"
    WEBHOOK_GIVEN_UP = "webhook.given_up"
    WEBHOOK_TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `data` is JSON.

    `name`, where the thing has one that is its own for ever, makes the event's id: should it be posted once more, after
    a backup was put back, whoever heard of it knows it again.
    """

    kind: Kind
    data: Mapping[str, Any]
    name: str = ""


def announce_event(
    connection: Connection, kind: Kind, data: Mapping[str, Any], *, now_ms: int, name: str = ""
) -> str:
    """Write down in this transaction that something happened, and return the event's id. See `Event`."""
    return announce_events(connection, [Event(kind, data, name)], now_ms=now_ms)[0]


def announce_events(connection: Connection, events: Iterable[Event], *, now_ms: int) -> list[str]:
    """Write down several at once, in their order; return their ids."""
    rows = {row["event_id"]: row for row in (_row(event, now_ms) for event in events)}
    upsert(
        connection, webhook_event, list(rows.values()), changes=("event_id",)
    )  # the first one stays as it is
    return list(rows)


def _row(event: Event, now_ms: int) -> dict[str, Any]:
    return {
        "event_id": _id_of(event),
        "kind": event.kind.value,
        "at_ms": now_ms,
        "data": orjson.dumps(dict(event.data), option=orjson.OPT_SORT_KEYS).decode("utf-8"),
    }


def _id_of(event: Event) -> str:
    if not event.name:
        return new_id()
    return hashlib.sha256(f"{event.kind.value} {event.name}".encode()).hexdigest()[:ID_LENGTH]

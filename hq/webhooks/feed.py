"""Events in one order, which is the order that those who pull read them in, and who is to hear of each.

An event has no place in the order while its transaction runs: whoever reads could go past it. So places are given
afterwards, to what is committed, by whoever looks next; deliveries are written in the same transaction.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, select, update

from hq.home import Hq
from hq.rows import insert_rows
from hq.tables import counter
from hq.webhooks.tables import webhook_delivery, webhook_endpoint, webhook_event

COUNTER = "webhook_events"
AT_ONCE = 1_000
ON, OFF, GIVEN_UP = "on", "off", "given_up"  # of an endpoint
WAITING, DELIVERED, LEFT = "waiting", "delivered", "given_up"  # of a delivery


@dataclass(frozen=True)
class FeedEvent:
    """An event as those outside see it; `n` is its place, `data` JSON, the time UTC milliseconds."""

    n: int
    event_id: str
    kind: str
    at_ms: int
    data: str


def give_places(hq: Hq) -> int:
    """Give what is committed its place in the order, and note who is to hear of it; return how many events."""
    given = 0
    while _is_any_waiting(hq):
        given += hq.database.write(lambda connection: _give(connection, now_ms=hq.clock.now_ms()))
    return given


def read_feed(hq: Hq, *, after_n: int, limit: int, kinds: tuple[str, ...] = ()) -> list[FeedEvent]:
    """Return events behind a place, the oldest first: of all kinds, or of some. Tests of endpoints are no events."""
    give_places(hq)
    columns = webhook_event.c
    statement = (
        select(webhook_event).where(columns.n > after_n, columns.only_for.is_(None)).order_by(columns.n)
    )
    if kinds:
        statement = statement.where(columns.kind.in_(kinds))
    with hq.database.reading() as connection:
        return [event_of(row) for row in connection.execute(statement.limit(limit))]


def event_of(row: Row[Any]) -> FeedEvent:
    """Return an event from its row."""
    return FeedEvent(row.n, row.event_id, row.kind, row.at_ms, row.data)


def body_of(event: FeedEvent) -> bytes:
    """Return the bytes that are sent and signed: the same with every try."""
    at = datetime.fromtimestamp(event.at_ms / 1000, tz=UTC).isoformat(timespec="milliseconds")
    said = {"type": event.kind, "timestamp": at.replace("+00:00", "Z"), "data": orjson.Fragment(event.data)}
    return orjson.dumps(said)


def new_delivery(endpoint_id: str, event_id: str, n: int, *, now_ms: int) -> dict[str, Any]:
    """Return the row of a delivery that is due at once."""
    return {
        "endpoint_id": endpoint_id,
        "event_id": event_id,
        "n": n,
        "state": WAITING,
        "tries": 0,
        "due_ms": now_ms,
    }


def _is_any_waiting(hq: Hq) -> bool:
    statement = select(webhook_event.c.event_id).where(webhook_event.c.n.is_(None)).limit(1)
    with hq.database.reading() as connection:
        return connection.execute(statement).first() is not None


def _give(connection: Connection, *, now_ms: int) -> int:
    """Give places to some. The counter's row is held first, so that no two do so at once."""
    last: int = connection.execute(_take(0)).scalar_one()
    columns = webhook_event.c
    rows = connection.execute(
        select(columns.event_id, columns.kind, columns.only_for)
        .where(columns.n.is_(None))
        .order_by(columns.at_ms, columns.event_id)
        .limit(AT_ONCE)
    ).all()
    if not rows:
        return 0
    connection.execute(_take(len(rows)))
    placed = list(enumerate(rows, start=last + 1))
    place = update(webhook_event).where(columns.event_id == bindparam("of")).values(n=bindparam("place"))
    connection.execute(place, [{"of": row.event_id, "place": n} for n, row in placed])
    endpoints = connection.execute(select(webhook_endpoint).where(webhook_endpoint.c.state == ON)).all()
    deliveries = [
        new_delivery(endpoint.endpoint_id, row.event_id, n, now_ms=now_ms)
        for n, row in placed
        for endpoint in endpoints
        if _hears(endpoint, row)
    ]
    insert_rows(connection, webhook_delivery, deliveries)
    return len(rows)


def _take(count: int) -> Any:
    taken = update(counter).where(counter.c.name == COUNTER).values(n=counter.c.n + count)
    return taken.returning(counter.c.n)


def _hears(endpoint: Row[Any], event: Any) -> bool:
    if event.only_for is not None:
        return bool(event.only_for == endpoint.endpoint_id)
    return not endpoint.kinds or event.kind in endpoint.kinds.split()

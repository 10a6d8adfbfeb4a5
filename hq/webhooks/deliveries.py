"""The log of deliveries: looking at them, sending something once more, and trying an endpoint out."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from app.ids import new_id
from hq.access.actor import Actor
from hq.api.paging import Paging, cut, page_of
from hq.audit.service import record
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.rows import upsert
from hq.webhooks.feed import ON, WAITING, body_of, event_of, give_places, new_delivery
from hq.webhooks.outbox import Kind
from hq.webhooks.service import Endpoint, endpoint_in
from hq.webhooks.tables import webhook_attempt, webhook_delivery, webhook_event

REPLAYED_MAX = 100_000
AT_ONCE = 1_000
KEPT_MS = 30 * 24 * 3_600_000


@dataclass(frozen=True)
class Attempt:
    """One try: `status` 0 is no answer, `said` the beginning of the answer or why there was none."""

    at_ms: int
    took_ms: int
    status: int
    said: str


@dataclass(frozen=True)
class Delivery:
    """One event for one endpoint. Times are UTC milliseconds; `tries` since it was due anew; `body` is what is sent."""

    event_id: str
    n: int
    kind: str
    at_ms: int
    state: str
    tries: int
    due_ms: int
    done_ms: int | None
    body: str = ""
    attempts: tuple[Attempt, ...] = field(default=())


def list_deliveries(
    hq: Hq, endpoint_id: str, paging: Paging, *, state: str | None = None
) -> tuple[list[Delivery], str | None]:
    """Return deliveries of an endpoint, the newest first, and where the next begin. Raises `NotHere`."""
    give_places(hq)
    columns = webhook_delivery.c
    statement = _joined().where(columns.endpoint_id == endpoint_id)
    if state is not None:
        statement = statement.where(columns.state == state)
    with hq.database.reading() as connection:
        endpoint_in(connection, endpoint_id)
        rows = connection.execute(page_of(statement, (columns.n,), paging, kinds=(int,))).all()
    shown, following = cut(rows, paging, lambda row: (row.n,))
    return [_delivery(row) for row in shown], following


def find_delivery(hq: Hq, endpoint_id: str, event_id: str) -> Delivery:
    """Return a delivery with its body and its tries. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return _find(connection, endpoint_id, event_id)


def replay_delivery(hq: Hq, actor: Actor, endpoint_id: str, event_id: str) -> Delivery:
    """Send an event to an endpoint once more, whatever came of it before. Raises `NotHere`, `NotPossible`."""
    now_ms = hq.clock.now_ms()

    def replay(connection: Connection) -> Delivery:
        _check_on(connection, endpoint_id)
        _find(connection, endpoint_id, event_id)
        columns = webhook_delivery.c
        here = columns.endpoint_id == endpoint_id, columns.event_id == event_id
        values = {"state": WAITING, "due_ms": now_ms, "done_ms": None, "tries": 0}
        connection.execute(update(webhook_delivery).where(*here).values(**values))
        about = f"webhook:{endpoint_id}"
        record(connection, actor, "webhook.replayed", about, now_ms=now_ms, after={"event": event_id})
        return _find(connection, endpoint_id, event_id)

    return hq.database.write(replay)


def replay_since(hq: Hq, actor: Actor, endpoint_id: str, *, since_ms: int) -> int:
    """Send an endpoint all that it hears of since a moment and has not taken; return how many. Raises `NotHere`."""
    give_places(hq)
    now_ms = hq.clock.now_ms()

    def replay(connection: Connection) -> int:
        endpoint = _check_on(connection, endpoint_id)
        event, sent = webhook_event.c, webhook_delivery.c
        taken = select(sent.event_id).where(sent.endpoint_id == endpoint_id, sent.state == "delivered")
        statement = (
            select(event.event_id, event.n)
            .where(event.at_ms >= since_ms, event.only_for.is_(None), event.n.is_not(None))
            .where(event.event_id.not_in(taken))
            .order_by(event.n)
            .limit(REPLAYED_MAX)
        )
        if endpoint.kinds:
            statement = statement.where(event.kind.in_(endpoint.kinds))
        rows = [
            {**new_delivery(endpoint_id, row.event_id, row.n, now_ms=now_ms), "done_ms": None}
            for row in connection.execute(statement)
        ]
        for some in range(0, len(rows), AT_ONCE):
            upsert(
                connection,
                webhook_delivery,
                rows[some : some + AT_ONCE],
                changes=("state", "due_ms", "done_ms", "tries"),
            )
        said = {"since_ms": since_ms, "events": len(rows)}
        record(connection, actor, "webhook.replayed", f"webhook:{endpoint_id}", now_ms=now_ms, after=said)
        return len(rows)

    return hq.database.write(replay)


def send_test(hq: Hq, actor: Actor, endpoint_id: str) -> str:
    """Send an endpoint an event that means nothing; return its id. Raises `NotHere`, `NotPossible`."""
    now_ms = hq.clock.now_ms()
    event_id = new_id()

    def send(connection: Connection) -> None:
        _check_on(connection, endpoint_id)
        row = {
            "event_id": event_id,
            "kind": Kind.WEBHOOK_TEST.value,
            "at_ms": now_ms,
            "data": '{"about":"This is a test. Nothing happened."}',
            "only_for": endpoint_id,
        }
        connection.execute(insert(webhook_event), row)
        about = f"webhook:{endpoint_id}"
        record(connection, actor, "webhook.tested", about, now_ms=now_ms, after={"event": event_id})

    hq.database.write(send)
    give_places(hq)
    return event_id


def forget_events(hq: Hq) -> None:
    """Forget events of more than thirty days ago, and how telling of them went."""
    old = select(webhook_event.c.event_id).where(webhook_event.c.at_ms < hq.clock.now_ms() - KEPT_MS)

    def forget(connection: Connection) -> int:
        some = list(connection.execute(old.limit(AT_ONCE)).scalars())
        for table in (webhook_attempt, webhook_delivery, webhook_event):
            connection.execute(delete(table).where(table.c.event_id.in_(some)))
        return len(some)

    while hq.database.write(forget) == AT_ONCE:
        pass


def _check_on(connection: Connection, endpoint_id: str) -> Endpoint:
    found = endpoint_in(connection, endpoint_id, for_update=True)
    if found.state != ON:
        raise NotPossible("This endpoint is told nothing now. Switch it on first.")
    return found


def _joined() -> Select[Any]:
    return select(webhook_delivery, webhook_event.c.kind, webhook_event.c.at_ms, webhook_event.c.data).join(
        webhook_event, webhook_event.c.event_id == webhook_delivery.c.event_id
    )


def _find(connection: Connection, endpoint_id: str, event_id: str) -> Delivery:
    here = webhook_delivery.c.endpoint_id == endpoint_id, webhook_delivery.c.event_id == event_id
    row = connection.execute(_joined().where(*here)).one_or_none()
    if row is None:
        raise NotHere("There is no such delivery.")
    columns = webhook_attempt.c
    tries = select(columns.at_ms, columns.took_ms, columns.status, columns.said).where(
        columns.endpoint_id == endpoint_id, columns.event_id == event_id
    )
    attempts = tuple(Attempt(*each) for each in connection.execute(tries.order_by(columns.k)))
    return _delivery(row, body=body_of(event_of(row)).decode("utf-8"), attempts=attempts)


def _delivery(row: Row[Any], *, body: str = "", attempts: tuple[Attempt, ...] = ()) -> Delivery:
    return Delivery(
        event_id=row.event_id,
        n=row.n,
        kind=row.kind,
        at_ms=row.at_ms,
        state=row.state,
        tries=row.tries,
        due_ms=row.due_ms,
        done_ms=row.done_ms,
        body=body,
        attempts=attempts,
    )

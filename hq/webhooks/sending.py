"""Sending what is due to one endpoint, and settling what came of it.

Each endpoint has a queue of its own. A try takes its delivery for a minute first: should HQ die within it, it is due
again behind that. So an endpoint may get an event twice, which it knows by `webhook-id`; none is lost. What fails is
tried again by `TRIES_AFTER_S`, over three days; an endpoint that took nothing in all that time is given up, which the
audit and the feed say. Once one takes something again after a while, all that waits for it is due, with all its tries.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Update, func, insert, select, update

from hq.access.actor import SYSTEM
from hq.audit.service import record
from hq.home import Hq
from hq.webhooks.feed import DELIVERED, LEFT, ON, WAITING, FeedEvent, body_of, event_of
from hq.webhooks.guard import allowed_networks, read_target
from hq.webhooks.line import Heard, post
from hq.webhooks.outbox import Kind, announce_event
from hq.webhooks.service import Endpoint, due_now, endpoint_of, give_up
from hq.webhooks.signing import signed_headers
from hq.webhooks.tables import webhook_attempt, webhook_delivery, webhook_endpoint, webhook_event

log = logging.getLogger(__name__)

MINUTE_S, HOUR_S = 60, 3_600
# After each try that failed; the example of the Standard Webhooks specification. Together a little over three days.
TRIES_AFTER_S = (
    5, 5 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 5 * HOUR_S, 10 * HOUR_S, 14 * HOUR_S, 20 * HOUR_S, 24 * HOUR_S
)  # fmt: skip
TRIES_MAX = len(TRIES_AFTER_S) + 1
BACK_AFTER_MS = 5 * MINUTE_S * 1000  # what failed for less was no outage: one event that isn't liked, perhaps
GIVE_UP_MS = 3 * 24 * HOUR_S * 1000
TAKEN_MS = MINUTE_S * 1000  # longer than a try takes
JITTER = 10  # percent at most, so that what failed together doesn't come together again
RETRY_AFTER_MAX_S = 24 * HOUR_S
GONE = 410  # the endpoint asks to be told nothing more
HEADERS = {"Content-Type": "application/json", "User-Agent": "Tillside-Webhooks/1"}


@dataclass(frozen=True)
class Taken:
    """A delivery that is being tried."""

    endpoint: Endpoint
    event: FeedEvent
    tries: int  # before this one


def due_endpoints(hq: Hq) -> list[str]:
    """Return the endpoints for which something is due now."""
    columns = webhook_delivery.c
    statement = (
        select(columns.endpoint_id)
        .join(webhook_endpoint, webhook_endpoint.c.endpoint_id == columns.endpoint_id)
        .where(columns.state == WAITING, columns.due_ms <= hq.clock.now_ms(), webhook_endpoint.c.state == ON)
        .distinct()
    )
    with hq.database.reading() as connection:
        return list(connection.execute(statement).scalars())


def send_due(hq: Hq, endpoint_id: str, *, is_over: Callable[[], bool] = lambda: False) -> int:
    """Try all that is due for an endpoint, the oldest first; return how many tries were made."""
    tries = 0
    while not is_over():
        taken = hq.database.write(lambda connection: _take(connection, endpoint_id, now_ms=hq.clock.now_ms()))
        if taken is None:
            break
        began_ms = hq.clock.now_ms()
        heard = _try(hq, taken, now_ms=began_ms)
        _settle_in(hq, taken, heard, began_ms=began_ms)
        tries += 1
    return tries


def _try(hq: Hq, taken: Taken, *, now_ms: int) -> Heard:
    body, endpoint = body_of(taken.event), taken.endpoint
    is_old_good = endpoint.old_until_ms is not None and now_ms < endpoint.old_until_ms
    secrets = endpoint.secrets if is_old_good else endpoint.secrets[:1]
    signed = signed_headers(taken.event.event_id, body, now_ms=now_ms, secrets=secrets)
    networks = allowed_networks(hq)
    return post(read_target(endpoint.url), body, {**HEADERS, **signed}, networks=networks)


def _take(connection: Connection, endpoint_id: str, *, now_ms: int) -> Taken | None:
    """Take the delivery that is due longest, so that nobody else tries it meanwhile."""
    columns = webhook_delivery.c
    row = connection.execute(
        select(webhook_endpoint).where(webhook_endpoint.c.endpoint_id == endpoint_id)
    ).one_or_none()
    if row is None or row.state != ON:
        return None
    due = (
        select(webhook_delivery)
        .where(columns.endpoint_id == endpoint_id, columns.state == WAITING, columns.due_ms <= now_ms)
        .order_by(columns.due_ms, columns.n)
        .limit(1)
    )
    found = connection.execute(due.with_for_update(skip_locked=True)).one_or_none()
    if found is None:
        return None
    connection.execute(_of(endpoint_id, found.event_id).values(due_ms=now_ms + TAKEN_MS))
    event = connection.execute(select(webhook_event).where(webhook_event.c.event_id == found.event_id)).one()
    return Taken(endpoint_of(row), event_of(event), found.tries)


def _settle_in(hq: Hq, taken: Taken, heard: Heard, *, began_ms: int) -> None:
    hq.database.write(
        lambda connection: _settle(connection, taken, heard, began_ms=began_ms, now_ms=hq.clock.now_ms())
    )


def _settle(connection: Connection, taken: Taken, heard: Heard, *, began_ms: int, now_ms: int) -> None:
    endpoint_id, event_id, tries = taken.endpoint.endpoint_id, taken.event.event_id, taken.tries + 1
    state = DELIVERED if heard.is_taken else LEFT if tries >= TRIES_MAX else WAITING
    values = {
        "state": state,
        "tries": tries,
        "due_ms": now_ms if state != WAITING else now_ms + _wait_ms(taken, heard),
        "done_ms": None if state == WAITING else now_ms,
    }
    if not connection.execute(_of(endpoint_id, event_id).values(**values)).rowcount:
        return  # the endpoint was taken away meanwhile
    attempt = {
        "endpoint_id": endpoint_id,
        "event_id": event_id,
        "k": _attempts(connection, endpoint_id, event_id) + 1,
        "at_ms": began_ms,
        "took_ms": heard.took_ms,
        "status": heard.status,
        "said": heard.said,
    }
    connection.execute(insert(webhook_attempt), attempt)
    if heard.is_taken:
        _note_well(connection, endpoint_id, now_ms=now_ms)
    else:
        _note_failing(connection, taken.endpoint, heard, now_ms=now_ms)


def _attempts(connection: Connection, endpoint_id: str, event_id: str) -> int:
    columns = webhook_attempt.c
    here = columns.endpoint_id == endpoint_id, columns.event_id == event_id
    last: int | None = connection.execute(select(func.max(columns.k)).where(*here)).scalar_one()
    return last or 0


def _note_well(connection: Connection, endpoint_id: str, *, now_ms: int) -> None:
    columns = webhook_endpoint.c
    since = select(columns.failing_since_ms).where(columns.endpoint_id == endpoint_id)
    since_ms = connection.execute(since).scalar_one_or_none()
    if since_ms is None:
        return
    here = columns.endpoint_id == endpoint_id
    connection.execute(update(webhook_endpoint).where(here).values(failing_since_ms=None))
    if now_ms - since_ms >= BACK_AFTER_MS:
        due_now(connection, endpoint_id, now_ms=now_ms)


def _note_failing(connection: Connection, endpoint: Endpoint, heard: Heard, *, now_ms: int) -> None:
    columns = webhook_endpoint.c
    here = columns.endpoint_id == endpoint.endpoint_id
    begins = update(webhook_endpoint).where(here, columns.failing_since_ms.is_(None))
    connection.execute(begins.values(failing_since_ms=now_ms))
    since_ms = connection.execute(select(columns.failing_since_ms).where(here)).scalar_one_or_none() or now_ms
    if heard.status != GONE and now_ms - since_ms < GIVE_UP_MS:
        return
    if give_up(connection, endpoint.endpoint_id):
        said = {"endpoint": endpoint.endpoint_id, "name": endpoint.name, "status": heard.status}
        announce_event(connection, Kind.WEBHOOK_GIVEN_UP, said, now_ms=now_ms)
        log.info("the webhook endpoint %s took nothing for too long and is given up", endpoint.endpoint_id)
        record(
            connection,
            SYSTEM,
            "webhook.given_up",
            f"webhook:{endpoint.endpoint_id}",
            now_ms=now_ms,
            after=said,
        )


def _wait_ms(taken: Taken, heard: Heard) -> int:
    """Return after how long to try again: by the list and a little more, or as the endpoint asks."""
    listed_s = TRIES_AFTER_S[min(taken.tries, len(TRIES_AFTER_S) - 1)]
    name = f"{taken.endpoint.endpoint_id} {taken.event.event_id} {taken.tries}".encode()
    more = (
        hashlib.sha256(name).digest()[0] * JITTER // 255
    )  # percent: the same for the same try, and others for others
    return max(listed_s * (100 + more) * 10, min(heard.retry_after_s, RETRY_AFTER_MAX_S) * 1000)


def _of(endpoint_id: str, event_id: str) -> Update:
    columns = webhook_delivery.c
    return update(webhook_delivery).where(columns.endpoint_id == endpoint_id, columns.event_id == event_id)

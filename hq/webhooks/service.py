"""Endpoints: who is told, of what, at which address, with which secret."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, Update, delete, func, insert, select, update

from app.ids import new_number
from hq.access.actor import Actor
from hq.audit.service import record
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.webhooks.feed import GIVEN_UP, OFF, ON, WAITING
from hq.webhooks.guard import allowed_networks, check_target, read_target
from hq.webhooks.outbox import Kind
from hq.webhooks.signing import new_webhook_secret
from hq.webhooks.tables import webhook_attempt, webhook_delivery, webhook_endpoint, webhook_event

ID_LENGTH = 10  # of 5 bits each
ENDPOINTS_MAX = 50  # each may keep a thread busy
HOUR_MS = 3_600_000
OVERLAP_HOURS = 24


@dataclass(frozen=True)
class Endpoint:
    """An address that is told of events. `kinds` empty: all. Times are UTC milliseconds."""

    endpoint_id: str
    name: str
    url: str
    kinds: tuple[str, ...] = ()
    state: str = ON
    version: int = 1
    created_by: str = ""
    created_ms: int = 0
    failing_since_ms: int | None = None
    old_until_ms: int | None = None  # until when the secret before the last rotation signs too
    waiting: int = 0  # deliveries that are yet to come through
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants of an endpoint; None leaves a part as it is."""

    name: str | None = None
    url: str | None = None
    kinds: tuple[Kind, ...] | None = None
    is_on: bool | None = None


def create_endpoint(hq: Hq, actor: Actor, wanted: Wanted) -> tuple[Endpoint, str]:
    """Add an endpoint; return it with its secret, which is shown this once. Raises `NotPossible`."""
    new = Endpoint(
        endpoint_id=new_number(ID_LENGTH),
        name=wanted.name or "",
        url=_checked(hq, wanted.url or ""),
        kinds=tuple(sorted(set(wanted.kinds or ()))),
        state=OFF if wanted.is_on is False else ON,
        created_by=actor.name,
        created_ms=hq.clock.now_ms(),
    )
    secret = new_webhook_secret()

    def create(connection: Connection) -> None:
        if (
            connection.execute(select(func.count()).select_from(webhook_endpoint)).scalar_one()
            >= ENDPOINTS_MAX
        ):
            raise NotPossible(f"There are {ENDPOINTS_MAX} endpoints already, which is as many as can be.")
        connection.execute(insert(webhook_endpoint), {**_columns(new), "secret": secret})
        about = f"webhook:{new.endpoint_id}"
        record(connection, actor, "webhook.created", about, now_ms=new.created_ms, after=_said(new))

    hq.database.write(create)
    return new, secret


def list_endpoints(hq: Hq) -> list[Endpoint]:
    """Return all endpoints by name."""
    columns = webhook_endpoint.c
    with hq.database.reading() as connection:
        rows = connection.execute(select(webhook_endpoint).order_by(columns.name, columns.endpoint_id)).all()
        waiting = _waiting(connection)
    return [endpoint_of(row, waiting=waiting.get(row.endpoint_id, 0)) for row in rows]


def find_endpoint(hq: Hq, endpoint_id: str) -> Endpoint:
    """Return an endpoint. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return endpoint_in(connection, endpoint_id)


def change_endpoint(
    hq: Hq, actor: Actor, endpoint_id: str, wanted: Wanted, *, check: Callable[[int], None] = lambda _: None
) -> Endpoint:
    """Change an endpoint; `check` is given its version first. Raises `NotHere`, `NotPossible`.

    One that was given up and is on again gets at once what waits for it.
    """
    url = None if wanted.url is None else _checked(hq, wanted.url)
    now_ms = hq.clock.now_ms()

    def change(connection: Connection) -> Endpoint:
        old = endpoint_in(connection, endpoint_id, for_update=True)
        check(old.version)
        kinds = old.kinds if wanted.kinds is None else tuple(sorted(set(wanted.kinds)))
        state = old.state if wanted.is_on is None else ON if wanted.is_on else OFF
        new = replace(
            old,
            name=wanted.name or old.name,
            url=url or old.url,
            kinds=kinds,
            state=state,
            version=old.version + 1,
            failing_since_ms=None if state == ON and old.state != ON else old.failing_since_ms,
        )
        connection.execute(_at(endpoint_id).values(**_columns(new)))
        if state == ON and old.state != ON:
            due_now(connection, endpoint_id, now_ms=now_ms)
        about = f"webhook:{endpoint_id}"
        record(
            connection, actor, "webhook.changed", about, now_ms=now_ms, before=_said(old), after=_said(new)
        )
        return new

    return hq.database.write(change)


def remove_endpoint(hq: Hq, actor: Actor, endpoint_id: str) -> None:
    """Take an endpoint away with all that waits for it. Raises `NotHere`."""
    now_ms = hq.clock.now_ms()

    def remove(connection: Connection) -> None:
        old = endpoint_in(connection, endpoint_id, for_update=True)
        for table in (webhook_attempt, webhook_delivery, webhook_endpoint):
            connection.execute(delete(table).where(table.c.endpoint_id == endpoint_id))
        connection.execute(delete(webhook_event).where(webhook_event.c.only_for == endpoint_id))
        record(
            connection, actor, "webhook.removed", f"webhook:{endpoint_id}", now_ms=now_ms, before=_said(old)
        )

    hq.database.write(remove)


def rotate_secret(
    hq: Hq, actor: Actor, endpoint_id: str, *, overlap_hours: int = OVERLAP_HOURS
) -> tuple[Endpoint, str]:
    """Give an endpoint a new secret, shown this once; the old one signs too for so many hours. Raises `NotHere`."""
    now_ms, secret = hq.clock.now_ms(), new_webhook_secret()
    until = now_ms + overlap_hours * HOUR_MS

    def rotate(connection: Connection) -> Endpoint:
        old = endpoint_in(connection, endpoint_id, for_update=True)
        values = {"secret": secret, "old_secret": webhook_endpoint.c.secret, "old_until_ms": until}
        connection.execute(_at(endpoint_id).values(**values, version=old.version + 1))
        about = f"webhook:{endpoint_id}"
        record(connection, actor, "webhook.rotated", about, now_ms=now_ms, after={"until_ms": until})
        return endpoint_in(connection, endpoint_id)

    return hq.database.write(rotate), secret


def endpoint_in(connection: Connection, endpoint_id: str, *, for_update: bool = False) -> Endpoint:
    """Return an endpoint in a transaction. Raises `NotHere`."""
    statement = select(webhook_endpoint).where(webhook_endpoint.c.endpoint_id == endpoint_id)
    row = connection.execute(statement.with_for_update() if for_update else statement).one_or_none()
    if row is None:
        raise NotHere("There is no such endpoint.")
    return endpoint_of(row, waiting=_waiting(connection, endpoint_id).get(endpoint_id, 0))


def endpoint_of(row: Row[Any], *, waiting: int = 0) -> Endpoint:
    """Return an endpoint from its row."""
    secrets = (row.secret,) if row.old_secret is None else (row.secret, row.old_secret)
    return Endpoint(
        endpoint_id=row.endpoint_id,
        name=row.name,
        url=row.url,
        kinds=tuple(row.kinds.split()),
        state=row.state,
        version=row.version,
        created_by=row.created_by,
        created_ms=row.created_ms,
        failing_since_ms=row.failing_since_ms,
        old_until_ms=row.old_until_ms,
        waiting=waiting,
        secrets=secrets,
    )


def due_now(connection: Connection, endpoint_id: str, *, now_ms: int) -> None:
    """Let everything that waits for an endpoint be due, with all its tries before it."""
    columns = webhook_delivery.c
    here = columns.endpoint_id == endpoint_id, columns.state == WAITING
    is_later = (columns.due_ms > now_ms) | (columns.tries > 0)
    connection.execute(update(webhook_delivery).where(*here, is_later).values(due_ms=now_ms, tries=0))


def give_up(connection: Connection, endpoint_id: str) -> bool:
    """Tell an endpoint nothing more until somebody lets it be told again; return whether it was on."""
    here = webhook_endpoint.c.endpoint_id == endpoint_id, webhook_endpoint.c.state == ON
    given_up = update(webhook_endpoint).where(*here)
    values = {"state": GIVEN_UP, "version": webhook_endpoint.c.version + 1}
    return connection.execute(given_up.values(**values)).rowcount == 1


def _at(endpoint_id: str) -> Update:
    return update(webhook_endpoint).where(webhook_endpoint.c.endpoint_id == endpoint_id)


def _waiting(connection: Connection, endpoint_id: str | None = None) -> dict[str, int]:
    columns = webhook_delivery.c
    statement = (
        select(columns.endpoint_id, func.count())
        .where(columns.state == WAITING)
        .group_by(columns.endpoint_id)
    )
    if endpoint_id is not None:
        statement = statement.where(columns.endpoint_id == endpoint_id)
    return {row[0]: row[1] for row in connection.execute(statement)}


def _checked(hq: Hq, url: str) -> str:
    """Return an address that may be told, as far as it shows by itself. Raises `NotPossible`."""
    check_target(read_target(url), allowed_networks(hq))
    return url


def _columns(of: Endpoint) -> dict[str, Any]:
    return {
        "endpoint_id": of.endpoint_id,
        "name": of.name,
        "url": of.url,
        "kinds": " ".join(of.kinds),
        "state": of.state,
        "version": of.version,
        "created_by": of.created_by,
        "created_ms": of.created_ms,
        "failing_since_ms": of.failing_since_ms,
    }


def _said(of: Endpoint) -> dict[str, Any]:
    return {"name": of.name, "url": of.url, "kinds": list(of.kinds), "state": of.state}

"""Writing a row of the audit, in the transaction of the change itself: there is none without the other.

It stands apart from the reading (service.py), so that what an HQ does while it opens can be written down too.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update

from hq.access.actor import Actor
from hq.audit.tables import audit
from hq.request_ids import current_request_id
from hq.tables import counter

COUNTER = "audit"


@dataclass(frozen=True)
class AuditRow:
    """One thing that was done. `before` and `after` are JSON, or empty."""

    n: int
    at_ms: int
    who: str
    action: str
    about: str
    reason: str
    before: str
    after: str
    request_id: str


def record(
    connection: Connection,
    actor: Actor,
    action: str,
    about: str,
    *,
    now_ms: int,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> int:
    """Write down what an actor does in this transaction and return the row's number.

    Whoever calls has taken what it needs first: the counter's row is held until the commit.
    """
    taken = update(counter).where(counter.c.name == COUNTER).values(n=counter.c.n + 1).returning(counter.c.n)
    n: int = connection.execute(taken).scalar_one()
    last = connection.execute(select(audit.c.hash).where(audit.c.n == n - 1)).scalar_one_or_none() or b""
    row = AuditRow(
        n, now_ms, actor.name, action, about, reason, _json(before), _json(after), current_request_id()
    )
    connection.execute(insert(audit), {**columns_of(row), "hash": hash_of(last, row)})
    return n


def columns_of(row: AuditRow) -> dict[str, Any]:
    """Return a row as the table holds it, but for its hash."""
    return {name: getattr(row, name) for name in AuditRow.__dataclass_fields__}


def hash_of(last: bytes, row: AuditRow) -> bytes:
    """Return the hash of a row behind the one whose hash is `last`."""
    return hashlib.sha256(last + _bytes(columns_of(row))).digest()


def _json(value: Mapping[str, Any] | None) -> str:
    return "" if value is None else _bytes(value).decode("utf-8")


def _bytes(value: Mapping[str, Any]) -> bytes:
    """Return JSON with its keys in order."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)

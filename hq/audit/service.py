"""Writing the audit down beside what it tells of, reading it, and checking its chain.

A row is written in the transaction of the change itself: there is no change without its row and no row without its
change. Its hash covers the row before, so a row that was edited or taken out shows.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from hq.access.actor import Actor
from hq.audit.tables import audit
from hq.home import Hq
from hq.request_ids import current_request_id
from hq.tables import counter

COUNTER = "audit"
# What rows are about: the kind stands before the id.
KINDS = (
    *("attribute", "batch", "campaign", "device", "event", "exception", "gift_card", "job", "key", "matter"),
    *(
        "member",
        "order",
        "program",
        "redemption",
        "reward",
        "segment",
        "settings",
        "signal",
        "staff",
        "store",
        "view",
    ),
    *("voucher", "webhook"),
)
CHECKED_AT_ONCE = 5_000


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


@dataclass(frozen=True)
class ChainCheck:
    """What a look along the chain found: how many rows hold, and the number of the first that doesn't."""

    rows: int
    broken_at: int | None


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
    connection.execute(insert(audit), {**_columns(row), "hash": _hash(last, row)})
    return n


def conditions(
    who: str | None, action: str | None, about: str | None, first_ms: int | None, end_ms: int | None
) -> list[ColumnElement[bool]]:
    """Return what rows must be like. `about` is a kind with its id, or the id alone; times are UTC milliseconds."""
    wanted: list[ColumnElement[bool]] = []
    if who:
        wanted.append(audit.c.who == who)
    if action:
        wanted.append(audit.c.action == action)
    if about:
        wanted.append(audit.c.about.in_([about, *(f"{kind}:{about}" for kind in KINDS)]))
    if first_ms is not None:
        wanted.append(audit.c.at_ms >= first_ms)
    if end_ms is not None:
        wanted.append(audit.c.at_ms < end_ms)
    return wanted


def list_audit(
    hq: Hq, *conditions: ColumnElement[bool], before_n: int | None = None, limit: int = 50
) -> list[AuditRow]:
    """Return rows, the newest first, those before a number where one is given."""
    statement = select(audit).where(*conditions).order_by(audit.c.n.desc()).limit(limit)
    if before_n is not None:
        statement = statement.where(audit.c.n < before_n)
    with hq.database.reading() as connection:
        return [_row(row) for row in connection.execute(statement)]


def check_chain(hq: Hq) -> ChainCheck:
    """Look along the whole chain."""
    last, wanted = b"", 1
    with hq.database.reading() as connection:
        newest = connection.execute(select(counter.c.n).where(counter.c.name == COUNTER)).scalar_one()
        for found in _in_order(connection):
            if found.n != wanted or bytes(found.hash) != _hash(last, _row(found)):
                return ChainCheck(wanted - 1, wanted)
            last, wanted = bytes(found.hash), wanted + 1
    return ChainCheck(wanted - 1, None if wanted == newest + 1 else wanted)


def _in_order(connection: Connection) -> Iterator[Row[Any]]:
    statement = select(audit).order_by(audit.c.n).execution_options(yield_per=CHECKED_AT_ONCE)
    yield from connection.execute(statement)


def _json(value: Mapping[str, Any] | None) -> str:
    return "" if value is None else _bytes(value).decode("utf-8")


def _columns(row: AuditRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AuditRow.__dataclass_fields__}


def _row(found: Row[Any]) -> AuditRow:
    return AuditRow(*(getattr(found, name) for name in AuditRow.__dataclass_fields__))


def _hash(last: bytes, row: AuditRow) -> bytes:
    return hashlib.sha256(last + _bytes(_columns(row))).digest()


def _bytes(value: Mapping[str, Any]) -> bytes:
    """Return JSON with its keys in order."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)

"""Reading the audit, and checking its chain; its rows are written beside what they tell of (see recording.py).

The hash of a row covers the row before, so a row that was edited or taken out shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from hq.audit.recording import COUNTER, AuditRow, hash_of, record
from hq.audit.tables import audit
from hq.home import Hq
from hq.tables import counter

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
__all__ = ["AuditRow", "ChainCheck", "check_chain", "conditions", "list_audit", "record"]


@dataclass(frozen=True)
class ChainCheck:
    """What a look along the chain found: how many rows hold, and the number of the first that doesn't."""

    rows: int
    broken_at: int | None


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
            if found.n != wanted or bytes(found.hash) != hash_of(last, _row(found)):
                return ChainCheck(wanted - 1, wanted)
            last, wanted = bytes(found.hash), wanted + 1
    return ChainCheck(wanted - 1, None if wanted == newest + 1 else wanted)


def _in_order(connection: Connection) -> Iterator[Row[Any]]:
    statement = select(audit).order_by(audit.c.n).execution_options(yield_per=CHECKED_AT_ONCE)
    yield from connection.execute(statement)


def _row(found: Row[Any]) -> AuditRow:
    return AuditRow(*(getattr(found, name) for name in AuditRow.__dataclass_fields__))

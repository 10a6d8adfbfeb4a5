"""Closed accounts: all that is left of members who were erased is that their random reference was somebody's."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from hq.db import NAMES_AT_ONCE
from hq.members.store import parts_of
from hq.members.tables import closed_account
from hq.rows import is_among

CLOSED = select(closed_account.c.ref).where(is_among(closed_account.c.ref))


def closed_refs(connection: Connection, refs: Iterable[str]) -> set[str]:
    """Return those of the references whose members were erased."""
    found: set[str] = set()
    for some in parts_of(sorted(set(refs)), NAMES_AT_ONCE):
        found.update(connection.execute(CLOSED, {"names": some}).scalars())
    return found


def closed_at(connection: Connection) -> dict[str, int]:
    """Return all closed accounts, with the moment (UTC ms) at which each was closed."""
    rows = connection.execute(select(closed_account.c.ref, closed_account.c.closed_ms))
    return {row.ref: row.closed_ms for row in rows}


def newest_closing(connection: Connection) -> int:
    """Return the number of the feed that the newest closing had come to: facts from before may name its member."""
    return connection.execute(select(func.max(closed_account.c.feed))).scalar_one() or 0

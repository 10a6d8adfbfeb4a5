"""The table of members whom somebody has yet to look at: see touched."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, String, Table, bindparam, select

from hq.rows import is_among
from hq.tables import metadata

TOLD = "told"  # who looks only at members of whom a new program asks something that stations weren't told

touched = Table(
    "touched",
    metadata,
    Column("reader", String(10), primary_key=True),
    Column("member", String(13), primary_key=True),
    sqlite_with_rowid=False,
)
WAITING = select(touched.c.member).where(touched.c.reader == bindparam("of"), is_among(touched.c.member))


def waiting_among(connection: Connection, refs: Sequence[str], reader: str) -> set[str]:
    """Return those of some members that a reader has yet to look at."""
    return set(connection.execute(WAITING, {"names": list(refs), "of": reader}).scalars())

"""Published documents in the database: inserted, never changed."""

from msgspec.structs import asdict
from sqlalchemy import Connection, bindparam, func, insert, select

from hq.tables import document
from sync.protocol import SignedDocument

SIGNED = [document.c[name] for name in SignedDocument.__struct_fields__]
NEWEST = select(func.max(document.c.version)).where(document.c.kind == bindparam("of"))


def insert_document(connection: Connection, signed: SignedDocument, *, now_ms: int) -> None:
    """Store a document for ever."""
    connection.execute(insert(document), {**asdict(signed), "published_ms": now_ms})


def newest_version(connection: Connection, kind: str) -> int:
    """Return the newest version of a kind of document; 0 when none was published."""
    found: int | None = connection.execute(NEWEST, {"of": kind}).scalar_one()
    return found or 0


def read_document(connection: Connection, kind: str, version: int) -> SignedDocument | None:
    """Return a version of a document, or None."""
    statement = select(*SIGNED).where(document.c.kind == kind, document.c.version == version)
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else SignedDocument(**row)

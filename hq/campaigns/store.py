"""Published documents in the database: inserted, never changed. Signatures by further keys may come later."""

import hashlib
from typing import TypedDict

from sqlalchemy import Connection, bindparam, func, insert, select

from app.core.keyset import VouchedProgram
from hq.tables import document, document_signature
from sync.protocol import Signature, SignedDocument

COLUMNS = ("kind", "version", "kid", "sig", "body")
SIGNED = select(*[document.c[name] for name in COLUMNS]).where(
    document.c.kind == bindparam("of"), document.c.version == bindparam("at")
)
ALSO = select(document_signature.c.kid, document_signature.c.sig).where(
    document_signature.c.kind == bindparam("of"), document_signature.c.version == bindparam("at")
)
NEWEST = select(func.max(document.c.version)).where(document.c.kind == bindparam("of"))
NEWEST_OF_ALL = select(document.c.kind, func.max(document.c.version)).group_by(document.c.kind)


class Versions(TypedDict):
    """The newest versions of documents, as answers to stations name them."""

    keyset_version: int
    program_version: int
    stops_version: int


def insert_document(connection: Connection, signed: SignedDocument, *, now_ms: int) -> None:
    """Store a document for ever."""
    row = {name: getattr(signed, name) for name in COLUMNS}
    connection.execute(insert(document), {**row, "published_ms": now_ms})
    for each in signed.also:
        insert_signature(connection, signed, each)


def insert_signature(connection: Connection, signed: SignedDocument, signature: Signature) -> None:
    """Store a further signature of a document."""
    row = {"kind": signed.kind, "version": signed.version, "kid": signature.kid, "sig": signature.sig}
    connection.execute(insert(document_signature), row)


def newest_version(connection: Connection, kind: str) -> int:
    """Return the newest version of a kind of document; 0 when none was published."""
    found: int | None = connection.execute(NEWEST, {"of": kind}).scalar_one()
    return found or 0


def newest_versions(connection: Connection) -> Versions:
    """Return the newest version of each kind, as the fields of an answer."""
    found = {row[0]: row[1] for row in connection.execute(NEWEST_OF_ALL)}
    return Versions(
        keyset_version=found.get("keyset", 0),
        program_version=found.get("program", 0),
        stops_version=found.get("stops", 0),
    )


def read_document(connection: Connection, kind: str, version: int) -> SignedDocument | None:
    """Return a version of a document, or None."""
    which = {"of": kind, "at": version}
    row = connection.execute(SIGNED, which).mappings().one_or_none()
    if row is None:
        return None
    also = [Signature(kid=each.kid, sig=each.sig) for each in connection.execute(ALSO, which)]
    return SignedDocument(**row, also=also)


def newest_program_versions(connection: Connection, limit: int) -> list[int]:
    """Return the versions of the newest programs, the newest first."""
    statement = select(document.c.version).where(document.c.kind == "program")
    return list(connection.execute(statement.order_by(document.c.version.desc()).limit(limit)).scalars())


def newest_programs(connection: Connection, limit: int) -> list[VouchedProgram]:
    """Return the newest programs with the hashes of their bodies, the newest first."""
    statement = select(document.c.version, document.c.body).where(document.c.kind == "program")
    rows = connection.execute(statement.order_by(document.c.version.desc()).limit(limit))
    return [VouchedProgram(row.version, hashlib.sha256(row.body).hexdigest()) for row in rows]

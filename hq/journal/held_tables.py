"""The tables of what may not be posted by itself."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from hq.tables import metadata

# Pushes we may not post: of a revoked epoch, or the other branch of a fork. Kept for people.
held_push = Table(
    "held_push",
    metadata,
    Column("device", String(20), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("from_seq", BigInteger, nullable=False),
    Column("why", String(20), nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("to_seq", BigInteger, nullable=False, server_default="0"),
    Column("state", String(10), nullable=False, server_default="held"),  # held | posted | dismissed
    Column("decided_ms", BigInteger),
    Column("bytes", BigInteger, nullable=False, server_default="0"),  # of the body
    Column("head_hash", LargeBinary),  # as the device named it
    Index(None, "device", "epoch", "to_seq"),
    Index(None, "device", "state", "from_seq", "to_seq", "bytes"),
)

held_entry = Table(  # each entry of a held push that HQ hadn't got then: found without reading the push
    "held_entry",
    metadata,
    Column("device", String(20), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),  # of the push that brought it
    Index(None, "device", "epoch", "seq"),
    sqlite_with_rowid=False,
)

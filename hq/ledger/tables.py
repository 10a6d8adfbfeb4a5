"""The table of entries that HQ writes into the ledger by itself: when, why and about what."""

from sqlalchemy import BigInteger, Column, Index, String, Table

from hq.tables import metadata

own_entry = Table(  # its amounts are in `posting` under the same id
    "own_entry",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("kind", String(20), nullable=False),  # see `OwnKind`
    Column("at_ms", BigInteger, nullable=False),
    Column("store", String(40), nullable=False),  # empty: of no store
    Column("member", String(13), nullable=False),  # empty: of nobody
    Column("about", String(200), nullable=False),  # kind and id, as in the audit: `case:X-12`
    Index(None, "store", "at_ms"),
    Index(None, "at_ms"),
)

"""The table of the audit: rows are only ever added, each with the hash of the one before."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from hq.tables import metadata

ABOUT_MAX = 200

audit = Table(
    "audit",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),  # without gaps, from 1
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String(80), nullable=False),
    Column("action", String(60), nullable=False),  # noun and verb: `campaign.paused`
    Column("about", String(ABOUT_MAX), nullable=False),  # kind and id: `campaign:morning`
    Column("reason", Text, nullable=False),
    Column("before", Text, nullable=False),  # JSON of what changed, or empty
    Column("after", Text, nullable=False),
    Column("request_id", String(40), nullable=False),
    Column("hash", LargeBinary, nullable=False),  # of the row before and of this one
    Index(None, "about", "n"),
    Index(None, "who", "n"),
    Index(None, "at_ms"),
)

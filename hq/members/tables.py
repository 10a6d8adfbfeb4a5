"""What is kept of members who were erased: nothing but that a reference was somebody's."""

from sqlalchemy import BigInteger, Column, String, Table

from hq.tables import metadata

closed_account = Table(
    "closed_account",
    metadata,
    Column("ref", String(13), primary_key=True),
    Column("closed_ms", BigInteger, nullable=False),
    Column("feed", BigInteger, nullable=False),  # its number then: what was written before may name them
)

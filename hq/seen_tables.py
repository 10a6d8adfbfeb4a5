"""What was seen once and must not count again: signed requests, and showings of phones' codes."""

from sqlalchemy import BigInteger, Column, String, Table

from hq.tables import metadata

nonce = Table(  # of signed requests, until their time is over; see nonces.py
    "nonce",
    metadata,
    Column("device", String(20), primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("until_ms", BigInteger, nullable=False, index=True),
)

showing = Table(  # of a phone's code: which order it was redeemed with first; see journal/showings.py
    "showing",
    metadata,
    Column("nonce_hash", String(32), primary_key=True),
    Column("device", String(20), nullable=False),
    Column("order_id", String(80), nullable=False),
    Column("seen_ms", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)

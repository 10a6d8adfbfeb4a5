"""Keys, sessions, missed sign-ins, links for a password; head office's people are in `hq.tables.staff`."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from hq.tables import metadata

api_key = Table(
    "api_key",
    metadata,
    Column("key_id", String(12), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("scopes", Text, nullable=False),  # with spaces between them
    Column("secret_hash", String(64), nullable=False),  # SHA-256: 160 random bits need no slow hash
    Column("ceiling_percent", Integer),
    Column("ceiling_amount", BigInteger),
    Column("ceiling_points", BigInteger),
    Column("stores", Text, nullable=False),  # JSON list; empty: all
    Column("created_by", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),  # after rotation: until when the old one stays good
    Column("revoked_ms", BigInteger),
    Column("last_used_ms", BigInteger),  # to the minute
    Column("replaces", String(12)),
)

console_session = Table(
    "console_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff", String(60), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),  # to the minute
    Column("expires_ms", BigInteger, nullable=False),
)

sign_in_miss = Table(  # how often signing in failed by one name, whether anybody has that name or not
    "sign_in_miss",
    metadata,
    Column("name_hash", String(64), primary_key=True),  # SHA-256: people type their password there, too
    Column("misses", Integer, nullable=False),  # in a row
    Column("last_ms", BigInteger, nullable=False, index=True),
    Column("locked_until_ms", BigInteger, nullable=False),  # 0: it is not locked
)

password_link = Table(  # good for choosing a password, once
    "password_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff", String(60), nullable=False, index=True),
    Column("created_by", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

idempotency = Table(  # what was answered to a request that may come again
    "idempotency",
    metadata,
    Column("actor", String(80), primary_key=True),
    Column("k", String(80), primary_key=True),
    Column("request_hash", String(64), nullable=False),  # of method, target and body
    Column("status", Integer, nullable=False),  # 0: under way; 1: done, with an answer that is shown once
    Column("headers", Text, nullable=False),  # JSON
    Column("body", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
)

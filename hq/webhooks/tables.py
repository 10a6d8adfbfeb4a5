"""The tables of webhooks: what happened, who is to hear of it, and how telling them went."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hq.tables import metadata

webhook_event = Table(  # what happened; a row is written in the transaction of the thing itself
    "webhook_event",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column(
        "n", BigInteger, unique=True
    ),  # its place in the feed; null until it is committed and has been seen
    Column("kind", String(40), nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("data", Text, nullable=False),  # JSON
    Column("only_for", String(12)),  # the endpoint of a test; such an event is in no feed
)

webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    Column("endpoint_id", String(12), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),  # with spaces between them; empty: all
    Column("state", String(10), nullable=False),  # on | off | given_up
    Column("secret", Text, nullable=False),  # HMAC needs it as it is, so it lies here beside what it protects
    Column("old_secret", Text),  # after a rotation both sign, until then
    Column("old_until_ms", BigInteger),
    Column("version", Integer, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("failing_since_ms", BigInteger),  # nothing has come through since then
)

webhook_delivery = Table(  # one event for one endpoint
    "webhook_delivery",
    metadata,
    Column("endpoint_id", String(12), primary_key=True),
    Column("event_id", String(32), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),  # waiting | delivered | given_up
    Column("tries", Integer, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("done_ms", BigInteger),
    Index(None, "endpoint_id", "state", "due_ms"),
    Index(None, "endpoint_id", "n"),
)

webhook_attempt = Table(
    "webhook_attempt",
    metadata,
    Column("endpoint_id", String(12), primary_key=True),
    Column("event_id", String(32), primary_key=True),
    Column("k", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("took_ms", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),  # 0: no answer came
    Column("said", Text, nullable=False),  # the beginning of the answer, or why there was none
)

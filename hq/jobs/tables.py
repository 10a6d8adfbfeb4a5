"""The table of jobs."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from hq.tables import metadata

job = Table(
    "job",
    metadata,
    Column("job_id", String(32), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("state", String(10), nullable=False),  # waiting | running | done | failed | stopped
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),  # 0: not known
    Column("asked", Text, nullable=False),  # JSON: what it was started with
    Column("place", Text, nullable=False),  # JSON: where the next step begins
    Column("said", Text, nullable=False),  # a sentence for people: how it ended, or what it waits for
    Column("who", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Index(None, "state", "created_ms"),
)

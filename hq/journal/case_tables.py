"""The tables of exceptions: entries and devices that a person must look at, and what was done with them."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hq.tables import metadata

case = Table(  # an exception: a verdict that a person must look at
    "exception",
    metadata,
    Column("case_id", String(20), primary_key=True),
    Column("device", String(20), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("store", String(40), nullable=False),
    Column("flags", String(200), nullable=False),
    Column("detail", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("owner", String(40), nullable=False),  # who is to look at it: the store, or head office
    Column("amount", BigInteger, nullable=False),  # what the entry gave away, in minor units of `unit`
    Column("unit", String(10), nullable=False),
    Column("assigned", String(60), nullable=False, server_default=""),  # who of head office looks at it
    # accepted | reversed | contacted | ruled; empty where it was posted, or nothing was decided
    Column("decision", String(10), nullable=False, server_default=""),
    Index(None, "state", "store"),
)

case_event = Table(  # what people and HQ did with a case; its `state` above copies what the newest one says
    "case_event",
    metadata,
    Column("case_id", String(20), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("what", String(10), nullable=False),  # posted | corrected | closed | assigned | noted | contacted
    Column("who", String(60), nullable=False),
    Column("note", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

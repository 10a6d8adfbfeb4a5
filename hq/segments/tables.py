"""The tables of segments: what they are, who is in them, how large they were, and what members bought."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hq.tables import metadata


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


segment = Table(
    "segment",
    metadata,
    Column("segment_id", String(40), primary_key=True),  # as conditions and stations name it
    _text("name", 80),
    _text("kind", 10),  # static: a list | dynamic: by its condition
    Column("condition", Text, nullable=False),  # JSON; empty of a list
    _text("state", 10),  # live | leaving: it is being taken off its members
    _number("version"),
    _number("members"),
    _text("day", 10),  # through which day of the calendar dynamic membership is right; empty: never was
    _number("refreshed_ms"),
    _number("created_ms"),
    _number("changed_ms"),
    _text("who", 80),
)

segment_member = Table(
    "segment_member",
    metadata,
    Column("segment", String(40), primary_key=True),
    Column("member", String(13), primary_key=True),
    _number("since_ms"),
    Index(None, "member"),
    sqlite_with_rowid=False,
)

segment_size = Table(  # how many were in it, the last of each day
    "segment_size",
    metadata,
    Column("segment", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    _number("members"),
)

# What orders held of product sets that segments ask for, worked out from their entries.
bought_fact = Table(
    "bought_fact",
    metadata,
    Column("products", String(80), primary_key=True),
    Column("device", String(20), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _text("member", 13),
    _number("t_eff"),
    _number("amount"),  # minor units, after discounts
    _number("quantity_milli"),
    Index(None, "member", "products"),
    sqlite_with_rowid=False,
)

bought_set = Table(  # by which meaning of a product set `bought_fact` was worked out
    "bought_set",
    metadata,
    Column("products", String(80), primary_key=True),
    _text("meaning", 64),  # a hash
)

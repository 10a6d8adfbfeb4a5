"""The tables of what people set for the console itself: views that they saved, and head office's settings."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, UniqueConstraint

from hq.tables import metadata

saved_view = Table(  # a list with its filters, under a name
    "saved_view",
    metadata,
    Column("view_id", String(32), primary_key=True),
    Column("staff", String(60), nullable=False, index=True),
    Column("noun", String(40), nullable=False),
    Column("title", String(60), nullable=False),
    Column("place", Text, nullable=False),  # path and filters, behind the root
    Column(
        "is_shared", Integer, nullable=False
    ),  # 1: everybody who may see the list sees it in the navigation
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("staff", "noun", "title"),
)

setting = Table(
    "setting",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("version", BigInteger, nullable=False),
    Column("changed_by", String(80), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

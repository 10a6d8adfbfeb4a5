"""The table of voids and returns."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from hq.tables import metadata


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


reversal_fact = Table(  # voids and returns that are posted; what they moved is in `posting`
    "reversal_fact",
    metadata,
    Column("device", String(20), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("reversal_id", String(80), nullable=False, unique=True),
    Column("order_entry", String(32), nullable=False, index=True),  # the id of the entry that it undoes
    _text("order_id", 80),
    _text("kind", 10),  # void | return
    _text("store", 40),
    _number("t_eff"),
    Column("member", String(13)),
    _text("at_till", 20),
    _text("approver", 20),
    _text("reason", 20),
    _text("currency", 3),
    _number("value"),  # of discounts, and of points as payment
    _number("points"),  # the change of what the order had earned
    _number("points_back"),
    Column("goods", BigInteger, nullable=False, server_default="0"),  # as priced, that came back
    Index(None, "store", "t_eff"),
    Index(None, "at_till", "t_eff"),
    Index(None, "member", "t_eff"),
)

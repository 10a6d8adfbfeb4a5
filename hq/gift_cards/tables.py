"""The tables of gift cards. What is on a card is the sum of the postings on its account, kept beside it."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from hq.tables import metadata


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


gift_card = Table(  # a card keeps the terms that it was issued by, whatever laws and programs say later
    "gift_card",
    metadata,
    Column("code_hash", String(32), primary_key=True),
    _text("kind", 80),  # of the program; empty where it is of none
    _text("currency", 3),
    _number("balance"),  # minor units
    Column("filled", Integer, nullable=False),  # 1 once anything was put on it
    Column("single_use", Integer, nullable=False),
    _text("rest", 10),  # what becomes of what a card for one use does not pay
    Column("ends_on", String(10)),
    Column("months", Integer),  # how long it lasts from the first money on; none: for ever
    Column("years_min", Integer, nullable=False),  # how long at least after money was put on
    _number("frozen_ms"),  # since when head office has stopped it; 0: it hasn't
    _number("made_ms"),
    Column("batch", String(32)),  # which it was made or brought in with, if any, and its place in there
    Column("n", BigInteger),
    Index(None, "batch", "n"),
    sqlite_with_rowid=False,
)

gift_card_fact = Table(  # entries that put money on cards and are posted
    "gift_card_fact",
    metadata,
    Column("device", String(20), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("change_id", String(80), nullable=False, unique=True),
    _text("code_hash", 32),
    _text("store", 40),
    _number("t_eff"),
    _text("movement", 10),  # activated | topped_up, as the station knew
    _number("amount"),
    _text("currency", 3),
    _text("at_till", 20),
    _text("approver", 20),
    Index(None, "code_hash"),
    Index(None, "store", "t_eff"),
)

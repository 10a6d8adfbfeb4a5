"""The tables of batches: vouchers or gift cards that were made, or brought in from a file, all alike."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hq.tables import metadata


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


batch = Table(
    "batch",
    metadata,
    Column("batch_id", String(32), primary_key=True),
    _text("kind", 10),  # vouchers | gift_cards
    _text("origin", 10),  # made | brought: from a file
    _text("name", 80),
    _text("campaign", 80),  # of vouchers: what they bring into play; empty for gift cards
    _text("rule_id", 80),
    _number("wanted"),  # so many were asked for
    _number("made"),  # and so many there are
    _text(
        "prefix", 10
    ),  # how the codes that are made begin, and how many characters they have behind their V or G
    Column("length", Integer, nullable=False),
    Column("uses_max", BigInteger, nullable=False),  # of vouchers; 0: as often as the rule holds
    Column("starts_on", String(10)),
    Column("ends_on", String(10)),
    _number("value"),  # of gift cards, in minor units; 0: blanks, which a till activates
    _text("currency", 3),
    Column("terms", Text, nullable=False),  # JSON: of gift cards, as `gift_card` keeps them
    _number("frozen_ms"),  # since when all of it is stopped; 0: it isn't
    _number("void_ms"),  # since when all of it is withdrawn
    _text("job", 32),  # the newest that works on it
    _text("who", 80),
    _number("at_ms"),
    _number("version"),  # counted up by each change
    Index(None, "at_ms"),
)

code_import = Table(  # files with codes that exist already; the rows lie beside the database for a week
    "code_import",
    metadata,
    Column("import_id", String(32), primary_key=True),
    _text("name", 80),
    Column("sample", Text, nullable=False),  # JSON: the heading and the first rows
    Column("mapping", Text, nullable=False),  # JSON: which column is what
    Column("asked", Text, nullable=False),  # JSON: the batch that its codes come into
    _text("job", 32),
    Column("is_trial", Integer, nullable=False),
    _number("rows_good"),
    _number("rows_bad"),
    _text("who", 80),
    _number("at_ms"),
    Index(None, "at_ms"),
)

"""The tables of reports: figures by day, store, campaign and member, and of which hours they have to be made anew."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, text

from hq.tables import metadata

# What is counted or summed up; see `figures.py` for what each means. Money in minor units.
MEASURES = (
    "orders",
    "orders_with",
    "value",
    "value_with",
    "returned",
    "discount",
    "redeemed",
    "refused",
    "issued",
    "spent",
    "expired",
    "points",
    "sold",
    "paid",
    "lapsed",
    "cards",
    "credited",
    "wallets",
)
OF_ALL = "campaign = ''"  # rows of all that there was


def _measures() -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in MEASURES]


figure_due = Table(  # hours in which something was posted since their figures were made
    "figure_due",
    metadata,
    Column("n", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("store", String(40), nullable=False),
    Column("hour", BigInteger, nullable=False),  # UTC, hours since 1970
)

figure_span = Table(  # the days that one transaction makes anew; empty outside of it
    "figure_span",
    metadata,
    Column("store", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)

# A day of a member in a store. Rows without a campaign have everything, those with one what the campaign did.
figure_member = Table(
    "figure_member",
    metadata,
    Column("n", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("day", String(10), nullable=False),  # in the program's time zone
    Column("store", String(40), nullable=False),  # empty: head office
    Column("campaign", String(80), nullable=False),  # empty: all that there was
    Column("member", String(13), nullable=False),  # empty: nobody
    *_measures(),
    Index(None, "day", "store"),
    Index(  # all that some members did: of a segment, say; PostgreSQL reads the index alone
        "ix_figure_member_of_all_member_day",
        "member",
        "day",
        postgresql_include=["store", *MEASURES],
        postgresql_where=text(OF_ALL),
        sqlite_where=text(OF_ALL),
    ),
)

figure_day = Table(  # the same summed up over members
    "figure_day",
    metadata,
    Column("campaign", String(80), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("store", String(40), primary_key=True),
    *_measures(),
    Index(None, "day", "store"),
)

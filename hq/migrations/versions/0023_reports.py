"""Reports: figures by day, the moments of what HQ posted by itself, and what lists and reports read of facts."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

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
)
INDEXES = (
    ("order_fact", ["t_eff", "device", "epoch", "seq"]),
    ("order_fact", ["store", "t_eff"]),
    ("order_fact", ["order_id"]),
    ("redemption_fact", ["t_eff", "redemption_id"]),
    ("redemption_fact", ["store", "t_eff"]),
    ("redemption_fact", ["campaign", "t_eff"]),
    ("redemption_fact", ["order_id"]),
    ("reversal_fact", ["store", "t_eff"]),
    ("gift_card_fact", ["store", "t_eff"]),
)
PARTS = (  # indexes of a few of the rows
    ("ix_redemption_fact_reason_t_eff", "redemption_fact", ["reason", "t_eff"], "outcome = 'refused'"),
    ("ix_redemption_fact_by_hand_t_eff", "redemption_fact", ["t_eff"], "device = 'hq'"),
    ("ix_order_fact_given_t_eff", "order_fact", ["t_eff"], "given <> 0"),
)
SPENT_BY = (
    "UPDATE redemption_fact SET points = COALESCE((SELECT SUM(amount) FROM posting WHERE account = 'points-spent'"
    " AND entry_id = (SELECT entry_id FROM journal WHERE device = redemption_fact.device"
    " AND epoch = redemption_fact.epoch AND seq = redemption_fact.seq)), 0) WHERE outcome = 'redeemed'"
)
GIVEN_BY = (
    "UPDATE order_fact SET given = COALESCE((SELECT SUM(amount) FROM posting WHERE account = 'discounts-given'"
    " AND entry_id = (SELECT entry_id FROM journal WHERE device = order_fact.device"
    " AND epoch = order_fact.epoch AND seq = order_fact.seq)), 0)"
)
STORE_OF = (
    "UPDATE redemption_fact SET store = COALESCE((SELECT MIN(store) FROM order_fact"
    " WHERE order_fact.device = redemption_fact.device AND order_fact.order_id = redemption_fact.order_id),"
    " (SELECT store FROM device WHERE device_id = redemption_fact.device), '')"
)
MOMENT_OF = (
    "UPDATE redemption_fact SET t_eff = COALESCE((SELECT MIN(t_eff) FROM order_fact"
    " WHERE order_fact.device = redemption_fact.device AND order_fact.order_id = redemption_fact.order_id), 0)"
    " WHERE t_eff = 0"
)
# Of a return HQ worked out the value of the goods and did not keep it: what was paid back and taken off is the same
# where nothing came on top of the price.
GOODS_OF = (
    "UPDATE reversal_fact SET goods = COALESCE((SELECT MIN(gross) FROM order_fact JOIN journal"
    " ON order_fact.device = journal.device AND order_fact.epoch = journal.epoch AND order_fact.seq = journal.seq"
    " WHERE journal.entry_id = reversal_fact.order_entry), 0) WHERE kind = 'void'"
)
OWN = (
    "SELECT DISTINCT entry_id FROM posting"
    " WHERE NOT EXISTS (SELECT 1 FROM journal WHERE journal.entry_id = posting.entry_id)"
)
FACTS = ("order_fact", "redemption_fact", "reversal_fact", "gift_card_fact")
HOURS = "INSERT INTO figure_due (store, hour) SELECT DISTINCT store, t_eff / 3600000 FROM {}"


def upgrade() -> None:
    """Add the tables, columns and indexes, and have all figures made from what is there."""
    op.add_column(
        "redemption_fact", sa.Column("store", sa.String(length=40), server_default="", nullable=False)
    )
    op.add_column("redemption_fact", sa.Column("points", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("reversal_fact", sa.Column("goods", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("order_fact", sa.Column("given", sa.BigInteger(), server_default="0", nullable=False))
    for statement in (MOMENT_OF, STORE_OF, SPENT_BY, GIVEN_BY, GOODS_OF):
        op.execute(statement)
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    for name, table, columns, condition in PARTS:
        where = sa.text(condition)
        op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)
    _own_entries()
    _figures()
    for table in FACTS:
        op.execute(HOURS.format(table))
    op.execute("INSERT INTO figure_due (store, hour) SELECT DISTINCT store, at_ms / 3600000 FROM own_entry")


def _own_entries() -> None:
    """Add the table; of what HQ posted before, the id says when (RFC 9562: its first 48 bits are milliseconds)."""
    table = op.create_table(
        "own_entry",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_own_entry")),
    )
    op.create_index(op.f("ix_own_entry_store_at_ms"), "own_entry", ["store", "at_ms"])
    op.create_index(op.f("ix_own_entry_at_ms"), "own_entry", ["at_ms"])
    rows = [
        {
            "entry_id": each,
            "kind": "adjusted",
            "at_ms": int(each[:12], 16),
            "store": "",
            "member": "",
            "about": "",
        }
        for each in op.get_bind().execute(sa.text(OWN)).scalars()
    ]
    if rows:
        op.bulk_insert(table, rows)


def _figures() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "figure_due",
        sa.Column("n", number, nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_figure_due")),
    )
    op.create_table(
        "figure_span",
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "day", name=op.f("pk_figure_span")),
    )
    op.create_table(
        "figure_member",
        sa.Column("n", number, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("campaign", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_figure_member")),
    )
    op.create_index(op.f("ix_figure_member_day_store"), "figure_member", ["day", "store"])
    op.create_index(op.f("ix_figure_member_member_day"), "figure_member", ["member", "day"])
    op.create_table(
        "figure_day",
        sa.Column("campaign", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint("campaign", "day", "store", name=op.f("pk_figure_day")),
    )
    op.create_index(op.f("ix_figure_day_day_store"), "figure_day", ["day", "store"])

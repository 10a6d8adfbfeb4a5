"""Later words on entries, what people do with cases, the age of deletions, more of what stations tell."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add tables and columns; what is there stays as it is."""
    op.add_column("device", sa.Column("rows_skipped", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("device", sa.Column("proto", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("exception", sa.Column("owner", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("exception", sa.Column("amount", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("exception", sa.Column("unit", sa.String(length=10), nullable=False, server_default=""))
    op.create_table(
        "case_event",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "n", name=op.f("pk_case_event")),
    )
    op.create_table(
        "later_verdict",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("flags", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=True),
        sa.Column("said_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", "n", name=op.f("pk_later_verdict")),
    )
    op.create_table(
        "feed_day",
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("at_ms", name=op.f("pk_feed_day")),
    )

"""Voids and returns, and who was at the till when something was redeemed: for the share that somebody undoes."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the table and two columns; who was at the till before nobody knows any more."""
    for column in (
        sa.Column("at_till", sa.String(length=20), server_default="", nullable=False),
        sa.Column("t_eff", sa.BigInteger(), server_default="0", nullable=False),
    ):
        op.add_column("redemption_fact", column)
    op.create_index(op.f("ix_redemption_fact_at_till_t_eff"), "redemption_fact", ["at_till", "t_eff"])
    op.create_table(
        "reversal_fact",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reversal_id", sa.String(length=80), nullable=False),
        sa.Column("order_entry", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("t_eff", sa.BigInteger(), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=True),
        sa.Column("at_till", sa.String(length=20), nullable=False),
        sa.Column("approver", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("points_back", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name=op.f("pk_reversal_fact")),
        sa.UniqueConstraint("reversal_id", name=op.f("uq_reversal_fact_reversal_id")),
    )
    op.create_index(op.f("ix_reversal_fact_order_entry"), "reversal_fact", ["order_entry"])
    op.create_index(op.f("ix_reversal_fact_at_till_t_eff"), "reversal_fact", ["at_till", "t_eff"])

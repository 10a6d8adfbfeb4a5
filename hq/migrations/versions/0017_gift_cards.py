"""Gift cards, and the entries that put money on them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the tables; there were no cards before."""
    op.create_table(
        "gift_card",
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.Column("single_use", sa.Integer(), nullable=False),
        sa.Column("rest", sa.String(length=10), nullable=False),
        sa.Column("ends_on", sa.String(length=10), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("years_min", sa.Integer(), nullable=False),
        sa.Column("frozen_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_gift_card")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gift_card_fact",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("change_id", sa.String(length=80), nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("t_eff", sa.BigInteger(), nullable=False),
        sa.Column("movement", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at_till", sa.String(length=20), nullable=False),
        sa.Column("approver", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name=op.f("pk_gift_card_fact")),
        sa.UniqueConstraint("change_id", name=op.f("uq_gift_card_fact_change_id")),
    )
    op.create_index(op.f("ix_gift_card_fact_code_hash"), "gift_card_fact", ["code_hash"])

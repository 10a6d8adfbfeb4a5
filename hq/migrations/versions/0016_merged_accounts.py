"""References of members who were merged into others, which lead to them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the table; nobody was merged before."""
    op.create_table(
        "merged_account",
        sa.Column("ref", sa.String(length=13), nullable=False),
        sa.Column("merged_into", sa.String(length=13), nullable=False),
        sa.Column("survivor", sa.String(length=13), nullable=False),
        sa.Column("number_hash", sa.String(length=32), nullable=True),
        sa.Column("codes_from_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_merged_account")),
        sa.UniqueConstraint("number_hash", name=op.f("uq_merged_account_number_hash")),
    )
    op.create_index(op.f("ix_merged_account_survivor"), "merged_account", ["survivor"])

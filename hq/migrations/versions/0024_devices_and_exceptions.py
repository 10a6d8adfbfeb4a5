"""Areas of stores, notes on devices, when a replica moved, who looks at an exception and what they decided."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the columns, and the order in which journals are read over all devices."""
    op.add_column("store", sa.Column("area", sa.String(length=40), server_default="", nullable=False))
    op.add_column("device", sa.Column("note", sa.String(length=200), server_default="", nullable=False))
    op.add_column("device", sa.Column("pulled_ms", sa.BigInteger(), server_default="0", nullable=False))
    for name, length in (("assigned", 60), ("decision", 10)):
        op.add_column(
            "exception", sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        )
    op.create_index(op.f("ix_journal_received_ms"), "journal", ["received_ms"], unique=False)

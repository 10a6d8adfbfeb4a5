"""Nonces of signed requests, for HQ's that are served by several processes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table; on PostgreSQL one whose rows needn't outlive a crash, so that no request waits for the disk."""
    op.create_table(
        "nonce",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "nonce", name=op.f("pk_nonce")),
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],
    )
    op.create_index(op.f("ix_nonce_until_ms"), "nonce", ["until_ms"])

"""Codes that a member's phone signs: links that bind it, which showings were used, and codes that are withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add tables and a column; what is there stays as it is."""
    op.add_column("member", sa.Column("codes_from_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "phone_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_phone_token")),
    )
    op.create_index(op.f("ix_phone_token_member"), "phone_token", ["member"])
    op.create_table(
        "showing",
        sa.Column("nonce_hash", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("nonce_hash", name=op.f("pk_showing")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_showing_seen_ms"), "showing", ["seen_ms"])

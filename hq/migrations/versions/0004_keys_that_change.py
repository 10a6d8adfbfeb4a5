"""Keys that are retired or revoked, further signatures of documents, and who holds a card by which key."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what a change of keys needs."""
    op.add_column("key", sa.Column("state", sa.String(length=10), nullable=False, server_default="good"))
    op.create_table(
        "document_signature",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kid", sa.String(length=20), nullable=False),
        sa.Column("sig", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", "kid", name=op.f("pk_document_signature")),
    )
    op.create_table(
        "card",
        sa.Column("kid", sa.String(length=20), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kid", "member", name=op.f("pk_card")),
    )

"""Who works in a store, and what the store asks of who is at the till."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the people; a store asks nothing until somebody says otherwise."""
    op.add_column("store", sa.Column("sign_in", sa.String(length=10), nullable=False, server_default="free"))
    op.create_table(
        "store_staff",
        sa.Column("staff_id", sa.String(length=13), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("pin_hash", sa.String(length=120), nullable=False),
        sa.Column("pepper", sa.String(length=16), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["store.store_id"], name=op.f("fk_store_staff_store")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_store_staff")),
    )
    op.create_index(op.f("ix_store_staff_store"), "store_staff", ["store"])

"""Epochs of devices, machines that wait to be confirmed, wiping, and pushes held aside that people decide."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what rows from before have a value for."""
    op.create_table(
        "device_epoch",
        sa.Column("device_id", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sign_pub", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column("wipe", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wiped_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("device_id", "epoch", name=op.f("pk_device_epoch")),
    )
    op.add_column("device", sa.Column("name", sa.String(length=80), server_default="", nullable=False))
    op.add_column("device", sa.Column("wipe", sa.Integer(), server_default="0", nullable=False))
    op.add_column("device", sa.Column("wiped_ms", sa.BigInteger(), nullable=True))
    op.add_column("enrol_token", sa.Column("device", sa.String(length=20), nullable=True))
    op.add_column("enrol_token", sa.Column("is_trusted", sa.Integer(), server_default="0", nullable=False))
    op.add_column("held_push", sa.Column("to_seq", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "held_push", sa.Column("state", sa.String(length=10), server_default="held", nullable=False)
    )
    op.add_column("held_push", sa.Column("decided_ms", sa.BigInteger(), nullable=True))

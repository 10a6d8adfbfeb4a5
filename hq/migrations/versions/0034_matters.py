"""What members came with (questions, complaints), who looks after it and what was done."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"


def upgrade() -> None:
    """Add the tables, and the counter of their numbers."""
    op.create_table(
        "matter",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("order_entry", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_matter")),
    )
    op.create_index(op.f("ix_matter_member_opened_ms"), "matter", ["member", "opened_ms"])
    op.create_index(op.f("ix_matter_state_opened_ms"), "matter", ["state", "opened_ms"])
    op.create_table(
        "matter_event",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("n", "place", name=op.f("pk_matter_event")),
    )
    op.create_index(op.f("ix_matter_event_member"), "matter_event", ["member"])
    op.execute("INSERT INTO counter (name, n) VALUES ('matter', 0)")

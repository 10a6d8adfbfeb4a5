"""Webhooks: what happened, who is to hear of it, and how telling them went."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the tables, and the counter of the feed's places."""
    op.create_table(
        "webhook_event",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("only_for", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("n", name=op.f("uq_webhook_event_n")),
    )
    op.create_index(op.f("ix_webhook_event_at_ms"), "webhook_event", ["at_ms"])
    op.create_table(
        "webhook_endpoint",
        sa.Column("endpoint_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("failing_since_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("endpoint_id", name=op.f("pk_webhook_endpoint")),
    )
    _deliveries()
    op.execute("INSERT INTO counter (name, n) VALUES ('webhook_events', 0)")


def _deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("endpoint_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("endpoint_id", "event_id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        op.f("ix_webhook_delivery_endpoint_id_state_due_ms"),
        "webhook_delivery",
        ["endpoint_id", "state", "due_ms"],
    )
    op.create_index(op.f("ix_webhook_delivery_endpoint_id_n"), "webhook_delivery", ["endpoint_id", "n"])
    op.create_table(
        "webhook_attempt",
        sa.Column("endpoint_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("k", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint_id", "event_id", "k", name=op.f("pk_webhook_attempt")),
    )

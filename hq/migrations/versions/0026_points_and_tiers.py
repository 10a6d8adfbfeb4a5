"""What members come to by what they did, and whom it is yet to be worked out for."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "touched",
        sa.Column("reader", sa.String(length=10), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.PrimaryKeyConstraint("reader", "member", name=op.f("pk_touched")),
        sqlite_with_rowid=False,
    )
    _points()
    _tiers()
    _outside()
    _given()


def _points() -> None:
    op.create_table(
        "lot",
        sa.Column("lot_id", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.Column("earned_on", sa.String(length=10), nullable=False),
        sa.Column("ends_on", sa.String(length=10), nullable=True),
        sa.Column("expires_on", sa.String(length=10), nullable=True),
        sa.Column("rolling_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lot")),
    )
    op.create_index(op.f("ix_lot_member"), "lot", ["member"])
    op.create_index(op.f("ix_lot_expires_on"), "lot", ["expires_on"])
    op.create_table(
        "expiration",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_expiration")),
    )
    op.create_index(op.f("ix_expiration_member"), "expiration", ["member"])
    op.create_table(
        "subscription",
        sa.Column("subscription_id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("tier", sa.String(length=80), nullable=False),
        sa.Column("paid_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_member"), "subscription", ["member"])


def _tiers() -> None:
    op.create_table(
        "tier_held",
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("tier", sa.String(length=80), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("member", "tier", "since", name=op.f("pk_tier_held")),
    )
    op.create_table(
        "tier_state",
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("tier", sa.String(length=80), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=True),
        sa.Column("ends_on", sa.String(length=10), nullable=True),
        sa.Column("after", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_tier_state")),
    )
    op.create_index(op.f("ix_tier_state_ends_on"), "tier_state", ["ends_on"])
    op.create_table(
        "tier_move",
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("was", sa.String(length=80), nullable=False),
        sa.Column("became", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("member", "at_ms", name=op.f("pk_tier_move")),
    )
    op.create_index(op.f("ix_tier_move_at_ms"), "tier_move", ["at_ms"])


def _outside() -> None:
    op.create_table(
        "member_event",
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_member_event")),
    )
    op.create_index(op.f("ix_member_event_member_name_day"), "member_event", ["member", "name", "day"])
    op.create_table(
        "signal",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", "store", name=op.f("pk_signal")),
    )


def _given() -> None:
    op.create_table(
        "referral",
        sa.Column("scheme", sa.String(length=80), nullable=False),
        sa.Column("friend", sa.String(length=13), nullable=False),
        sa.Column("referrer", sa.String(length=13), nullable=False),
        sa.Column("referred_on", sa.String(length=10), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("taken_back", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scheme", "friend", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_referrer"), "referral", ["referrer"])
    op.create_table(
        "granted",
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("gives", sa.Text(), nullable=False),
        sa.Column("taken_back_ms", sa.BigInteger(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_granted")),
    )
    op.create_index(op.f("ix_granted_member"), "granted", ["member"])
    op.create_index(op.f("ix_granted_source_about_member"), "granted", ["source", "about", "member"])

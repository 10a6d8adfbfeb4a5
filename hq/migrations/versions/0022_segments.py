"""Segments: who is in them, how large they were, and what orders held of product sets."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    """Add the tables, and room for more names in a member's row."""
    op.create_table(
        "segment",
        sa.Column("segment_id", sa.String(length=40), nullable=False),
        _text("name", 80),
        _text("kind", 10),
        sa.Column("condition", sa.Text(), nullable=False),
        _text("state", 10),
        _number("version"),
        _number("members"),
        _text("day", 10),
        _number("refreshed_ms"),
        _number("created_ms"),
        _number("changed_ms"),
        _text("who", 80),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_segment")),
    )
    op.create_table(
        "segment_member",
        sa.Column("segment", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        _number("since_ms"),
        sa.PrimaryKeyConstraint("segment", "member", name=op.f("pk_segment_member")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_segment_member_member"), "segment_member", ["member"])
    op.create_table(
        "segment_size",
        sa.Column("segment", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        _number("members"),
        sa.PrimaryKeyConstraint("segment", "day", name=op.f("pk_segment_size")),
    )
    _bought()
    with op.batch_alter_table("member") as batch:
        batch.alter_column(
            "segments",
            existing_type=sa.String(length=1000),
            type_=sa.String(length=8000),
            existing_nullable=False,
        )


def _bought() -> None:
    op.create_table(
        "bought_fact",
        sa.Column("products", sa.String(length=80), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        _number("seq"),
        _text("member", 13),
        _number("t_eff"),
        _number("amount"),
        _number("quantity_milli"),
        sa.PrimaryKeyConstraint("products", "device", "epoch", "seq", name=op.f("pk_bought_fact")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_bought_fact_member_products"), "bought_fact", ["member", "products"])
    op.create_table(
        "bought_set",
        sa.Column("products", sa.String(length=80), nullable=False),
        _text("meaning", 64),
        sa.PrimaryKeyConstraint("products", name=op.f("pk_bought_set")),
    )

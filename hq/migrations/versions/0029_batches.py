"""Batches of vouchers and gift cards, what head office stopped or withdrew of them, and files with codes of others."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the tables, and to vouchers and cards which batch they are of."""
    op.create_table(
        "batch",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        *(_text(name, length) for name, length in (("kind", 10), ("origin", 10), ("name", 80))),
        *(_text(name, 80) for name in ("campaign", "rule_id")),
        *(_number(name) for name in ("wanted", "made")),
        _text("prefix", 10),
        sa.Column("length", sa.Integer(), nullable=False),
        _number("uses_max"),
        sa.Column("starts_on", sa.String(length=10), nullable=True),
        sa.Column("ends_on", sa.String(length=10), nullable=True),
        _number("value"),
        _text("currency", 3),
        sa.Column("terms", sa.Text(), nullable=False),
        *(_number(name) for name in ("frozen_ms", "void_ms")),
        *(_text(name, length) for name, length in (("job", 32), ("who", 80))),
        *(_number(name) for name in ("at_ms", "version")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_at_ms"), "batch", ["at_ms"])
    op.create_table(
        "code_import",
        sa.Column("import_id", sa.String(length=32), nullable=False),
        _text("name", 80),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sample", "mapping", "asked")),
        _text("job", 32),
        sa.Column("is_trial", sa.Integer(), nullable=False),
        *(_number(name) for name in ("rows_good", "rows_bad")),
        _text("who", 80),
        _number("at_ms"),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_code_import")),
    )
    op.create_index(op.f("ix_code_import_at_ms"), "code_import", ["at_ms"])
    op.add_column("voucher", sa.Column("starts_on", sa.String(length=10), nullable=True))
    for table in ("voucher", "gift_card"):
        op.add_column(table, sa.Column("batch", sa.String(length=32), nullable=True))
        op.add_column(table, sa.Column("n", sa.BigInteger(), nullable=True))
        op.create_index(op.f(f"ix_{table}_batch_n"), table, ["batch", "n"])
    for name in ("frozen_ms", "void_ms"):
        op.add_column("voucher", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(op.f("ix_voucher_rule_id_code_hash"), "voucher", ["rule_id", "code_hash"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)

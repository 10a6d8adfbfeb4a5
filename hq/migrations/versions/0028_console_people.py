"""Head office's people at the console: missed sign-ins, links for a password, saved views, settings."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0026"


def upgrade() -> None:
    """Add the tables, and two columns: who is there already is at version 1 and has not signed in that we know."""
    op.add_column("staff", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("staff", sa.Column("signed_in_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "sign_in_miss",
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("locked_until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_sign_in_miss")),
    )
    op.create_index(op.f("ix_sign_in_miss_last_ms"), "sign_in_miss", ["last_ms"])
    op.create_table(
        "password_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=60), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_link")),
    )
    op.create_index(op.f("ix_password_link_staff"), "password_link", ["staff"])
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.String(length=60), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("staff", "noun", "title", name=op.f("uq_saved_view_staff_noun_title")),
    )
    op.create_index(op.f("ix_saved_view_staff"), "saved_view", ["staff"])
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )

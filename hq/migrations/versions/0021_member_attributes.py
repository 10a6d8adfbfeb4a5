"""Ids of other systems, attributes with their schema, notes, things given by hand, and imports of members."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the tables; members from before joined when their enrolment says, if there is one."""
    op.add_column("member", sa.Column("joined_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("member", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index(op.f("ix_member_joined_ms_ref"), "member", ["joined_ms", "ref"])
    op.execute(
        "UPDATE member SET joined_ms = (SELECT at_ms FROM enrolment WHERE enrolment.member = member.ref)"
        " WHERE ref IN (SELECT member FROM enrolment)"
    )
    for table in ("order_fact", "redemption_fact", "reversal_fact"):  # all that one member did
        op.create_index(op.f(f"ix_{table}_member_t_eff"), table, ["member", "t_eff"])
    op.create_table(
        "member_external",
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_member_external")),
    )
    op.create_index(op.f("ix_member_external_member"), "member_external", ["member"])
    _attributes()
    _by_people()
    op.create_table(
        "member_import",
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("is_trial", sa.Integer(), nullable=False),
        sa.Column("rows_good", sa.BigInteger(), nullable=False),
        sa.Column("rows_bad", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_member_import")),
    )
    op.create_index(op.f("ix_member_import_at_ms"), "member_import", ["at_ms"])


def _attributes() -> None:
    op.create_table(
        "attribute",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=10), nullable=False),
        sa.Column("at_stations", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_attribute")),
    )
    op.create_table(
        "member_attribute",
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("member", "name", name=op.f("pk_member_attribute")),
    )
    op.create_index(op.f("ix_member_attribute_name_text"), "member_attribute", ["name", "text"])
    op.create_index(op.f("ix_member_attribute_name_number"), "member_attribute", ["name", "number"])


def _by_people() -> None:
    op.create_table(
        "member_note",
        sa.Column("note_id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_member_note")),
    )
    op.create_index(op.f("ix_member_note_member_at_ms"), "member_note", ["member", "at_ms"])
    op.create_table(
        "by_hand",
        sa.Column("act_id", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_by_hand")),
    )
    op.create_index(op.f("ix_by_hand_member_at_ms"), "by_hand", ["member", "at_ms"])

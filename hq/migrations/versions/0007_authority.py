"""What campaigns have given, leases, reservations, and whose the home leases of a store are."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add tables and columns. The feed's keys get longer: a counter is called by its campaign."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("feed", "k", type_=sa.String(length=120))
    else:
        with op.batch_alter_table(
            "feed", recreate="always", table_kwargs={"sqlite_with_rowid": False}
        ) as feed:
            feed.alter_column("k", type_=sa.String(length=120))
    _counters()
    _leases()
    _claims()


def _counters() -> None:
    op.create_table(
        "campaign_counter",
        sa.Column("key", sa.String(length=120), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_campaign_counter")),
    )
    op.create_table(
        "member_use",
        sa.Column("member", sa.String(length=13), autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=80), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member", "campaign", "day", name=op.f("pk_member_use")),
    )
    op.create_table(
        "stock",
        sa.Column("rule", sa.String(length=80), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_stock")),
    )


def _leases() -> None:
    op.create_table(
        "lease",
        sa.Column("lease_id", sa.String(length=40), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("lease_id", name=op.f("pk_lease")),
    )
    op.create_index(op.f("ix_lease_scope_state"), "lease", ["scope", "state"])
    op.create_index(op.f("ix_lease_device_epoch"), "lease", ["device", "epoch"])
    op.create_table(
        "reservation",
        sa.Column("device", sa.String(length=20), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.String(length=80), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=120), autoincrement=False, nullable=False),
        sa.Column("reservation_id", sa.String(length=40), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "order_id", "name", "scope", name=op.f("pk_reservation")),
    )
    op.create_index(op.f("ix_reservation_scope_until_ms"), "reservation", ["scope", "until_ms"])
    op.create_table(
        "recount",
        sa.Column("device", sa.String(length=20), autoincrement=False, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_recount")),
    )
    op.create_table(
        "home_lead",
        sa.Column("store", sa.String(length=40), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_home_lead")),
    )
    op.create_table(
        "recall",
        sa.Column("scope", sa.String(length=120), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_recall")),
    )


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("scope", sa.String(length=120), autoincrement=False, nullable=False),
        sa.Column("t_eff", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(length=20), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("beyond", sa.BigInteger(), nullable=False),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("scope", "t_eff", "device", "epoch", "seq", name=op.f("pk_claim")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_claim_device_epoch_seq"), "claim", ["device", "epoch", "seq"])

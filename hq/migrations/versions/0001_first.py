"""The first form: stores, devices, members, vouchers, journal, ledger, feed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables in an empty database."""
    _shared()
    _stores()
    _members()
    _journal()
    _ledger()


def _shared() -> None:
    """What the whole of HQ has: keys, documents, staff."""
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "meta",
        sa.Column("k", sa.String(length=40), nullable=False),
        sa.Column("v", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("k", name=op.f("pk_meta")),
    )
    op.create_table(
        "key",
        sa.Column("kid", sa.String(length=20), nullable=False),
        sa.Column("use", sa.String(length=10), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("nbf_ms", sa.BigInteger(), nullable=False),
        sa.Column("retired_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_key")),
    )
    op.create_table(
        "document",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kid", sa.String(length=20), nullable=False),
        sa.Column("sig", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("published_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_document")),
    )
    op.create_table(
        "staff",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_staff")),
    )


def _stores() -> None:
    """Stores and their devices."""
    op.create_table(
        "store",
        sa.Column("store_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store")),
    )
    op.create_table(
        "enrol_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["store"], ["store.store_id"], name=op.f("fk_enrol_token_store")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_enrol_token")),
    )
    op.create_table(
        "device",
        sa.Column("device_id", sa.String(length=20), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sign_pub", sa.LargeBinary(), nullable=False),
        sa.Column("box_pub", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("pull_cursor", sa.BigInteger(), nullable=False),
        sa.Column("program_version", sa.BigInteger(), nullable=False),
        sa.Column("clock_skew_ms", sa.BigInteger(), nullable=False),
        sa.Column("hw", sa.String(length=80), nullable=False),
        sa.Column("sw", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["store.store_id"], name=op.f("fk_device_store")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device")),
    )


def _members() -> None:
    """Members, vouchers, and the feed by which stations hear of them."""
    op.create_table(
        "member",
        sa.Column("ref", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number_hash", sa.String(length=32), nullable=True),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("segments", sa.String(length=1000), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("home_store", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_member")),
        sa.UniqueConstraint("number_hash", name=op.f("uq_member_number_hash")),
    )
    op.create_table(
        "member_scope",
        sa.Column("member", sa.String(length=13), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("last_visit_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member", "store", name=op.f("pk_member_scope")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voucher",
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.String(length=80), nullable=False),
        sa.Column("uses_max", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=13), nullable=True),
        sa.Column("ends_on", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_voucher")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("t", sa.String(length=10), nullable=False),
        sa.Column("k", sa.String(length=32), nullable=False),
        sa.Column("op", sa.String(length=3), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "t", "k", name=op.f("pk_feed")),
        sa.UniqueConstraint("scope", "n", name=op.f("uq_feed_scope_n")),
        sqlite_with_rowid=False,
    )


def _journal() -> None:
    """The stations' entries, and what waits for a person."""
    op.create_table(
        "journal",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=True),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("flags", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_journal_entry_id")),
    )
    op.create_table(
        "held_push",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("from_seq", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device", "digest", name=op.f("pk_held_push")),
    )
    op.create_table(
        "exception",
        sa.Column("case_id", sa.String(length=20), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("flags", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_exception")),
    )
    op.create_index(op.f("ix_exception_state_store"), "exception", ["state", "store"], unique=False)


def _ledger() -> None:
    """What is derived from posted entries: facts for reports, and the postings."""
    op.create_table(
        "order_fact",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=True),
        sa.Column("t_eff", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.String(length=10), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "epoch", "seq", name=op.f("pk_order_fact")),
    )
    op.create_index(op.f("ix_order_fact_device_order_id"), "order_fact", ["device", "order_id"], unique=False)
    op.create_table(
        "redemption_fact",
        sa.Column("redemption_id", sa.String(length=80), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("campaign", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=13), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("redemption_id", name=op.f("pk_redemption_fact")),
    )
    op.create_table(
        "posting",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "n", name=op.f("pk_posting")),
    )
    op.create_index(op.f("ix_posting_account_unit"), "posting", ["account", "unit"], unique=False)

"""What waits at a device behind its last push, and pairing codes that a manager asks for at a station."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the columns: of devices from before nothing is known to wait, and all codes were head office's own."""
    for name in ("behind", "behind_since_ms"):
        op.add_column("device", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("enrol_token", sa.Column("asked_by", sa.String(length=20), nullable=True))
    op.add_column("enrol_token", sa.Column("approver", sa.String(length=80), nullable=True))
    op.add_column("enrol_token", sa.Column("approval", sa.String(length=32), nullable=True))
    op.add_column("enrol_token", sa.Column("paired", sa.String(length=20), nullable=True))
    op.create_index(op.f("ix_enrol_token_paired"), "enrol_token", ["paired"], unique=False)
    op.create_index(op.f("ix_enrol_token_approval"), "enrol_token", ["approval"], unique=False)

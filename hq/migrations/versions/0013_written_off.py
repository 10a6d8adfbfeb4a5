"""When a person wrote a device's epoch off: what it could still have given too much counts no more."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the columns. What was written off before is not known, and counts until it is said again."""
    for table in ("device", "device_epoch"):
        op.add_column(table, sa.Column("written_off_ms", sa.BigInteger(), nullable=True))

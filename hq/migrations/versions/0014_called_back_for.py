"""For which device a home lease was called back, so that one that asks without end calls no more back."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column; of what was called back before nobody knows for whom."""
    op.add_column("recall", sa.Column("asked_by", sa.String(length=20), server_default="", nullable=False))

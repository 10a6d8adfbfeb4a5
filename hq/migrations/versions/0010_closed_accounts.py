"""Members who were erased: of them nothing is kept but that their reference was somebody's."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the closed accounts."""
    op.create_table(
        "closed_account",
        sa.Column("ref", sa.String(length=13), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=False),
        sa.Column("feed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_closed_account")),
    )

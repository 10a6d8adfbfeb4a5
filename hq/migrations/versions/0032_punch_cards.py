"""Members' counters of punch cards."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the table. It begins empty: no station could count on a card before."""
    op.create_table(
        "member_punch",
        sa.Column("member", sa.String(length=13), autoincrement=False, nullable=False),
        sa.Column("card", sa.String(length=80), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member", "card", name=op.f("pk_member_punch")),
    )

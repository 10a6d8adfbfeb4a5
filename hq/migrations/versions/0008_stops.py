"""What head office stopped and when, and which list of it each station goes by."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table and the column; what is there stays as it is."""
    op.add_column("device", sa.Column("stops_version", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "stop",
        sa.Column("what", sa.String(length=100), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("program_version", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("who", sa.String(length=60), nullable=False),
        sa.Column("lifted_version", sa.BigInteger(), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("before_program", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("what", "version", name=op.f("pk_stop")),
    )

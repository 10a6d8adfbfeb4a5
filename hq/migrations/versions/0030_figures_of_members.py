"""An index of what some members did over a long time: of the rows of all that there was, with their measures."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

BEFORE, NAME, TABLE, KEY = (
    "ix_figure_member_member_day",
    "ix_figure_member_of_all_member_day",
    "figure_member",
    ["member", "day"],
)
MEASURES = (
    "orders",
    "orders_with",
    "value",
    "value_with",
    "returned",
    "discount",
    "redeemed",
    "refused",
    "issued",
    "spent",
    "expired",
    "points",
    "sold",
    "paid",
    "lapsed",
    "cards",
)


def upgrade() -> None:
    """Put it in the place of the index of all rows, which a report of a segment had to look into each row behind."""
    rows = sa.text("campaign = ''")
    include = ["store", *MEASURES]
    op.create_index(NAME, TABLE, KEY, postgresql_include=include, postgresql_where=rows, sqlite_where=rows)
    op.drop_index(op.f(BEFORE), table_name=TABLE)

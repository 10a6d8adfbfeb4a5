"""What members did before, of which stations are told where the program asks: all members have to be told of again."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

NEWEST = "SELECT body FROM document WHERE kind = 'program' ORDER BY version DESC LIMIT 1"
ASKED = (b'"history.', b'"order.nth"', b'"event.count"')
TOLD_AGAIN = """
INSERT INTO touched (reader, member)
SELECT 'told', ref FROM member WHERE ref NOT IN (SELECT member FROM touched WHERE reader = 'told')
"""


def upgrade() -> None:
    """Write all members down for whoever tells of them, if the newest program asks."""
    body = op.get_bind().execute(sa.text(NEWEST)).scalar_one_or_none()
    if body is not None and any(word in bytes(body) for word in ASKED):
        op.execute(TOLD_AGAIN)

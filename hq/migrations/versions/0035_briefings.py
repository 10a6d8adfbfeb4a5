"""What cashiers are told of a campaign becomes a part of the campaign, as programs have it. And who trained."""

from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from app.core.canonical import canonical

revision = "0035"
down_revision = "0034"

CAMPAIGN = sa.table(
    "campaign",
    *map(sa.column, ("campaign_id", "body", "briefing", "has_changes", "published_n", "version")),
)
APPROVAL = sa.table("approval", *map(sa.column, ("campaign_id", "body")))


def upgrade() -> None:
    """Put the texts into the drafts; nothing that is published changes, so running campaigns have a draft to publish.

    Who has approved a draft, or is asked to, looked at these texts beside it: what they approved has them too.
    """
    connection = op.get_bind()
    for row in connection.execute(sa.select(CAMPAIGN)).all():
        texts = _texts(row.briefing)
        if texts:
            body = _written({**orjson.loads(row.body), "briefing": texts})
            of = CAMPAIGN.c.campaign_id == row.campaign_id
            changed = {"body": body, "has_changes": True, "version": row.version + 1}
            connection.execute(sa.update(CAMPAIGN).where(of).values(changed))
            same = (APPROVAL.c.campaign_id == row.campaign_id, APPROVAL.c.body == row.body)
            connection.execute(sa.update(APPROVAL).where(*same).values(body=body))
    op.drop_column("campaign", "briefing")
    trained = sa.Column("trained_ms", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("store_staff", trained)


def _texts(briefing: str) -> dict[str, str]:
    typed = {language: "\n".join(text.replace("\t", " ").splitlines()) for language, text in _read(briefing)}
    return {language: text.strip() for language, text in typed.items() if text.strip()}


def _read(briefing: str) -> list[tuple[str, str]]:
    found: Mapping[str, str] = orjson.loads(briefing)
    return list(found.items())


def _written(body: dict[str, Any]) -> str:
    return canonical(body).decode("utf-8")

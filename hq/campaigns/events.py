"""What outsiders hear of campaigns: that one was made, that stations begin to give it, that they give it no more."""

from typing import Any

from sqlalchemy import Connection

from hq.campaigns.rows import CampaignRow, State
from hq.webhooks.outbox import Kind, announce_event

GIVEN = (State.LIVE, State.SCHEDULED)  # what begins by itself, and what has begun
OVER = (State.PAUSED, State.KILLED, State.ENDED)


def tell_created(connection: Connection, row: CampaignRow, *, now_ms: int) -> None:
    """Tell that there is a new campaign."""
    announce_event(connection, Kind.CAMPAIGN_CREATED, _told(row), now_ms=now_ms)


def tell_state(connection: Connection, before: State, row: CampaignRow, *, now_ms: int) -> None:
    """Tell what became of a campaign, if it is anything that outsiders hear of."""
    if row.state is State.LIVE and before is not State.LIVE:
        announce_event(connection, Kind.CAMPAIGN_STARTED, _told(row), now_ms=now_ms)
    if row.state in OVER and before in GIVEN:
        announce_event(connection, Kind.CAMPAIGN_STOPPED, _told(row), now_ms=now_ms)


def _told(row: CampaignRow) -> dict[str, Any]:
    return {
        "campaign": row.campaign_id,
        "name": row.name,
        "state": row.state.value,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
    }

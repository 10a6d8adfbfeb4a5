"""The counters of campaigns as a station that asks on line gets them, those of its member too."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection

from app.core.campaign import Campaign
from app.core.history import read_key
from app.core.limits import counted_key, keys_of, member_uses_key
from hq.authority import counters

Days = Mapping[str, int]  # how often a member used a campaign, by the store's day (ISO 8601)


def known_of(
    connection: Connection, campaigns: Iterable[Campaign], uses: Mapping[str, Days] | None, *, today: date
) -> dict[str, int]:
    """Return what limits, budgets and stocks of campaigns ask for. `uses` are the member's; None: without one."""
    found: dict[str, int] = {}
    whole: set[str] = set()
    for campaign in campaigns:
        keys = keys_of(campaign)
        whole |= {key for key in keys if not key.startswith("member_")}
        if uses is not None:
            found |= of_member(campaign, uses.get(campaign.campaign_id, {}), today=today)
    told = counters.facts_of(connection, sorted(whole))
    return found | {key: fact["n"] for key, fact in told.items()}


def of_member(campaign: Campaign, days: Days, *, today: date) -> dict[str, int]:
    """Return what a campaign's limits ask about its member."""
    name, limits = campaign.campaign_id, campaign.limits
    if limits is None:
        return {}
    found = {key: used(key, days, today=today) for key in _windowed(campaign)}
    if limits.members is not None:
        found[counted_key(name)] = int(any(days.values()))
    return found


def used(key: str, days: Days, *, today: date) -> int:
    """Return how often a member used a campaign within the window that the key names."""
    window = read_key(key).window
    sums: dict[date, int] = {}
    for day, count in days.items():
        begin = window.begin(date.fromisoformat(day))
        sums[begin] = sums.get(begin, 0) + count
    return window.total(sums, today)


def _windowed(campaign: Campaign) -> list[str]:
    limits = campaign.limits
    return (
        []
        if limits is None
        else [member_uses_key(campaign.campaign_id, each.period) for each in limits.member_uses]
    )

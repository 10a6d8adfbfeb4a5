"""Campaigns that run: paused, killed and let go by the list of what is stopped, started and ended by their dates.

Pausing is for a while. A campaign that was killed comes back only under other rules than those it was killed under.
Stations hear of either before anything else; who has is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection, select

from app.core.stops import CAMPAIGN
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.campaigns import rows
from hq.campaigns.catching_up import STOPPED, by_dates, check_rules_changed
from hq.campaigns.drafting import about, changing, keep, said_of
from hq.campaigns.rows import CampaignRow, State
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.campaigns.tables import campaign
from hq.faults import NotPossible
from hq.home import Hq
from hq.stops.service import changing_stops, lift_in, stop_in
from hq.stops.store import Period, all_periods
from hq.tables import device

RUNNING = (State.LIVE, State.SCHEDULED)


class News(StrEnum):
    """What stations have to hear of."""

    STOPPED = "stopped"
    LET_GO = "let_go"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Unheard:
    """An active station that has not heard yet. `last_seen_ms` is UTC milliseconds, 0 for never."""

    device_id: str
    name: str
    store: str
    last_seen_ms: int


@dataclass(frozen=True)
class Heard:
    """Of the newest news of a campaign, how many active stations have heard; `missing` begins with the longest silent.

    `version` is that of the list of what is stopped, or of the program where the news is that it was published.
    """

    news: News | None
    since_ms: int
    version: int
    devices: int
    heard: int
    missing: tuple[Unheard, ...]


def pause_campaign(hq: Hq, actor: Actor, campaign_id: str, *, note: str = "") -> CampaignRow:
    """Stop a campaign everywhere until it is let go again. Raises `NotHere`, `NotPossible`."""
    return _stop(hq, actor, campaign_id, State.PAUSED, note=note)


def kill_campaign(hq: Hq, actor: Actor, campaign_id: str, *, note: str = "") -> CampaignRow:
    """Stop a campaign everywhere until its rules are changed. Raises `NotHere`, `NotPossible`."""
    return _stop(hq, actor, campaign_id, State.KILLED, note=note)


def resume_campaign(hq: Hq, actor: Actor, campaign_id: str, *, note: str = "") -> CampaignRow:
    """Let a campaign go: one that was killed under the rules that were published since. Raises `NotPossible`."""
    with changing_stops(hq) as connection:
        old = rows.find(connection, campaign_id)
        if old.state not in STOPPED:
            raise NotPossible("This campaign is not stopped.")
        check_rules_changed(connection, campaign_id)
        lift_in(hq, connection, CAMPAIGN + campaign_id, who=actor.name)
        return _told(hq, connection, actor, old, "campaign.resumed", note)


def heard_of(hq: Hq, campaign_id: str) -> Heard:
    """Return who has heard the newest of a campaign. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row = rows.find(connection, campaign_id)
        periods = [each for each in all_periods(connection) if each.what == CAMPAIGN + campaign_id]
        statement = (
            select(device)
            .where(device.c.state == "active")
            .order_by(device.c.last_seen_ms, device.c.device_id)
        )
        devices = connection.execute(statement).all()
        news, since_ms, version = _news(connection, row, periods)
    has = "program_version" if news is News.PUBLISHED else "stops_version"
    missing = tuple(
        Unheard(each.device_id, each.name, each.store, each.last_seen_ms)
        for each in devices
        if news is not None and getattr(each, has) < version
    )
    return Heard(news, since_ms, version, len(devices), len(devices) - len(missing), missing)


def keep_states(hq: Hq) -> int:
    """Start and end campaigns by their dates; return how many did."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
        found = _by_dates(connection)
    if program is None:
        return 0
    now_ms = hq.clock.now_ms()
    due = [row.campaign_id for row in found if by_dates(row, program.time_zone, now_ms) is not row.state]
    if not due:
        return 0
    with changing(hq) as connection:
        for campaign_id in due:
            row = rows.find(connection, campaign_id)
            state = by_dates(row, program.time_zone, now_ms)
            if row.published_n is not None and row.state in RUNNING:
                action = "campaign.started" if state is State.LIVE else "campaign.ended"
                keep(hq, connection, SYSTEM, row, replace(row, state=state), action)
    return len(due)


def _by_dates(connection: Connection) -> list[CampaignRow]:
    """Return the campaigns that dates start and end."""
    statement = select(campaign).where(
        campaign.c.published_n.is_not(None), campaign.c.state.in_([state.value for state in RUNNING])
    )
    return rows.all_of(connection, statement)


def _stop(hq: Hq, actor: Actor, campaign_id: str, state: State, *, note: str) -> CampaignRow:
    with changing_stops(hq) as connection:
        old = rows.find(connection, campaign_id)
        if not old.is_published:
            raise NotPossible("This campaign was never published, so no station gives it.")
        if old.state is state or old.state is State.KILLED:
            return old
        stop_in(hq, connection, CAMPAIGN + campaign_id, note=note, who=actor.name)
        stopped = rows.find(connection, campaign_id)
        newest = newest_version(connection, "program") if state is State.KILLED else 0
        rows.store(connection, replace(stopped, state=state, killed_program=newest, version=old.version + 1))
        action = "campaign.killed" if state is State.KILLED else "campaign.paused"
        return _told(hq, connection, actor, old, action, note)


def _told(
    hq: Hq, connection: Connection, actor: Actor, old: CampaignRow, action: str, note: str
) -> CampaignRow:
    """Write down what became of a campaign, and return it."""
    now = rows.find(connection, old.campaign_id)
    record(
        connection,
        actor,
        action,
        about(old.campaign_id),
        now_ms=hq.clock.now_ms(),
        reason=note,
        before=said_of(old),
        after=said_of(now),
    )
    return now


def _news(
    connection: Connection, row: CampaignRow, periods: Iterable[Period]
) -> tuple[News | None, int, int]:
    """Return the newest of what stations have to hear of a campaign, since when, and by which version."""
    found: list[tuple[int, News, int]] = []
    for each in periods:
        found.append((each.since_ms, News.STOPPED, each.version))
        if each.until_ms is not None and each.lifted_version is not None:
            found.append((each.until_ms, News.LET_GO, each.lifted_version))
    if row.published_n is not None:
        published = rows.published_at(connection, row.campaign_id, row.published_n)
        found.append((published.published_ms, News.PUBLISHED, published.program_version))
    if row.state in STOPPED:  # while it is stopped nothing else matters
        found = [each for each in found if each[1] is News.STOPPED]
    if not found:
        return None, 0, 0
    since_ms, news, version = max(found, key=lambda each: (each[0], each[2]))
    return news, since_ms, version

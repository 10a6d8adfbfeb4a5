"""What people work on, brought up to what a new version of the program says, however it came to be published.

A file published by the command line leaves the same rows behind as the API: each campaign of it as it was published,
and drafts that somebody is at work on as they are.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.core.program import Program
from hq.access.actor import Actor
from hq.campaigns import part_rows, rows
from hq.campaigns.events import tell_created, tell_state
from hq.campaigns.rows import Approval, CampaignRow, PublishedCampaign, State, written
from hq.faults import NotPossible

STOPPED = (State.PAUSED, State.KILLED)


def bring_up_to_date(
    connection: Connection,
    program: Program,
    document: Mapping[str, Any],
    *,
    actor: Actor,
    now_ms: int,
    note: str = "",
) -> None:
    """Make the rows of campaigns and parts say what a program that was just published says. `document` is its JSON."""
    known = {row.campaign_id: row for row in rows.all_of(connection)}
    newest = rows.newest_published(connection)
    local = local_now(program.time_zone, now_ms)
    typed = {each.campaign_id: each for each in program.campaigns}
    for body in document["campaigns"]:
        campaign_id = body["id"]
        starts_at, ends_at = typed[campaign_id].starts_at, typed[campaign_id].ends_at
        old, was = known.get(campaign_id), newest.get(campaign_id)
        n = 0 if was is None else was.n
        if was is None or written(was.body) != written(body):
            n += 1
            rows.insert_published(
                connection,
                PublishedCampaign(campaign_id, n, body, program.version, actor.name, now_ms, note),
            )
        if old is None:
            new = _new(body, starts_at=starts_at, ends_at=ends_at, actor=actor, now_ms=now_ms)
            new = replace(new, state=_by_dates(new, local))
            rows.insert_campaign(connection, new)
            tell_created(connection, new, now_ms=now_ms)
            tell_state(connection, State.DRAFT, new, now_ms=now_ms)
            continue
        dated = replace(old, published_n=n, starts_at=starts_at, ends_at=ends_at)
        _keep(connection, old, _published(dated, body, local), actor.name, now_ms)
    for campaign_id, old in known.items():
        if campaign_id not in typed and old.published_n is not None and old.state not in STOPPED:
            _keep(connection, old, replace(old, state=State.ENDED), actor.name, now_ms)
    part_rows.let_go_published(connection, document, now_ms=now_ms)


def mark_stopped(connection: Connection, campaign_id: str, *, who: str, now_ms: int) -> None:
    """Say that a campaign was stopped, however that came about; one that nobody works on here is left alone."""
    old = rows.find_or_none(connection, campaign_id)
    if old is not None and old.is_published and old.state not in STOPPED:
        _keep(connection, old, replace(old, state=State.PAUSED), who, now_ms)


def mark_let_go(connection: Connection, campaign_id: str, *, time_zone: str, who: str, now_ms: int) -> None:
    """Say that a campaign is stopped no more: it stands where its dates say."""
    old = rows.find_or_none(connection, campaign_id)
    if old is not None and old.state in STOPPED:
        state = _by_dates(old, local_now(time_zone, now_ms))
        _keep(connection, old, replace(old, state=state, killed_program=0), who, now_ms)


def check_rules_changed(connection: Connection, campaign_id: str) -> None:
    """Raise `NotPossible` for a campaign that was killed and not published anew since."""
    row = rows.find_or_none(connection, campaign_id)
    if row is None or row.state is not State.KILLED or row.published_n is None:
        return
    newest = rows.published_at(connection, campaign_id, row.published_n)
    if newest.program_version <= row.killed_program:
        raise NotPossible("It was killed. Change its rules and publish them, then let it go.")


def by_dates(row: CampaignRow, time_zone: str, now_ms: int) -> State:
    """Return where a published campaign stands by its dates, unless somebody stopped it."""
    return row.state if row.state in STOPPED else _by_dates(row, local_now(time_zone, now_ms))


def local_now(time_zone: str, now_ms: int) -> str:
    """Return the local moment to the second, as campaigns have it."""
    moment = datetime.fromtimestamp(now_ms // 1000, UTC)
    return moment.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%dT%H:%M:%S")


def _by_dates(row: CampaignRow, local: str) -> State:
    if local < row.starts_at:
        return State.SCHEDULED
    return State.ENDED if local > row.ends_at else State.LIVE


def _published(row: CampaignRow, body: Mapping[str, Any], local: str) -> CampaignRow:
    """Return a row whose campaign is published with this body: a draft that somebody is at work on stays a draft."""
    state = row.state if row.state in STOPPED else _by_dates(row, local)
    is_own = row.has_changes and row.is_published and written(row.body) != written(body)
    if is_own:
        return replace(row, state=state)
    return replace(
        row,
        state=state,
        name=str(body["name"]),
        body=dict(body),
        has_changes=False,
        authors=(),
        approval=Approval.NONE,
        publish_at_ms=None,
        publish_by="",
        said="",
    )


def _keep(connection: Connection, old: CampaignRow, new: CampaignRow, who: str, now_ms: int) -> None:
    if new != old:
        kept = replace(new, version=old.version + 1, changed_by=who, changed_ms=now_ms)
        rows.store(connection, kept)
        tell_state(connection, old.state, kept, now_ms=now_ms)


def _new(body: Mapping[str, Any], *, starts_at: str, ends_at: str, actor: Actor, now_ms: int) -> CampaignRow:
    return CampaignRow(
        campaign_id=body["id"],
        name=body["name"],
        state=State.LIVE,
        body=dict(body),
        has_changes=False,
        authors=(),
        published_n=1,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=actor.name,
        created_ms=now_ms,
        changed_by=actor.name,
        changed_ms=now_ms,
    )

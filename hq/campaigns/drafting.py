"""Campaigns as people work on them: made, changed, cloned, thrown away, compared with what was published.

Nothing here reaches a station: that is `publishing`. Each change makes the row's `version` one more; what another had
approved counts for the very body they looked at and no other.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from app.core.briefing import BRIEFING_MAX
from app.core.document import DocumentInvalid, Place
from app.ids import new_number
from hq.access.actor import Actor
from hq.api.paging import Paging, cut, page_of
from hq.audit.service import record
from hq.campaigns import rows
from hq.campaigns.diffs import Difference, differences
from hq.campaigns.events import tell_created, tell_state
from hq.campaigns.rows import Approval, CampaignRow, PublishedCampaign, State, as_named, dates_of, written
from hq.campaigns.tables import campaign
from hq.db import Whole, hold_whole
from hq.faults import NotPossible
from hq.home import Hq

Match = Callable[[int], None]  # raises `ChangedMeanwhile` unless it is called with the version that was meant
CAMPAIGNS_MAX = 5_000
AUTHORS_MAX = 50


@dataclass(frozen=True)
class CampaignFilter:
    """Which campaigns of the list."""

    state: State | None = None
    approval: Approval | None = None
    text: str = ""  # part of the name or the id


def any_version(_version: int) -> None:
    """Be content with whatever version there is."""


@contextmanager
def changing(hq: Hq) -> Iterator[Connection]:
    """One change of what the program is or is to become, alone."""
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        yield connection


def create_campaign(
    hq: Hq,
    actor: Actor,
    *,
    name: str,
    campaign_id: str = "",
    body: Mapping[str, Any] | None = None,
    briefing: Mapping[str, str] | None = None,
) -> CampaignRow:
    """Make a draft; without an id it gets one from its name. Raises `NotPossible`, `TooLarge`."""
    with changing(hq) as connection:
        chosen = new_campaign_id(connection, campaign_id, name)
        new = new_draft(hq, actor, chosen, name=name, body=_with_briefing(body or {}, briefing))
        insert_draft(connection, actor, new, now_ms=new.created_ms)
    return new


def find_campaign(hq: Hq, campaign_id: str) -> CampaignRow:
    """Return a campaign. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return rows.find(connection, campaign_id)


def list_campaigns(
    hq: Hq, wanted: CampaignFilter | None = None, paging: Paging | None = None
) -> tuple[list[CampaignRow], str | None]:
    """Return a page of campaigns, the newest first, and the cursor of the next one. Raises `NotPossible`."""
    chosen, paging = wanted or CampaignFilter(), paging or Paging()
    statement = select(campaign)
    if chosen.state is not None:
        statement = statement.where(campaign.c.state == chosen.state.value)
    if chosen.approval is not None:
        statement = statement.where(campaign.c.approval == chosen.approval.value)
    if chosen.text:
        has = campaign.c.name.icontains(chosen.text, autoescape=True)
        statement = statement.where(has | campaign.c.campaign_id.icontains(chosen.text, autoescape=True))
    order = (campaign.c.created_ms, campaign.c.campaign_id)
    with hq.database.reading() as connection:
        found = rows.all_of(connection, page_of(statement, order, paging, kinds=(int, str)))
    return cut(found, paging, lambda row: (row.created_ms, row.campaign_id))


def change_campaign(
    hq: Hq,
    actor: Actor,
    campaign_id: str,
    *,
    name: str | None = None,
    body: Mapping[str, Any] | None = None,
    briefing: Mapping[str, str] | None = None,
    match: Match = any_version,
) -> CampaignRow:
    """Change a draft; what isn't given stays. Raises `NotHere`, `ChangedMeanwhile`, `NotPossible`, `TooLarge`."""
    with changing(hq) as connection:
        old = rows.find(connection, campaign_id)
        match(old.version)
        new_name = old.name if name is None else name
        new_body = _with_briefing(old.body if body is None else body, briefing)
        changed = with_body(connection, old, as_named(new_body, campaign_id, new_name), actor)
        return keep(hq, connection, actor, old, changed, "campaign.changed")


def discard_changes(hq: Hq, actor: Actor, campaign_id: str, *, match: Match = any_version) -> CampaignRow:
    """Let a campaign be as it was published. Raises `NotHere`, `NotPossible`, `ChangedMeanwhile`."""
    with changing(hq) as connection:
        old = rows.find(connection, campaign_id)
        match(old.version)
        if old.published_n is None:
            raise NotPossible("This campaign was never published. Throw the draft away instead.")
        was = rows.published_at(connection, campaign_id, old.published_n)
        changed = with_body(connection, old, was.body, actor)
        return keep(hq, connection, actor, old, changed, "campaign.changes_discarded")


def drop_campaign(hq: Hq, actor: Actor, campaign_id: str, *, match: Match = any_version) -> None:
    """Throw a draft away that was never published. Raises `NotHere`, `NotPossible`, `ChangedMeanwhile`."""
    now_ms = hq.clock.now_ms()
    with changing(hq) as connection:
        old = rows.find(connection, campaign_id)
        match(old.version)
        if old.is_published:
            raise NotPossible("This campaign was published, and what was published stays. Pause it instead.")
        rows.drop(connection, campaign_id)
        record(connection, actor, "campaign.dropped", about(campaign_id), now_ms=now_ms, before=said_of(old))


def list_versions(hq: Hq, campaign_id: str) -> list[PublishedCampaign]:
    """Return what was published of a campaign, the newest first. Raises `NotHere`."""
    with hq.database.reading() as connection:
        rows.find(connection, campaign_id)
        return rows.published_of(connection, campaign_id)


def find_version(hq: Hq, campaign_id: str, n: int) -> PublishedCampaign:
    """Return one published version of a campaign. Raises `NotHere`."""
    with hq.database.reading() as connection:
        rows.find(connection, campaign_id)
        return rows.published_at(connection, campaign_id, n)


def diff_campaign(
    hq: Hq, campaign_id: str, *, older: int | None = None, newer: int | None = None
) -> list[Difference]:
    """Return what differs between two published versions. Raises `NotHere`.

    Without `newer` it is the draft, without `older` what was published last (for a draft that never was: nothing).
    """
    with hq.database.reading() as connection:
        row = rows.find(connection, campaign_id)
        after = row.body if newer is None else rows.published_at(connection, campaign_id, newer).body
        n = row.published_n if older is None else older
        before = {} if n is None else rows.published_at(connection, campaign_id, n).body
    return differences(before, after)


# --- what the other parts share --------------------------------------------------------------------------------------


def about(campaign_id: str) -> str:
    """Return what the audit calls a campaign."""
    return f"campaign:{campaign_id}"


def said_of(row: CampaignRow) -> dict[str, Any]:
    """Return what the audit says of a campaign."""
    return {
        "name": row.name,
        "state": row.state.value,
        "approval": row.approval.value,
        "version": row.version,
        "published_n": row.published_n,
        "body": row.body,
    }


def with_body(connection: Connection, old: CampaignRow, body: Mapping[str, Any], actor: Actor) -> CampaignRow:
    """Return a campaign with another draft: nobody has approved that, and nobody has said when to publish it."""
    text = written(body)
    if text == written(old.body):
        return old
    was = None
    if old.published_n is not None:
        was = rows.published_at(connection, old.campaign_id, old.published_n)
    has_changes = was is None or text != written(was.body)
    starts_at, ends_at = dates_of(body if was is None else was.body)
    _withdraw_waiting(connection, old)
    return replace(
        old,
        name=str(body.get("name") or old.name),
        body=dict(body),
        has_changes=has_changes,
        authors=_authors(old.authors, actor.name) if has_changes else (),
        approval=Approval.NONE,
        starts_at=starts_at,
        ends_at=ends_at,
        publish_at_ms=None,
        publish_by="",
        said="",
        state=State.DRAFT if was is None else old.state,
    )


def keep(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    old: CampaignRow,
    changed: CampaignRow,
    action: str,
    *,
    reason: str = "",
) -> CampaignRow:
    """Keep a campaign that an actor changed, with its line in the audit; what did not change is left alone."""
    if changed == old:
        return old
    now_ms = hq.clock.now_ms()
    kept = replace(changed, version=old.version + 1, changed_by=actor.name, changed_ms=now_ms)
    rows.store(connection, kept)
    tell_state(connection, old.state, kept, now_ms=now_ms)
    record(
        connection,
        actor,
        action,
        about(old.campaign_id),
        now_ms=now_ms,
        reason=reason,
        before=said_of(old),
        after=said_of(kept),
    )
    return kept


# --- details ---------------------------------------------------------------------------------------------------------


def new_draft(
    hq: Hq,
    actor: Actor,
    campaign_id: str,
    *,
    name: str,
    body: Mapping[str, Any],
) -> CampaignRow:
    """Return a draft that nobody has kept yet. Raises `NotPossible`."""
    now_ms = hq.clock.now_ms()
    named = as_named(body, campaign_id, name)
    starts_at, ends_at = dates_of(named)
    return CampaignRow(
        campaign_id=campaign_id,
        name=name,
        state=State.DRAFT,
        body=named,
        has_changes=True,
        authors=(actor.name,),
        published_n=None,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=actor.name,
        created_ms=now_ms,
        changed_by=actor.name,
        changed_ms=now_ms,
    )


def insert_draft(connection: Connection, actor: Actor, new: CampaignRow, *, now_ms: int) -> None:
    """Keep a new draft, with its line in the audit. Raises `NotPossible`."""
    if len(connection.execute(select(campaign.c.campaign_id).limit(CAMPAIGNS_MAX)).all()) >= CAMPAIGNS_MAX:
        raise NotPossible(
            f"There are {CAMPAIGNS_MAX} campaigns already. Throw drafts away that nobody needs."
        )
    rows.insert_campaign(connection, new)
    tell_created(connection, new, now_ms=now_ms)
    record(connection, actor, "campaign.created", about(new.campaign_id), now_ms=now_ms, after=said_of(new))


def new_campaign_id(connection: Connection, wanted: str, name: str) -> str:
    """Return the id of a new campaign: as wanted, or made from its name. Raises `NotPossible`."""
    if wanted:
        try:
            Place("campaign", {"id": wanted}).identifier("id")
        except DocumentInvalid as problem:
            raise NotPossible(f"{wanted!r} is no id: {problem}.") from problem
        if rows.find_or_none(connection, wanted) is not None:
            raise NotPossible(f"There is a campaign {wanted!r} already.")
        return wanted
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "campaign"
    taken = rows.find_or_none(connection, stem) is not None
    return f"{stem}-{new_number(6).lower()}" if taken else stem


def _with_briefing(body: Mapping[str, Any], briefing: Mapping[str, str] | None) -> Mapping[str, Any]:
    """Return a body that tells cashiers this, by language, without what is empty; None: as it does. `NotPossible`."""
    if briefing is None:
        return body
    typed = {language: _as_lines(text) for language, text in briefing.items()}
    found = {language: text for language, text in typed.items() if text}
    if any(len(text) > BRIEFING_MAX for text in found.values()):
        raise NotPossible(f"What cashiers are told has at most {BRIEFING_MAX} characters in each language.")
    silent = {key: value for key, value in body.items() if key != "briefing"}
    return silent | ({"briefing": found} if found else {})


def _as_lines(text: str) -> str:
    """Return a text as it was typed or pasted, with the one end of lines that a program has, and no tabs."""
    return "\n".join(line.replace("\t", " ").rstrip() for line in text.strip().splitlines())


def _authors(known: tuple[str, ...], name: str) -> tuple[str, ...]:
    return known if name in known else (*known, name)[:AUTHORS_MAX]


def _withdraw_waiting(connection: Connection, row: CampaignRow) -> None:
    """End requests to look at a draft that is another one now."""
    if row.approval is not Approval.WAITING:
        return
    for each in rows.approvals_of(connection, campaign_id=row.campaign_id, state=Approval.WAITING):
        rows.store_approval(connection, replace(each, state=Approval.WITHDRAWN))

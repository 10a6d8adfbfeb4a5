"""Campaigns in the database: what is being worked on, what was published of each, and who was asked to look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from app.core.canonical import NotCanonical, canonical
from app.core.document import NAME_LENGTH_MAX, DocumentInvalid, Place
from hq.campaigns.tables import approval, campaign, campaign_version, scenario
from hq.faults import NotHere, NotPossible, TooLarge
from hq.rows import storable

BODY_BYTES_MAX = 256 << 10  # a campaign of a thousand rules; an audience of more is a segment


VERSION_DIGITS_MAX = 9
DEPTH_MAX = 64  # of conditions in conditions; readers of JSON give up at some 250


class State(StrEnum):
    """Where a campaign stands in its life."""

    DRAFT = "draft"  # never published
    SCHEDULED = "scheduled"  # it will begin by itself: published with a later start, or to be published then
    LIVE = "live"
    PAUSED = "paused"
    KILLED = "killed"  # stopped until its rules are changed
    ENDED = "ended"  # its last day is over, or the program holds it no more


class Approval(StrEnum):
    """What another said of the draft as it is."""

    NONE = ""
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # of a request only: the draft was changed meanwhile


@dataclass(frozen=True, kw_only=True)
class CampaignRow:
    """A campaign as it is worked on. `body` is a campaign of program format 1, perhaps not whole yet.

    `starts_at` and `ends_at` are local moments to the second, empty where nothing is said; other times are UTC
    milliseconds. `published_n` is the version of it that was published last, None where none was.
    """

    campaign_id: str
    name: str
    state: State
    body: Mapping[str, Any]
    version: int = 1
    has_changes: bool
    authors: tuple[str, ...]
    approval: Approval = Approval.NONE
    published_n: int | None
    starts_at: str
    ends_at: str
    publish_at_ms: int | None = None
    publish_by: str = ""
    said: str = ""
    killed_program: int = 0
    cloned_from: str = ""
    created_by: str
    created_ms: int
    changed_by: str
    changed_ms: int

    @property
    def briefing(self) -> dict[str, str]:
        """What cashiers are told of it, by language, as far as the draft says so in a form we know."""
        found = self.body.get("briefing")
        texts = found.items() if isinstance(found, Mapping) else ()
        return {language: text for language, text in texts if isinstance(text, str)}

    @property
    def is_published(self) -> bool:
        """Tell whether it ever was in a program."""
        return self.published_n is not None


@dataclass(frozen=True)
class PublishedCampaign:
    """What was published of a campaign: its `n`-th version, and the first version of the program that says so."""

    campaign_id: str
    n: int
    body: Mapping[str, Any]
    program_version: int
    who: str
    published_ms: int
    note: str


@dataclass(frozen=True)
class ApprovalRow:
    """Somebody was asked to look at a draft, and what they said."""

    approval_id: str
    campaign_id: str
    body: Mapping[str, Any]
    asked_by: str
    asked_ms: int
    note: str
    state: Approval
    decided_by: str
    decided_ms: int | None
    decision: str


def written(body: Mapping[str, Any]) -> str:
    """Return the canonical text of a campaign or a part. Raises `NotPossible`, `TooLarge`."""
    if _is_deeper(body, DEPTH_MAX):
        raise NotPossible(f"It is nested deeper than {DEPTH_MAX} levels.")
    try:
        text = canonical(dict(body))
    except NotCanonical as problem:
        raise NotPossible(f"This can't stand in a program: {problem}.") from problem
    if len(text) > BODY_BYTES_MAX:
        raise TooLarge(f"It may have at most {BODY_BYTES_MAX} bytes.")
    return text.decode("utf-8")


def _is_deeper(value: Any, levels: int) -> bool:
    found = [value]
    for _ in range(levels):
        inner = (
            each.values() if isinstance(each, dict) else each
            for each in found
            if isinstance(each, dict | list)
        )
        found = [each for some in inner for each in some]
    return bool(found)


def dates_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return when a draft starts and ends, each empty where it doesn't say so in a form we know."""
    place = Place("campaign", dict(body))

    def read(key: str, *, is_end: bool) -> str:
        try:
            return place.moment(key, is_end=is_end)
        except DocumentInvalid:
            return ""

    return read("starts_on", is_end=False), read("ends_on", is_end=True)


def as_named(body: Mapping[str, Any], campaign_id: str, name: str) -> dict[str, Any]:
    """Return a body that says the campaign's id and name."""
    return {**body, "id": campaign_id, "name": name}


def version_number(text: str) -> int:
    """Return the number that a path names; 0, which no version has, for what is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= VERSION_DIGITS_MAX
    return int(text) if is_number else 0


# --- campaigns -------------------------------------------------------------------------------------------------------


def find(connection: Connection, campaign_id: str) -> CampaignRow:
    """Return a campaign. Raises `NotHere`."""
    found = find_or_none(connection, campaign_id)
    if found is None:
        raise NotHere(f"There is no campaign {campaign_id[:NAME_LENGTH_MAX]!r}.")
    return found


def find_or_none(connection: Connection, campaign_id: str) -> CampaignRow | None:
    """Return a campaign, or None."""
    if "\x00" in campaign_id:
        return None
    statement = select(campaign).where(campaign.c.campaign_id == campaign_id)
    row = connection.execute(statement).one_or_none()
    return None if row is None else campaign_of(row)


def all_of(connection: Connection, statement: Select[Any] | None = None) -> list[CampaignRow]:
    """Return the campaigns of a statement, or all there are."""
    wanted = select(campaign).order_by(campaign.c.campaign_id) if statement is None else statement
    return [campaign_of(row) for row in connection.execute(wanted)]


def insert_campaign(connection: Connection, new: CampaignRow) -> None:
    """Add a campaign."""
    connection.execute(insert(campaign), _columns(new))


def store(connection: Connection, changed: CampaignRow) -> None:
    """Keep a campaign as it is now."""
    of = campaign.c.campaign_id == changed.campaign_id
    connection.execute(update(campaign).where(of).values(_columns(changed)))


def drop(connection: Connection, campaign_id: str) -> None:
    """Forget a draft that was never published, with its scenarios and approvals."""
    for table in (campaign, scenario, approval):
        connection.execute(delete(table).where(table.c.campaign_id == campaign_id))


def campaign_of(row: Row[Any]) -> CampaignRow:
    """Return the campaign of a row."""
    values = {name: getattr(row, name) for name in CampaignRow.__dataclass_fields__}
    read = {
        "state": State(row.state),
        "approval": Approval(row.approval),
        "body": orjson.loads(row.body),
        "authors": tuple(orjson.loads(row.authors)),
    }
    return CampaignRow(**{**values, **read})


def _columns(of: CampaignRow) -> dict[str, Any]:
    values = {name: getattr(of, name) for name in CampaignRow.__dataclass_fields__}
    return {
        **values,
        "name": storable(of.name),
        "state": of.state.value,
        "approval": of.approval.value,
        "body": written(of.body),
        "authors": orjson.dumps(of.authors).decode("utf-8"),
        "said": storable(of.said),
    }


# --- what was published of them --------------------------------------------------------------------------------------


def insert_published(connection: Connection, published: PublishedCampaign) -> None:
    """Keep what was published."""
    values = {name: getattr(published, name) for name in PublishedCampaign.__dataclass_fields__}
    row = {**values, "body": written(published.body), "note": storable(published.note)}
    connection.execute(insert(campaign_version), row)


def published_of(connection: Connection, campaign_id: str) -> list[PublishedCampaign]:
    """Return what was published of a campaign, the newest first."""
    of = campaign_version.c.campaign_id == campaign_id
    statement = select(campaign_version).where(of).order_by(campaign_version.c.n.desc())
    return [_published(row) for row in connection.execute(statement)]


def published_at(connection: Connection, campaign_id: str, n: int) -> PublishedCampaign:
    """Return one version of a campaign. Raises `NotHere`."""
    of = (campaign_version.c.campaign_id == campaign_id, campaign_version.c.n == n)
    row = connection.execute(select(campaign_version).where(*of)).one_or_none()
    if row is None:
        raise NotHere(f"Of the campaign {campaign_id[:NAME_LENGTH_MAX]!r} no version {n} was published.")
    return _published(row)


def newest_published(connection: Connection) -> dict[str, PublishedCampaign]:
    """Return the version of each campaign that was published last, by campaign."""
    here = (campaign_version.c.campaign_id == campaign.c.campaign_id) & (
        campaign_version.c.n == campaign.c.published_n
    )
    rows = connection.execute(select(campaign_version).join(campaign, here))
    return {row.campaign_id: _published(row) for row in rows}


def _published(row: Row[Any]) -> PublishedCampaign:
    values = {name: getattr(row, name) for name in PublishedCampaign.__dataclass_fields__}
    return PublishedCampaign(**{**values, "body": orjson.loads(row.body)})


# --- approvals -------------------------------------------------------------------------------------------------------


def insert_approval(connection: Connection, new: ApprovalRow) -> None:
    """Add a request."""
    connection.execute(insert(approval), _approval_columns(new))


def store_approval(connection: Connection, changed: ApprovalRow) -> None:
    """Keep what was said."""
    of = approval.c.approval_id == changed.approval_id
    connection.execute(update(approval).where(of).values(_approval_columns(changed)))


def approvals_of(
    connection: Connection, *, campaign_id: str | None = None, state: Approval | None = None, limit: int = 200
) -> list[ApprovalRow]:
    """Return requests, the newest first."""
    statement = (
        select(approval).order_by(approval.c.asked_ms.desc(), approval.c.approval_id.desc()).limit(limit)
    )
    if campaign_id is not None:
        statement = statement.where(approval.c.campaign_id == campaign_id)
    if state is not None:
        statement = statement.where(approval.c.state == state.value)
    return [_approval(row) for row in connection.execute(statement)]


def _approval(row: Row[Any]) -> ApprovalRow:
    values = {name: getattr(row, name) for name in ApprovalRow.__dataclass_fields__}
    return ApprovalRow(**{**values, "body": orjson.loads(row.body), "state": Approval(row.state)})


def _approval_columns(of: ApprovalRow) -> dict[str, Any]:
    values = {name: getattr(of, name) for name in ApprovalRow.__dataclass_fields__}
    texts = {"body": written(of.body), "note": storable(of.note), "decision": storable(of.decision)}
    return {**values, "state": of.state.value, **texts}

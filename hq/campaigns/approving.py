"""Asking somebody else to look at a draft, and what they say: nobody approves what they had a hand in.

An approval is of one body: a draft that was changed afterwards needs another. Whoever approves may give so much
themselves; a key counts as the person who made it.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, select

from app.ids import new_id
from hq.access.actor import Actor
from hq.access.tables import api_key
from hq.campaigns import rows
from hq.campaigns.composing import compose
from hq.campaigns.drafting import Match, any_version, changing, keep
from hq.campaigns.rows import Approval, ApprovalRow, CampaignRow
from hq.campaigns.weights import check_ceilings, weight_of
from hq.faults import Forbidden, NotPossible
from hq.home import Hq

KEY = "key:"
LISTED_MAX = 200
MAKERS_MAX = 5  # a key made with a key made with a key …


def list_approvals(
    hq: Hq, *, campaign_id: str | None = None, state: Approval | None = None
) -> list[ApprovalRow]:
    """Return who was asked to look at what, the newest first. Raises `NotHere` for a campaign that there isn't."""
    with hq.database.reading() as connection:
        if campaign_id is not None:
            rows.find(connection, campaign_id)
        return rows.approvals_of(connection, campaign_id=campaign_id, state=state, limit=LISTED_MAX)


def submit_campaign(
    hq: Hq, actor: Actor, campaign_id: str, *, note: str = "", match: Match = any_version
) -> CampaignRow:
    """Ask somebody else to look at a draft. Raises `NotHere`, `NotPossible`, `ChangedMeanwhile`."""
    with changing(hq) as connection:
        row = rows.find(connection, campaign_id)
        match(row.version)
        if not row.has_changes:
            raise NotPossible("What this campaign says is published already.")
        if row.approval in (Approval.WAITING, Approval.APPROVED):
            raise NotPossible(
                "Somebody is asked already."
                if row.approval is Approval.WAITING
                else "This draft is approved already."
            )
        asked = ApprovalRow(
            approval_id=new_id(),
            campaign_id=campaign_id,
            body=row.body,
            asked_by=actor.name,
            asked_ms=hq.clock.now_ms(),
            note=note,
            state=Approval.WAITING,
            decided_by="",
            decided_ms=None,
            decision="",
        )
        rows.insert_approval(connection, asked)
        changed = replace(row, approval=Approval.WAITING)
        return keep(hq, connection, actor, row, changed, "campaign.submitted", reason=note)


def withdraw_campaign(hq: Hq, actor: Actor, campaign_id: str) -> CampaignRow:
    """Ask no more. Raises `NotHere`, `NotPossible`."""
    with changing(hq) as connection:
        row, asked = _waiting(connection, campaign_id)
        rows.store_approval(connection, replace(asked, state=Approval.WITHDRAWN))
        changed = replace(row, approval=Approval.NONE)
        return keep(hq, connection, actor, row, changed, "campaign.withdrawn")


def approve_campaign(
    hq: Hq, actor: Actor, campaign_id: str, *, note: str = "", match: Match = any_version
) -> CampaignRow:
    """Say that a draft may be published as it is. Raises `NotHere`, `NotPossible`, `Forbidden`, `OverCeiling`."""
    with changing(hq) as connection:
        row, asked = _waiting(connection, campaign_id)
        match(row.version)
        _check_other(connection, actor, row, asked)
        composed = compose(connection, campaigns={campaign_id: row.body})
        if composed.program is None:
            raise NotPossible(f"This can't be approved: {composed.problem}")
        typed = next(each for each in composed.program.campaigns if each.campaign_id == campaign_id)
        check_ceilings(actor, weight_of(typed))
        return _decide(hq, connection, actor, row, asked, Approval.APPROVED, note)


def refuse_campaign(hq: Hq, actor: Actor, campaign_id: str, *, note: str) -> CampaignRow:
    """Say why a draft may not be published as it is. Raises `NotHere`, `NotPossible`, `Forbidden`."""
    with changing(hq) as connection:
        row, asked = _waiting(connection, campaign_id)
        _check_other(connection, actor, row, asked)
        return _decide(hq, connection, actor, row, asked, Approval.REFUSED, note)


def may_approve(hq: Hq, actor: Actor, campaign_id: str) -> bool:
    """Tell whether somebody is another than those who had a hand in a draft that waits. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row = rows.find(connection, campaign_id)
        waiting = rows.approvals_of(connection, campaign_id=campaign_id, state=Approval.WAITING, limit=1)
        return bool(waiting) and not _had_a_hand(connection, actor, (*row.authors, waiting[0].asked_by))


def _waiting(connection: Connection, campaign_id: str) -> tuple[CampaignRow, ApprovalRow]:
    row = rows.find(connection, campaign_id)
    waiting = rows.approvals_of(connection, campaign_id=campaign_id, state=Approval.WAITING, limit=1)
    if row.approval is not Approval.WAITING or not waiting:
        raise NotPossible("Nobody is asked to look at this draft.")
    return row, waiting[0]


def _check_other(connection: Connection, actor: Actor, row: CampaignRow, asked: ApprovalRow) -> None:
    if _had_a_hand(connection, actor, (*row.authors, asked.asked_by)):
        raise Forbidden("Somebody else has to look at it: you had a hand in this draft.")


def _had_a_hand(connection: Connection, actor: Actor, names: Collection[str]) -> bool:
    own = _persons(connection, actor.name)
    return any(own & _persons(connection, name) for name in names)


def _persons(connection: Connection, name: str) -> set[str]:
    """Return a name, and of a key those who made it."""
    found = {name}
    for _ in range(MAKERS_MAX):
        if not name.startswith(KEY):
            break
        maker = select(api_key.c.created_by).where(api_key.c.key_id == name.removeprefix(KEY))
        name = connection.execute(maker).scalar_one_or_none() or ""
        found.add(name)
    return found - {"", "hq"}


def _decide(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    row: CampaignRow,
    asked: ApprovalRow,
    state: Approval,
    note: str,
) -> CampaignRow:
    decided = replace(asked, state=state, decided_by=actor.name, decided_ms=hq.clock.now_ms(), decision=note)
    rows.store_approval(connection, decided)
    action = "campaign.approved" if state is Approval.APPROVED else "campaign.refused"
    return keep(hq, connection, actor, row, replace(row, approval=state), action, reason=note)

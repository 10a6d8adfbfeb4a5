"""Campaigns as people work on them: drafts, what was published of them, approvals, scenarios, parts of the program.

What the newest program holds is taken over, so that an HQ that publishes files shows its campaigns too.
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

NEWEST = (
    "SELECT version, body, published_ms FROM document WHERE kind = 'program' ORDER BY version DESC LIMIT 1"
)


def upgrade() -> None:
    """Add the tables, and the campaigns of the newest program."""
    campaign, campaign_version = _campaigns()
    _beside()
    newest = op.get_bind().execute(sa.text(NEWEST)).one_or_none()
    if newest is not None:
        for each in json.loads(bytes(newest.body))["campaigns"]:
            _take_over(campaign, campaign_version, each, newest.version, newest.published_ms)


def _campaigns() -> tuple[sa.Table, sa.Table]:
    campaign = op.create_table(
        "campaign",
        sa.Column("campaign_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("briefing", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("has_changes", sa.Boolean(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("approval", sa.String(length=10), nullable=False),
        sa.Column("published_n", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.String(length=19), nullable=False),
        sa.Column("ends_at", sa.String(length=19), nullable=False),
        sa.Column("publish_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("publish_by", sa.String(length=80), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("killed_program", sa.BigInteger(), nullable=False),
        sa.Column("cloned_from", sa.String(length=80), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign")),
    )
    op.create_index(op.f("ix_campaign_publish_at_ms"), "campaign", ["publish_at_ms"])
    op.create_index(op.f("ix_campaign_created_ms_campaign_id"), "campaign", ["created_ms", "campaign_id"])
    op.create_index(op.f("ix_campaign_state"), "campaign", ["state"])
    campaign_version = op.create_table(
        "campaign_version",
        sa.Column("campaign_id", sa.String(length=80), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("program_version", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("published_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "n", name=op.f("pk_campaign_version")),
    )
    return campaign, campaign_version


def _beside() -> None:
    op.create_table(
        "program_part",
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_program_part")),
    )
    op.create_table(
        "approval",
        sa.Column("approval_id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_campaign_id_asked_ms"), "approval", ["campaign_id", "asked_ms"])
    op.create_index(op.f("ix_approval_state_asked_ms"), "approval", ["state", "asked_ms"])
    op.create_table(
        "scenario",
        sa.Column("scenario_id", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scenario_id", name=op.f("pk_scenario")),
    )
    op.create_index(op.f("ix_scenario_campaign_id"), "scenario", ["campaign_id"])


def _take_over(
    campaign: sa.Table, versions: sa.Table, body: Mapping[str, Any], program_version: int, at_ms: int
) -> None:
    """Add a published campaign. Whether it runs is worked out by its dates when HQ serves."""
    text, who = json.dumps(body, sort_keys=True, separators=(",", ":")), "hq"
    starts, ends = str(body["starts_on"]), str(body["ends_on"])
    row = {
        "campaign_id": body["id"],
        "name": body["name"].replace("\x00", "\ufffd"),
        "state": "live",
        "body": text,
        "briefing": "{}",
        "version": 1,
        "has_changes": False,
        "authors": "[]",
        "approval": "",
        "published_n": 1,
        "starts_at": starts if "T" in starts else f"{starts}T00:00:00",
        "ends_at": ends if "T" in ends else f"{ends}T23:59:59",
        "publish_at_ms": None,
        "publish_by": "",
        "said": "",
        "killed_program": 0,
        "cloned_from": "",
        "created_by": who,
        "created_ms": at_ms,
        "changed_by": who,
        "changed_ms": at_ms,
    }
    connection = op.get_bind()
    connection.execute(campaign.insert(), row)
    version = {"campaign_id": body["id"], "n": 1, "body": text, "program_version": program_version}
    connection.execute(versions.insert(), {**version, "who": who, "published_ms": at_ms, "note": ""})

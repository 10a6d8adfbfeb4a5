"""The tables of campaigns as people work on them; what is published is in `hq.tables.document` and stays as it is.

A campaign's `body` is what it is to become: a campaign of program format 1, perhaps not whole yet. What the newest
program says of it is the row of `campaign_version` that `published_n` names.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from hq.tables import metadata

campaign = Table(
    "campaign",
    metadata,
    Column("campaign_id", String(80), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("state", String(10), nullable=False),  # draft | scheduled | live | paused | killed | ended
    Column("body", Text, nullable=False),  # JSON
    Column("version", BigInteger, nullable=False),  # of this row: each change makes it one more
    Column("has_changes", Boolean, nullable=False),  # whether the body is another than the published one
    Column("authors", Text, nullable=False),  # JSON list: who had a hand in it since it was last published
    Column("approval", String(10), nullable=False),  # empty | waiting | approved | refused, of this body
    Column("published_n", Integer),
    Column("starts_at", String(19), nullable=False),  # local, as published or else as drafted; may be empty
    Column("ends_at", String(19), nullable=False),
    Column("publish_at_ms", BigInteger, index=True),  # when HQ is to publish it by itself
    Column("publish_by", String(80), nullable=False),  # who said so
    Column("said", Text, nullable=False),  # why HQ could not
    Column("killed_program", BigInteger, nullable=False),  # the newest program when it was killed, else 0
    Column("cloned_from", String(80), nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_by", String(80), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index(None, "created_ms", "campaign_id"),
    Index(None, "state"),
)

campaign_version = Table(  # what was published of a campaign, when and by whom; never changed
    "campaign_version",
    metadata,
    Column("campaign_id", String(80), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("program_version", BigInteger, nullable=False),  # the first that says so
    Column("who", String(80), nullable=False),
    Column("published_ms", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)

program_part = Table(  # what a part of the program is to become; no body: it is as published
    "program_part",
    metadata,
    Column("part", String(40), primary_key=True),
    Column("body", Text),  # JSON
    Column("version", BigInteger, nullable=False),
    Column("changed_by", String(80), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

approval = Table(  # somebody asked another to look at a draft, and what became of it
    "approval",
    metadata,
    Column("approval_id", String(32), primary_key=True),
    Column("campaign_id", String(80), nullable=False),
    Column("body", Text, nullable=False),  # what was looked at
    Column("asked_by", String(80), nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String(10), nullable=False),  # waiting | approved | refused | withdrawn
    Column("decided_by", String(80), nullable=False),
    Column("decided_ms", BigInteger),
    Column("decision", Text, nullable=False),  # what they said about it
    Index(None, "campaign_id", "asked_ms"),
    Index(None, "state", "asked_ms"),
)

scenario = Table(  # an order to try, and what is expected of the draft
    "scenario",
    metadata,
    Column("scenario_id", String(32), primary_key=True),
    Column("campaign_id", String(80), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("body", Text, nullable=False),  # JSON: a scenario (docs/scenarios.md) without its program
    Column("version", BigInteger, nullable=False),
    Column("changed_by", String(80), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

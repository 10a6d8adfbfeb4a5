"""The tables of offline authority: what campaigns have given, and who was promised what of what is left.

A scope is what rights are about, as a text: see `app.core.authority.Lease`. Limits are the program's, but for stock.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from hq.tables import metadata

SCOPE_LENGTH_MAX = 120  # a word, a colon and the name of a campaign, a rule, a member or a code's hash


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _key(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


campaign_counter = (
    Table(  # how much of a scope was given in all; whoever changes rights of a scope holds its row
        "campaign_counter",
        metadata,
        _key("key", String(SCOPE_LENGTH_MAX)),
        _number("n"),
    )
)

member_use = Table(  # how often a member used a campaign with limits, by the store's day
    "member_use",
    metadata,
    _key("member", String(13)),
    _key("campaign", String(80)),
    _key("day", String(10)),
    _number("n"),
)

member_punch = Table(  # a member's counter of a punch card: below zero where a unit was free too early
    "member_punch",
    metadata,
    _key("member", String(13)),
    _key("card", String(80)),
    _number("n"),
)

stock = Table(  # how many of a reward there were to give in all
    "stock",
    metadata,
    _key("rule", String(80)),
    _number("n"),
)

lease = Table(  # `units` of a scope set aside for one epoch of a device, of which entries have told `used`
    "lease",
    metadata,
    _key("lease_id", String(40)),
    _text("scope", SCOPE_LENGTH_MAX),
    _text("device", 20),
    Column("epoch", Integer, nullable=False),
    _number("units"),
    _number("used"),
    _number("from_ms"),
    _number("until_ms"),
    _text("state", 12),  # open | untold | closed | over | written_off
    Column("ended_ms", BigInteger),
    _text("ended_by", 60),
    Index(None, "scope", "state"),
    Index(None, "device", "epoch"),
)

reservation = Table(  # a yes that was said on line; `name` as in `sync.authority_wire.Asked`
    "reservation",
    metadata,
    _key("device", String(20)),
    _key("order_id", String(80)),
    _key("name", String(80)),
    _key("scope", String(SCOPE_LENGTH_MAX)),
    _text("reservation_id", 40),
    _number("units"),
    _number("until_ms"),
    Index(None, "scope", "until_ms"),
)

home_lead = (
    Table(  # which device of a store holds what members at home there own; `until_ms`: as long as it was told
        "home_lead",
        metadata,
        _key("store", String(40)),
        _text("device", 20),
        Column("epoch", Integer, nullable=False),
        _number("until_ms"),
    )
)

recall = Table(  # home leases called back: `n` is the feed's number of the row that says so
    "recall",
    metadata,
    _key("scope", String(SCOPE_LENGTH_MAX)),
    _text("device", 20),
    _number("n"),
    _number("asked_ms"),
    Column("confirmed_ms", BigInteger),
    Column(
        "asked_by", String(20), nullable=False, server_default=""
    ),  # the device that it was called back for
)

recount = (
    Table(  # devices that an HQ which was put back has not heard of yet: what leases they hold, it forgot
        "recount",
        metadata,
        _key("device", String(20)),
        _number("since_ms"),
    )
)

claim = Table(  # what entries took of a scope that has an end, by effective time; `beyond`: what was no more there
    "claim",
    metadata,
    _key("scope", String(SCOPE_LENGTH_MAX)),
    _key("t_eff", BigInteger),
    _key("device", String(20)),
    _key("epoch", Integer),
    _key("seq", BigInteger),
    _number("units"),
    _number("beyond"),
    _number("worth"),  # of all its units: minor units of `unit`, or points
    _text("unit", 10),
    Index(None, "device", "epoch", "seq"),
    sqlite_with_rowid=False,
)

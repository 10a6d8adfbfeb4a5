"""The tables of benefits. What follows from the books is worked out anew whenever a member is touched; what is kept
here is what may not change afterwards (when a lot ends, what was granted) and what comes from outside.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hq.tables import metadata


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


lot = Table(  # points earned together, as they stand; see app/core/lots.py
    "lot",
    metadata,
    Column("lot_id", String(40), primary_key=True),  # the id of what earned them
    Column("member", String(13), nullable=False, index=True),
    _number("points"),
    _number("left"),
    _number("expired"),
    _text("earned_on", 10),
    Column("ends_on", String(10)),  # as it was when they were earned: a later tier or rule changes nothing
    Column("expires_on", String(10), index=True),  # the same, moved on by what the member did since
    Column("rolling_days", Integer),
)

expiration = Table(  # what was posted as ended: the difference to what the lots say is posted next
    "expiration",
    metadata,
    Column("entry_id", String(32), primary_key=True),  # of the postings
    Column("member", String(13), nullable=False, index=True),
    _text("day", 10),  # on which it was looked at
    _number("points"),  # below zero: something came late that had been made in time
    _number("at_ms"),
)

subscription = Table(  # tiers that were paid for
    "subscription",
    metadata,
    Column("subscription_id", String(32), primary_key=True),
    Column("member", String(13), nullable=False, index=True),
    _text("tier", 80),
    _number("paid_ms"),
    _text("last_day", 10),
    _number("amount"),  # minor units
    _text("who", 80),
)

tier_held = Table(  # tiers that a person gave, or another scheme
    "tier_held",
    metadata,
    Column("member", String(13), primary_key=True),
    Column("tier", String(80), primary_key=True),
    Column("since", String(10), primary_key=True),
    Column("until", String(10)),
)

tier_state = Table(  # a member's tier as it was worked out last
    "tier_state",
    metadata,
    Column("member", String(13), primary_key=True),
    _text("tier", 80),
    Column("since", String(10)),
    Column("ends_on", String(10), index=True),
    _text("after", 80),
)

tier_move = Table(  # from which tier to which, when
    "tier_move",
    metadata,
    Column("member", String(13), primary_key=True),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    _text("was", 80),
    _text("became", 80),
    Index(None, "at_ms"),
)

member_event = Table(  # something a member did that is no order
    "member_event",
    metadata,
    Column("event_id", String(80), primary_key=True),  # as whoever tells of it names it: it counts once
    _text("member", 13),
    _text("name", 80),
    _text("day", 10),
    _number("at_ms"),
    _number("points"),  # that it earned
    Column("earned", Text, nullable=False),  # JSON: [[rule, points], …]
    Column("said", Text, nullable=False),  # JSON: what else was told
    Index(None, "member", "name", "day"),
)

signal = Table(  # what is so in the world, for all stores (an empty name) or one, until it isn't any more
    "signal",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("store", String(40), primary_key=True),
    _text("value", 80),
    _number("since_ms"),
    Column("until_ms", BigInteger),
    _text("who", 80),
)

referral = Table(
    "referral",
    metadata,
    Column("scheme", String(80), primary_key=True),
    Column("friend", String(13), primary_key=True),
    Column("referrer", String(13), nullable=False, index=True),
    _text("referred_on", 10),
    Column("granted", Integer, nullable=False),
    Column("taken_back", Integer, nullable=False),
    _text("status", 20),
    _number("at_ms"),
)

granted = Table(  # the same grant twice is one: two stations may both see a member reach a mark
    "granted",
    metadata,
    Column("grant_id", String(32), primary_key=True),
    Column("member", String(13), nullable=False, index=True),
    _text("source", 10),  # milestone | challenge | referral
    _text("about", 80),  # its id in the program
    Column("number", Integer, nullable=False),
    _text("day", 10),
    Column("gives", Text, nullable=False),  # JSON
    Column("taken_back_ms", BigInteger),
    _number("at_ms"),
    Index(None, "source", "about", "member"),
)

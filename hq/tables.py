"""HQ's tables.

Amounts are integer minor units or whole points, times UTC milliseconds, hashes raw bytes or hex as named.

The journal and the ledger (`posting`) are only ever added to; a member's balance is the sum of the postings on
their account, kept beside it because every page of the feed needs it. Private keys are in files, never here.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _added(name: str, kind: Any, value: str) -> Column[Any]:
    """Return a column of a later form: rows from before have this value."""
    return Column(name, kind, nullable=False, server_default=value)


meta = Table("meta", metadata, Column("k", String(40), primary_key=True), Column("v", Text, nullable=False))

# One row a counter; `feed` is taken last in a transaction, so that its row is held for as short as can be.
counter = Table("counter", metadata, Column("name", String(20), primary_key=True), _number("n"))

key = Table(
    "key",
    metadata,
    Column("kid", String(20), primary_key=True),
    _text("use", 10),  # root | sign | token
    _bytes("public"),
    _number("nbf_ms"),
    Column("retired_ms", BigInteger),
    Column("state", String(10), nullable=False, server_default="good"),  # good | retired | revoked
)

document = Table(  # program versions and key sets: what was published stays as it was, for ever
    "document",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    _text("kid", 20),
    _bytes("sig"),
    _bytes("body"),
    _number("published_ms"),
)

# By further keys: of a change of the root key, or of a program that outlives its key.
document_signature = Table(
    "document_signature",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("kid", String(20), primary_key=True),
    _bytes("sig"),
)

stop = Table(  # what was stopped, from which version of the list to which; see hq/stops
    "stop",
    metadata,
    Column("what", String(100), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    _number("since_ms"),
    _number("program_version"),  # the newest at that moment
    _text("note", 200),
    _text("who", 60),
    Column("lifted_version", BigInteger),
    Column("until_ms", BigInteger),
    Column("before_program", BigInteger),  # let go for this version of the program and later ones only
)

card = Table(  # which members hold a code by which key: who must be given another when the key is revoked
    "card",
    metadata,
    Column("kid", String(20), primary_key=True),
    Column("member", String(13), primary_key=True),
    _number("issued_ms"),
    _number("expires_ms"),
)

staff = Table(
    "staff",
    metadata,
    Column("name", String(60), primary_key=True),
    _text("role", 20),
    _text("password_hash", 200),
    _number("created_ms"),
    _added("state", String(10), "active"),  # active | removed
    _added("ceilings", Text, ""),  # JSON: above what their work is approved by another
    _added("version", BigInteger, "1"),  # of what is said of them; counted up by each change
    _added("signed_in_ms", BigInteger, "0"),  # the last time; 0: never, or before it was kept
)

store = Table(
    "store",
    metadata,
    Column("store_id", String(40), primary_key=True),
    _text("name", 80),
    _text("time_zone", 40),
    _text("currency", 3),
    _added("sign_in", String(10), "free"),  # free | spending: what nobody may do who hasn't signed in
    _added("area", String(40), ""),  # by which people sort their stores
)

store_staff = Table(  # who works in a store; `staff` above are head office's own people
    "store_staff",
    metadata,
    Column("staff_id", String(13), primary_key=True),
    Column("store", ForeignKey("store.store_id"), nullable=False, index=True),
    _text("name", 40),
    _text("role", 10),  # cashier | manager
    _text("pin_hash", 120),  # of the PIN under the store's pepper, which is among HQ's keys
    _text("pepper", 16),  # which pepper: its name
    Column("member", String(13)),  # whose account is theirs
    _text("state", 10),  # active | removed
    _number("created_ms"),
    _added("trained_ms", BigInteger, "0"),  # when they last completed a training; 0: never
)

enrol_token = Table(
    "enrol_token",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("store", ForeignKey("store.store_id"), nullable=False),
    _number("expires_ms"),
    Column("used_ms", BigInteger),
    Column("device", String(20)),  # of a re-enrolment, the device that gets a new epoch
    _added("is_trusted", Integer, "0"),  # 1: nobody has to confirm the machine that comes with it
    Column("asked_by", String(20)),  # the station at which a manager asked for it; of head office's own: none
    Column("approver", String(80)),  # that manager
    Column("approval", String(32), index=True),  # by which id: good for one machine
    Column("paired", String(20), index=True),  # the device that came with it
)

device = Table(
    "device",
    metadata,
    Column("device_id", String(20), primary_key=True),
    Column("store", ForeignKey("store.store_id"), nullable=False),
    Column("epoch", Integer, nullable=False),
    _text("state", 10),  # waiting | active | forked | revoked
    _bytes("sign_pub"),
    _bytes("box_pub"),
    _bytes("nonce"),
    _number("head_seq"),
    _bytes("head_hash"),
    _number("enrolled_ms"),
    _number("last_seen_ms"),
    _number("pull_cursor"),
    _number("program_version"),
    _number("clock_skew_ms"),  # the device's clock less ours
    _number("rows_skipped"),  # of the feed, that the station could not use
    Column("proto", Integer, nullable=False),  # the framing of its last push
    _text("hw", 80),
    _text("sw", 40),
    _added("name", String(80), ""),  # of the machine, as it says
    _added("wipe", Integer, "0"),  # 1: it is to erase itself when it comes next
    Column("wiped_ms", BigInteger),  # when it said that it had
    Column("written_off_ms", BigInteger),  # when a person said that it never comes back
    _added("behind", BigInteger, "0"),  # how many entries waited behind its last push, as it says
    _added("behind_since_ms", BigInteger, "0"),  # since when, by its clock; 0 for none
    _added("stops_version", BigInteger, "0"),  # of the list of what is stopped, as it says that it goes by
    _added("note", String(200), ""),  # of people, for people
    _added("pulled_ms", BigInteger, "0"),  # when it last said that its replica had moved; 0: not known
)

# Where the epochs that were replaced had come to; what their stations send is still theirs.
device_epoch = Table(
    "device_epoch",
    metadata,
    Column("device_id", String(20), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    _bytes("sign_pub"),
    _bytes("nonce"),
    _number("head_seq"),
    _bytes("head_hash"),
    _number("enrolled_ms"),
    _number("ended_ms"),
    _added("wipe", Integer, "0"),
    Column("wiped_ms", BigInteger),
    Column("written_off_ms", BigInteger),
)

member = Table(
    "member",
    metadata,
    Column("ref", String(13), primary_key=True),
    _text("name", 40),
    Column("number_hash", String(32), unique=True),
    _text("tier", 40),
    _text("segments", 8000),  # JSON list of texts: those that were given, and those of hq/segments
    _number("balance"),
    Column("home_store", String(40)),
    _text("state", 10),
    _added("codes_from_ms", BigInteger, "0"),  # signed codes that were issued before are withdrawn
    _added("joined_ms", BigInteger, "0"),  # 0: nobody knows any more
    _added("version", Integer, "1"),  # of what people and other programs say; balances move beside it
    Index(None, "joined_ms", "ref"),  # the list of members, the newest first
)

phone_token = Table(  # of links that bind a member's phone: good once, by the phone that came with it first
    "phone_token",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("member", String(13), nullable=False, index=True),
    _number("expires_ms"),
    Column("phone", LargeBinary),  # its public key
)

member_scope = Table(  # the stores whose stations hold this member
    "member_scope",
    metadata,
    Column("member", String(13), primary_key=True),
    Column("store", String(40), primary_key=True),
    _number("last_visit_ms"),
    sqlite_with_rowid=False,
)

voucher = Table(
    "voucher",
    metadata,
    Column("code_hash", String(32), primary_key=True),
    _text("rule_id", 80),
    _number("uses_max"),  # 0 = as often as the rule holds
    _number("uses"),
    Column("owner", String(13)),
    Column("ends_on", String(10)),
    Column("starts_on", String(10)),
    Column("batch", String(32)),  # which it was made or brought in with, if any, and its place in there
    Column("n", BigInteger),
    _added("frozen_ms", BigInteger, "0"),  # since when head office has stopped it; 0: it hasn't
    _added("void_ms", BigInteger, "0"),  # since when it is withdrawn for ever
    Index(None, "batch", "n"),
    Index(None, "rule_id", "code_hash"),
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    metadata,
    Column("device", String(20), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", String(32), unique=True),  # null where the body has none that we could believe
    _text("type", 20),
    _bytes("body"),
    _bytes("hash"),
    _number("received_ms"),
    _text("verdict", 20),
    _text("flags", 200),  # names with spaces between them
    Column("case_id", String(20)),
    Index(None, "received_ms"),  # people read over all devices, the newest first
)

order_fact = Table(
    "order_fact",
    metadata,
    Column("device", String(20), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _text("order_id", 80),
    _text("store", 40),
    Column("member", String(13)),
    _number("t_eff"),
    _text("link", 10),
    Column("lines", Integer, nullable=False),
    _number("gross"),
    _number("discount"),
    _number("points"),
    Index(None, "device", "order_id"),  # redemptions of a later batch look their order up
    _added("given", BigInteger, "0"),  # of the discount, what automatic campaigns took off
    _added("beside", BigInteger, "0"),  # of `gross`, what is no goods: deliveries, gift cards sold
    Index(None, "t_eff", "device", "epoch", "seq"),  # the list of them, newest first
    Index(
        "ix_order_fact_given_t_eff",
        "t_eff",
        postgresql_where=text("given <> 0"),
        sqlite_where=text("given <> 0"),
    ),
    Index(None, "store", "t_eff"),
    Index(None, "order_id"),
    Index(None, "member", "t_eff"),  # all that one member did
)

redemption_fact = Table(
    "redemption_fact",
    metadata,
    Column("redemption_id", String(80), primary_key=True),
    _text("device", 20),
    Column("epoch", Integer, nullable=False),
    _number("seq"),
    _text("order_id", 80),
    _text("campaign", 80),
    _text("rule", 80),
    Column("member", String(13)),
    _text("outcome", 10),  # redeemed | refused
    _text("reason", 40),  # of a refusal, the one that was shown
    _number("discount"),
    _added("at_till", String(20), ""),  # who: the cashier's id, or the device's where nobody had signed in
    _added("t_eff", BigInteger, "0"),
    _added("store", String(40), ""),
    _added("points", BigInteger, "0"),  # that the member paid for it
    Index(None, "at_till", "t_eff"),  # how much of it somebody undid; see journal/voids.py
    Index(None, "t_eff", "redemption_id"),  # the list of them, newest first
    Index(None, "store", "t_eff"),
    Index(None, "campaign", "t_eff"),
    Index(  # the few that head office made
        "ix_redemption_fact_by_hand_t_eff",
        "t_eff",
        postgresql_where=text("device = 'hq'"),
        sqlite_where=text("device = 'hq'"),
    ),
    Index(  # the few that were refused, by why
        "ix_redemption_fact_reason_t_eff",
        "reason",
        "t_eff",
        postgresql_where=text("outcome = 'refused'"),
        sqlite_where=text("outcome = 'refused'"),
    ),
    Index(None, "order_id"),
    Index(None, "member", "t_eff"),
)

posting = Table(  # double entry: the amounts of an entry sum to zero for each unit
    "posting",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("account", 100),
    _text("unit", 10),  # points, or a currency's code
    _number("amount"),
    Index(None, "account", "unit"),  # a member's statement, and the check of balances
)

# A word on an entry after the first one, which stays with the entry; the newest counts.
later_verdict = Table(
    "later_verdict",
    metadata,
    Column("device", String(20), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("verdict", 20),
    _text("flags", 200),
    Column("case_id", String(20)),
    _number("said_ms"),
)

# The newest change of each fact in each scope; see feed.py. A page is a range of (scope, n).
feed = Table(
    "feed",
    metadata,
    Column("scope", String(40), primary_key=True),
    Column("t", String(10), primary_key=True),
    Column("k", String(120), primary_key=True),
    _text("op", 3),
    _number("n"),
    UniqueConstraint("scope", "n"),
    sqlite_with_rowid=False,
)

# Where the feed stood, once a day: deleted facts older than so many days are forgotten by number.
feed_day = Table(
    "feed_day",
    metadata,
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    _number("n"),
)

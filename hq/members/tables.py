"""Tables about members: who joined at a station and what they said, whose accounts were closed, and whose merged."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from hq.tables import metadata

# Of who was erased nothing else is kept.
closed_account = Table(
    "closed_account",
    metadata,
    Column("ref", String(13), primary_key=True),
    Column("closed_ms", BigInteger, nullable=False),
    Column("feed", BigInteger, nullable=False),  # its number then: what was written before may name them
)

# Who joined at a station, and whether what they said of themselves has come.
enrolment = Table(
    "enrolment",
    metadata,
    Column("member", String(13), primary_key=True),
    Column("device", String(20), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("box_hash", String(64), nullable=False),
    Column("state", String(10), nullable=False),  # empty: nothing was said | awaited | kept
    Column("at_ms", BigInteger, nullable=False),
)

consent = Table(  # what members agreed to or not, when and by which text
    "consent",
    metadata,
    Column("member", String(13), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("what", String(40), nullable=False),
    Column("version", String(40), nullable=False),
    Column("language", String(40), nullable=False),
    Column("is_given", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

personal = Table(  # what members said of themselves: it stands here and nowhere else
    "personal",
    metadata,
    Column("member", String(13), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("email", String(254), nullable=False),
    Column("birthday", String(5), nullable=False),
    Column(
        "phone_hash", String(64), index=True
    ),  # under a key of HQ's, in the form in which two are compared
    Column("email_hash", String(64), index=True),
    Column("stored_ms", BigInteger, nullable=False),
)

merged_account = Table(  # references of members who were merged: aliases of the survivor
    "merged_account",
    metadata,
    Column("ref", String(13), primary_key=True),
    Column("merged_into", String(13), nullable=False),  # as a person said
    Column("survivor", String(13), nullable=False, index=True),  # who that is by now
    Column("number_hash", String(32), unique=True),  # of the printed number that still leads to them
    Column("codes_from_ms", BigInteger, nullable=False),  # signed codes that were issued before are withdrawn
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String(60), nullable=False),
)

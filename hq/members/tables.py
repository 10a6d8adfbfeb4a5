"""Tables about members: who joined at a station and what they said, whose accounts were closed, and whose merged; what
other systems call them, what shops know of them, and what people at head office did for them.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

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

member_external = Table(  # what other systems call members; after a merging a member has several
    "member_external",
    metadata,
    Column("external_id", String(80), primary_key=True),
    Column("member", String(13), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
)

attribute = Table(  # the schema of what shops want to know of members
    "attribute",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("kind", String(10), nullable=False),  # text | number | day | choice
    Column("choices", Text, nullable=False),  # JSON list of texts
    Column("owner", String(10), nullable=False),  # crm | hq: which side changes it
    Column("at_stations", Integer, nullable=False),  # 1: rules may ask for it at stations
    Column("created_ms", BigInteger, nullable=False),
)

member_attribute = Table(
    "member_attribute",
    metadata,
    Column("member", String(13), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("text", String(200)),  # of a text, a day or a choice
    Column("number", BigInteger),
    Column("set_ms", BigInteger, nullable=False),
    Column("who", String(80), nullable=False),
    Index(None, "name", "text"),
    Index(None, "name", "number"),
)

member_note = Table(
    "member_note",
    metadata,
    Column("note_id", String(32), primary_key=True),
    Column("member", String(13), nullable=False),
    Column("body", Text, nullable=False),
    Column("who", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "member", "at_ms"),
)

matter = Table(  # what members came with: a question, a complaint; see matters.py
    "matter",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),  # people say M-17
    Column("member", String(13), nullable=False),
    Column("kind", String(10), nullable=False),  # question | complaint | request | praise
    Column("channel", String(10), nullable=False),  # counter | phone | email | letter | other
    Column("body", Text, nullable=False),
    Column("order_entry", String(32), nullable=False),  # the entry of the order that it is about, or empty
    Column("owner", String(60), nullable=False),  # who of head office looks after it, or empty
    Column("state", String(10), nullable=False),  # open | waiting | closed
    Column(
        "outcome", String(10), nullable=False
    ),  # solved | made_good | declined | no_answer; of a closed one
    Column("value", BigInteger, nullable=False),  # what the member's orders of the year before came to
    Column("opened_by", String(80), nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "member", "opened_ms"),
    Index(None, "state", "opened_ms"),
)

matter_event = Table(  # what was done with a matter; the columns above copy what the newest ones say
    "matter_event",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("member", String(13), nullable=False, index=True),
    Column("who", String(80), nullable=False),
    Column("changes", Text, nullable=False),  # JSON: what was and what is, by name
    Column("note", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

by_hand = Table(  # what people at head office gave or took
    "by_hand",
    metadata,
    Column("act_id", String(80), primary_key=True),  # of the postings, or the redemption
    Column("member", String(13), nullable=False),
    Column("kind", String(12), nullable=False),  # points | voucher | redemption
    Column("points", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),  # minor units, of a redemption
    Column("about", String(80), nullable=False),  # the rule of a voucher or a redemption
    Column("reason", String(300), nullable=False),
    Column("who", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "member", "at_ms"),
)

member_import = (
    Table(  # files of members that were brought along; the files themselves lie beside the database
        "member_import",
        metadata,
        Column("import_id", String(32), primary_key=True),
        Column("name", String(80), nullable=False),
        Column("sample", Text, nullable=False),  # JSON: the first rows of the file
        Column("mapping", Text, nullable=False),  # JSON: which column is what
        Column("job", String(32), nullable=False),  # the newest, or empty
        Column("is_trial", Integer, nullable=False),  # of that job
        Column("rows_good", BigInteger, nullable=False),
        Column("rows_bad", BigInteger, nullable=False),
        Column("who", String(80), nullable=False),
        Column("at_ms", BigInteger, nullable=False, index=True),
    )
)

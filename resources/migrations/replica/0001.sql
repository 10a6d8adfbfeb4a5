-- The replica is the store's copy of HQ's facts. It is written only when a checkpoint from HQ is applied.
CREATE TABLE member (
    ref TEXT PRIMARY KEY,
    number_hash TEXT,
    name TEXT NOT NULL,        -- given name and initial, nothing more
    tier TEXT NOT NULL,
    segments TEXT NOT NULL,    -- JSON list
    balance INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_number ON member (number_hash) WHERE number_hash IS NOT NULL;

CREATE TABLE voucher (
    code_hash TEXT PRIMARY KEY,
    rule_id TEXT NOT NULL,
    uses_max INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    owner TEXT,
    ends_on TEXT
) STRICT, WITHOUT ROWID;

-- Signed documents from HQ: the newest program and set of keys.
CREATE TABLE document (
    kind TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    kid TEXT NOT NULL,
    sig BLOB NOT NULL,
    body BLOB NOT NULL         -- zstd
) STRICT;

CREATE TABLE meta (
    k TEXT PRIMARY KEY,
    v ANY NOT NULL
) STRICT, WITHOUT ROWID;

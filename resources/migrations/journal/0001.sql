-- The journal is the truth about what happened in the store. Rows are only ever added.
CREATE TABLE journal (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    entry_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    body BLOB NOT NULL,       -- canonical JSON; the other columns are copies of what it says
    prev BLOB NOT NULL,
    hash BLOB NOT NULL,
    sig BLOB NOT NULL,
    wall_ms INTEGER NOT NULL,
    boot BLOB NOT NULL,
    boot_ms INTEGER NOT NULL,
    tq TEXT NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- What an entry does to overlay balances and counters, and which ids it claims (kinds `order` and `redemption`).
CREATE TABLE effect (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    delta INTEGER NOT NULL,
    FOREIGN KEY (epoch, seq) REFERENCES journal (epoch, seq)
) STRICT;
CREATE INDEX effect_by_ref ON effect (kind, ref);
-- An order or a redemption is recorded once, however often it is handed in.
CREATE UNIQUE INDEX effect_claims ON effect (kind, ref) WHERE kind IN ('order', 'redemption');

-- HQ's words on our entries, appended as they come.
CREATE TABLE verdict (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    codes TEXT NOT NULL,      -- JSON list of flags
    received_ms INTEGER NOT NULL,
    FOREIGN KEY (epoch, seq) REFERENCES journal (epoch, seq)
) STRICT;
CREATE INDEX verdict_by_entry ON verdict (epoch, seq);
CREATE INDEX verdict_to_look_at ON verdict (verdict) WHERE verdict <> 'posted';

-- Who this device is, and how far HQ has acknowledged: small facts by name.
CREATE TABLE meta (
    k TEXT PRIMARY KEY,
    v ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER effect_is_never_changed BEFORE UPDATE ON effect
BEGIN SELECT RAISE(ABORT, 'effects are append-only'); END;
CREATE TRIGGER effect_is_never_shortened BEFORE DELETE ON effect
BEGIN SELECT RAISE(ABORT, 'effects are append-only'); END;
CREATE TRIGGER verdict_is_never_changed BEFORE UPDATE ON verdict
BEGIN SELECT RAISE(ABORT, 'verdicts are append-only'); END;
CREATE TRIGGER verdict_is_never_shortened BEFORE DELETE ON verdict
BEGIN SELECT RAISE(ABORT, 'verdicts are append-only'); END;

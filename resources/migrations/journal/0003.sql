-- Entries lie one behind the other in a table of their own, with a slim index on their numbers: a WITHOUT ROWID table is
-- itself an index, which moves whole bodies about whenever a page is full and cuts off what is longer than a kilobyte.
-- Ids are made of 74 random bits and held to be unique by HQ, for all stations: here an index on them was a page more.
CREATE TABLE new_journal (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    entry_id TEXT NOT NULL,
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
) STRICT;
CREATE TABLE new_effect (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    delta INTEGER NOT NULL,
    FOREIGN KEY (epoch, seq) REFERENCES new_journal (epoch, seq)
) STRICT;
CREATE TABLE new_verdict (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    codes TEXT NOT NULL,      -- JSON list of flags
    received_ms INTEGER NOT NULL,
    FOREIGN KEY (epoch, seq) REFERENCES new_journal (epoch, seq)
) STRICT;
INSERT INTO new_journal SELECT * FROM journal ORDER BY epoch, seq;
INSERT INTO new_effect SELECT * FROM effect ORDER BY rowid;
INSERT INTO new_verdict SELECT * FROM verdict ORDER BY rowid;
DROP TABLE verdict;
DROP TABLE effect;
DROP TABLE journal;
ALTER TABLE new_journal RENAME TO journal;  -- the references follow
ALTER TABLE new_effect RENAME TO effect;
ALTER TABLE new_verdict RENAME TO verdict;

-- An order or a redemption is recorded once, however often it is handed in.
CREATE UNIQUE INDEX effect_claims ON effect (kind, ref) WHERE kind IN ('order', 'redemption');
CREATE INDEX effect_on_figures ON effect (kind, ref) WHERE kind NOT IN ('order', 'redemption');
CREATE INDEX verdict_by_entry ON verdict (epoch, seq);
CREATE INDEX verdict_to_look_at ON verdict (verdict) WHERE verdict <> 'posted';

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

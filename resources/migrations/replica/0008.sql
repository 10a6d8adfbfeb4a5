-- References of members who were merged: each leads to the survivor, and so does the number that was printed for it.
CREATE TABLE alias (
    ref TEXT PRIMARY KEY,
    survivor TEXT NOT NULL,
    number_hash TEXT,
    codes_from_ms INTEGER NOT NULL  -- signed codes of it that were issued before are withdrawn
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_by_survivor ON alias (survivor);
CREATE INDEX alias_by_number ON alias (number_hash);

-- What an older program left out, for it did not know it, comes with the next snapshot.
UPDATE meta SET v = '' WHERE k = 'set_id';

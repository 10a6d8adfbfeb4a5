-- What is so in the world (the weather, a price): `key` is "<store>/<name>", with no store for what is so everywhere.
CREATE TABLE signal (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    until_ms INTEGER  -- null: until HQ says otherwise
) WITHOUT ROWID;

-- What an older program left out, for it did not know it, comes with the next snapshot.
UPDATE meta SET v = '' WHERE k = 'set_id';

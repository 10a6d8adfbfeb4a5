-- Who may spend a member's points or a voucher's uses by itself, and how often members used campaigns with limits, as a
-- JSON object of objects: campaign, local day, uses. NULL where head office says nothing of it.
ALTER TABLE member ADD COLUMN holder TEXT;
ALTER TABLE member ADD COLUMN uses TEXT;
ALTER TABLE voucher ADD COLUMN holder TEXT;

-- Counters of the whole chain, by their keys (app/core/limits.py).
CREATE TABLE counter (
    key TEXT PRIMARY KEY,
    n INTEGER NOT NULL,
    included_seq INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What an older program left out, for it did not know it, comes with the next snapshot.
UPDATE meta SET v = '' WHERE k = 'set_id';

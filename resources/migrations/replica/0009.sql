-- Gift cards, by the hash of their number, with the money that head office knows to be on them.
CREATE TABLE gift_card (
    code_hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,             -- of the program; empty where it was issued as none
    currency TEXT NOT NULL,
    balance INTEGER NOT NULL,       -- minor units
    state TEXT NOT NULL,            -- new, active or frozen
    single_use INTEGER NOT NULL,
    rest TEXT NOT NULL,             -- what becomes of what a card for one use does not pay
    ends_on TEXT,
    included_seq INTEGER NOT NULL DEFAULT 0  -- our last entry in the balance, where it is ahead of the position
) STRICT, WITHOUT ROWID;

-- What an older program left out, for it did not know it, comes with the next snapshot.
UPDATE meta SET v = '' WHERE k = 'set_id';

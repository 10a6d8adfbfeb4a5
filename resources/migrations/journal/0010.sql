-- What a manager changed about somebody of the staff here, the newest a person: it lies over head office's row until that
-- includes the entry of this number. No hash: they are suspended. `over` names the PIN that head office's row had then.
CREATE TABLE staff_word (
    staff_id TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    pin_hash TEXT NOT NULL,
    pepper TEXT NOT NULL,
    over TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- When their PIN was last right here.
ALTER TABLE pin_try ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;

-- Who works in this store. No entry of ours moves anything here.
CREATE TABLE staff (
    staff_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,        -- given name
    role TEXT NOT NULL,
    pin_hash TEXT NOT NULL,    -- of the PIN under the store's pepper, which is in the key store
    pepper TEXT NOT NULL,      -- which pepper: its name
    member TEXT,               -- whose account is theirs
    sign_in TEXT NOT NULL      -- what the store asks of who is at the till: free | spending
) STRICT, WITHOUT ROWID;

-- How often a PIN was tried since it was last right, noted before each try is looked at. A wait that runs began at
-- boot_ms of that start of the machine; is_told says whether an entry tells of it.
CREATE TABLE pin_try (
    staff_id TEXT PRIMARY KEY,
    pin TEXT NOT NULL,         -- which PIN of theirs: a hash of its hash, so that a new one begins anew
    tries INTEGER NOT NULL,
    locks INTEGER NOT NULL,
    boot BLOB NOT NULL,
    boot_ms INTEGER NOT NULL,
    is_told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

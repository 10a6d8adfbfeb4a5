-- Programs that newer ones replaced, as they were signed: an order is undone by the rules it was made under.
CREATE TABLE former_program (
    version INTEGER PRIMARY KEY,
    body BLOB NOT NULL        -- zstd
) STRICT;

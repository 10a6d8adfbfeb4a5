-- What new members said of themselves, each sealed to head office's box key: nobody here can read it. A row goes once
-- head office has it; `seq` is the number of the member's `enrol` entry, 0 of one that an earlier epoch has recorded.
CREATE TABLE enrolment (
    member TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    kid TEXT NOT NULL,        -- of the key that it is sealed to
    box BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER a_box_is_never_changed BEFORE UPDATE ON enrolment
BEGIN SELECT RAISE(ABORT, 'a box is kept or forgotten, and never changed'); END;

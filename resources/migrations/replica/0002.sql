-- Names are looked for by their plain letters: the whole name in its row, the rest from a later word on beside it.
ALTER TABLE member ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
CREATE INDEX member_by_name ON member (name_key);
CREATE TABLE member_word (
    ref TEXT NOT NULL,
    name_key TEXT NOT NULL,
    PRIMARY KEY (ref, name_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_word_by_name ON member_word (name_key);
-- Both functions are the program's own (app/store/names.py), given to SQLite while it migrates.
UPDATE member SET name_key = name_key(name);
INSERT OR IGNORE INTO member_word (ref, name_key)
SELECT member.ref, later.value FROM member, json_each(later_keys(member.name_key)) AS later;

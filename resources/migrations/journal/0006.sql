-- What head office has set aside for this station alone: its signed word, which nothing changes but that it is closed.
-- What is left of it is `units` less what entries took (effects of the kind `lease`).
CREATE TABLE lease (
    lease_id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    units INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    kid TEXT NOT NULL,
    sig BLOB NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0  -- 1: a `lease_close` entry gave it back
) STRICT, WITHOUT ROWID;
CREATE INDEX lease_by_scope ON lease (scope) WHERE closed = 0;
CREATE TRIGGER lease_stays_what_was_signed BEFORE UPDATE ON lease
WHEN NEW.closed <= OLD.closed OR NEW.lease_id <> OLD.lease_id OR NEW.scope <> OLD.scope OR NEW.units <> OLD.units
    OR NEW.from_ms <> OLD.from_ms OR NEW.until_ms <> OLD.until_ms OR NEW.epoch <> OLD.epoch
BEGIN SELECT RAISE(ABORT, 'a lease is only ever closed'); END;
CREATE TRIGGER lease_is_never_forgotten BEFORE DELETE ON lease
BEGIN SELECT RAISE(ABORT, 'a lease is only ever closed'); END;

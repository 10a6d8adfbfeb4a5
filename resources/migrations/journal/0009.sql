-- How many entries there are of those that people see as waiting (app/core/entry.py), up to every thousandth entry: until
-- now orders alone were counted, and what was undone or who joined was sent unseen.
DROP TABLE tally;
CREATE TABLE tally (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO tally
SELECT epoch, seq, listed FROM (
    SELECT epoch, seq, SUM(type IN ('order', 'void', 'return', 'enrol', 'gift_card')) OVER (PARTITION BY epoch ORDER BY seq) AS listed
    FROM journal
) WHERE seq % 1000 = 0;

-- What a cashier handed to the manager, to be looked at: an entry's number, when, and who did.
CREATE TABLE handed (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    staff TEXT NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- What each person has read of what head office tells of campaigns: a few letters of the hash of its texts.
CREATE TABLE briefing_seen (
    staff TEXT NOT NULL,
    campaign TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (staff, campaign)
) STRICT, WITHOUT ROWID;

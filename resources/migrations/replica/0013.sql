-- Members' counters of punch cards, as a JSON object by card. NULL where head office says nothing of them.
ALTER TABLE member ADD COLUMN punches TEXT;

-- What an older program left out, for it did not know it, comes with the next snapshot.
UPDATE meta SET v = '' WHERE k = 'set_id';

-- What there is to say of some members only, as JSON: when their tier and points end, and attributes.
ALTER TABLE member ADD COLUMN more TEXT;

-- What an older program left out, for it did not know it, comes with the next snapshot.
UPDATE meta SET v = '' WHERE k = 'set_id';

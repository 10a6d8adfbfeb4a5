-- What members did before, which an older program left out of a snapshot, comes with the next one.
UPDATE meta SET v = '' WHERE k = 'set_id';

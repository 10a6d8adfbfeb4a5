-- Vouchers that are good from a day on, and those that head office has stopped.
ALTER TABLE voucher ADD COLUMN starts_on TEXT;
ALTER TABLE voucher ADD COLUMN state TEXT NOT NULL DEFAULT 'active';  -- active or frozen

-- What an older program left out, for it did not know it, comes with the next snapshot.
UPDATE meta SET v = '' WHERE k = 'set_id';

-- The last of our entries that is in a row's figures, where the row came on a page of changes: until the last page is
-- there, the replica's position does not tell it. Rows of a snapshot have 0, since their position came with them.
ALTER TABLE member ADD COLUMN included_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE voucher ADD COLUMN included_seq INTEGER NOT NULL DEFAULT 0;

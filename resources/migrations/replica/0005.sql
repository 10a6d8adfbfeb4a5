-- Signed codes of a member that were issued before this moment are withdrawn; 0: none is.
ALTER TABLE member ADD COLUMN codes_from_ms INTEGER NOT NULL DEFAULT 0;

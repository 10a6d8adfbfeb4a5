-- What is a member's own is listed when they ask; most vouchers are nobody's.
CREATE INDEX voucher_by_owner ON voucher (owner) WHERE owner IS NOT NULL;

-- Claims have an index of their own (effect_claims): left out of this one, a redemption writes two pages fewer.
DROP INDEX effect_by_ref;
CREATE INDEX effect_on_figures ON effect (kind, ref) WHERE kind NOT IN ('order', 'redemption');

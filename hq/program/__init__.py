"""The console's pages of the program beside its campaigns: earning rules, tiers and stacking, and all other parts."""

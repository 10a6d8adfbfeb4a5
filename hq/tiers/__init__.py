"""Tiers: the ladder of the program as it is worked on, and who would move if it were published."""

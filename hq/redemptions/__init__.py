"""Redemptions that people at head office make, for orders of the past."""

"""Rewards: what points buy, and how many of each there are."""

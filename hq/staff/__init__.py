"""The people who work at head office."""

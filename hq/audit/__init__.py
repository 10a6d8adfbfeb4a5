"""Audit: who did what at head office, in a chain that can't be changed quietly."""

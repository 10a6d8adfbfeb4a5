"""Campaigns and earning rules: published together as immutable versions of the program."""

"""Batches: vouchers or gift cards that are made at once, or brought in from a file, and what is done with them."""

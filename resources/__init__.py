"""Data files and the one way to read them."""

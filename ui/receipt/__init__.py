"""Receipts as they are seen: what is said on them, and how it is painted for a printer, a file or the screen."""

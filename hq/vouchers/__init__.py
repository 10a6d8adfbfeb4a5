"""Vouchers: codes that carry value."""

"""The ledger: what HQ posts by itself, and the books as people see them."""

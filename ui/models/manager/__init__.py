"""The manager's pages: one flow, and a section for each of them."""

"""The loopback API for the shop's till: orders in, offers and results out (docs/till-api.md).

Only `desk` may be imported by others while it is off: the rest brings FastAPI along.
"""

"""A till to try the station with: a plain cash register that knows the station by its API on HTTP, and nothing else.

It imports nothing of the station, so whatever it can do a shop's own till can do, too (docs/till-api.md).
"""

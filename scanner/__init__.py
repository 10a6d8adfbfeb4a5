"""Everything that turns what a cashier holds in front of the station into text.

Text goes out and nothing of ours comes in: no Qt, no module of `app`, so that every source can be
tried and measured alone. What a text means is `app.core.codes`' business.
"""

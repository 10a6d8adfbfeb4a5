"""A member's phone as a live card: a link binds its key, and a page shows codes that it signs.

The page is for reference, and for shops that have no portal yet; the portal will do the same by itself.
"""

"""Deleted facts in the feed: kept for as long as a station may have been away, then forgotten.

A deletion is a row of the feed like any other, and would lie there for ever. Once a day the feed's number is noted;
what was deleted before the number of 90 days ago goes. A station that stands before it may have missed deletions and
must take a snapshot, which holds only what there is.
"""

from sqlalchemy import Connection, delete, func, select

from hq.feed import DELETE, last_number
from hq.home import Hq
from hq.rows import upsert
from hq.tables import feed, feed_day, meta

DAY_MS = 24 * 60 * 60 * 1000
KEPT_DAYS = 90
HORIZON = "feed_horizon"  # in `meta`: deletions up to this number are forgotten
FORGOTTEN = select(meta.c.v).where(meta.c.k == HORIZON)


def forget_deletions(hq: Hq) -> int:
    """Note where the feed stands today, and forget deletions that are too old. Returns how many."""
    return hq.database.write(lambda connection: _forget(connection, now_ms=hq.clock.now_ms()))


def horizon(connection: Connection) -> int:
    """Return the number up to which deletions are forgotten."""
    kept: str | None = connection.execute(FORGOTTEN).scalar_one_or_none()
    return int(kept or 0)


def _forget(connection: Connection, *, now_ms: int) -> int:
    newest = connection.execute(select(func.max(feed_day.c.at_ms))).scalar_one()
    if newest is None or now_ms - newest >= DAY_MS:
        upsert(connection, feed_day, [{"at_ms": now_ms, "n": last_number(connection)}], changes=("n",))
    old = feed_day.c.at_ms <= now_ms - KEPT_DAYS * DAY_MS
    until = connection.execute(select(func.max(feed_day.c.n)).where(old)).scalar_one() or 0
    if until <= horizon(connection):
        return 0
    upsert(connection, meta, [{"k": HORIZON, "v": str(until)}], changes=("v",))
    connection.execute(delete(feed_day).where(old, feed_day.c.n < until))
    return connection.execute(delete(feed).where(feed.c.op == DELETE, feed.c.n <= until)).rowcount

"""What tests of segments ask: who is in one, and what a station hears."""

from hq.access.actor import SYSTEM
from hq.api.paging import Paging
from hq.feed import read_page
from hq.jobs.service import work
from hq.segments import by_hand, service
from hq.segments.keeping import follow
from hq.touched import SEGMENTS
from hq.touched import follow as follow_touched


def make(hq, segment_id, condition):
    """Make a dynamic segment and work it out."""
    service.create_segment(
        hq, SYSTEM, segment_id=segment_id, name=segment_id, kind="dynamic", condition=condition
    )
    work(hq)


def make_list(hq, segment_id, *refs):
    service.create_segment(hq, SYSTEM, segment_id=segment_id, name=segment_id, kind="static")
    return by_hand.add_members(hq, SYSTEM, segment_id, list(refs))


def keep(hq):
    """Do what HQ's thread does a moment after a push; return how many members it looked at."""
    return follow_touched(hq, SEGMENTS, follow)


def who(hq, segment_id):
    return {each.ref for each in service.list_members(hq, segment_id, Paging(limit=200))[0]}


class Listener:
    """A store's stations: what the feed tells them of members since they last asked."""

    def __init__(self, hq, store="S1"):
        self._hq, self._store, self._cursor = hq, store, 0
        self.hear()

    def hear(self, limit=1_000):
        """Return the segments of each member of whom something new is told, read in pages of so many rows."""
        heard = {}
        while True:
            with self._hq.database.reading() as connection:
                page = read_page(connection, store=self._store, cursor=self._cursor, limit=limit)
            self._cursor = page.next
            heard |= {row.k: row.v["segments"] for row in page.rows if row.t == "member"}
            if page.is_last:
                return heard

"""Two members who are one person, for tests of merging them."""

from hq.members.merging import merge_members
from hq.tables import member
from tests.hq.station import REF
from tests.hq.test_feed import REFS
from tests.hq.test_ingest import rows

GONE, STAYS, THIRD = REF, REFS[0], REFS[1]
NUMBER = "M123456789012"


def merge(hq, ref=GONE, into=STAYS):
    return merge_members(hq, ref, into, who="ann")


def of(hq, station):
    station.hq = hq
    return station


def points(hq):
    """What HQ says each member has."""
    return {row.ref: row.balance for row in rows(hq, member)}

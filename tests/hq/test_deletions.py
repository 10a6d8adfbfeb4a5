"""Facts that are gone: told by the feed for ninety days, then forgotten, and whoever stands before that starts anew."""

import pytest
from sqlalchemy import delete, select

from hq.deletions import DAY_MS, KEPT_DAYS, forget_deletions, horizon
from hq.feed import MEMBER, Change, announce
from hq.members.service import MemberFacts, upsert_members
from hq.tables import feed, feed_day, member
from sync.protocol import MustRefetch
from tests.hq.station import NOW_MS, REF
from tests.hq.test_feed import REFS, Reader


def delete_member(hq, ref):
    with hq.database.atomic() as connection:
        connection.execute(delete(member).where(member.c.ref == ref))
        announce(connection, [Change("S1", MEMBER, ref, op="del")])


def deletions(hq):
    with hq.database.reading() as connection:
        return list(connection.execute(select(feed.c.k).where(feed.c.op == "del")).scalars())


@pytest.fixture
def days(hq, clock):
    """Let days pass, on each of which HQ looks once."""

    def pass_by(count):
        for _ in range(count):
            clock.set_ms(clock.now_ms() + DAY_MS)
            forget_deletions(hq)

    return pass_by


def test_a_deletion_is_told_for_ninety_days(hq, station, days):
    upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (REF, REFS[0])])
    before = Reader(station).read().cursor
    delete_member(hq, REF)
    days(90)
    assert deletions(hq) == [REF]
    assert Reader(station, before).read().rows == {("member", REF): None}
    days(1)
    assert deletions(hq) == []


def test_who_stands_before_what_was_forgotten_takes_a_snapshot(hq, station, days):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    before = Reader(station).read().cursor
    delete_member(hq, REF)
    after = Reader(station).read().cursor
    days(KEPT_DAYS + 1)
    assert station.session.changes(cursor=before, set_id=hq.set_id) == MustRefetch(set_id=hq.set_id)
    assert not isinstance(station.session.changes(cursor=after, set_id=hq.set_id), MustRefetch)


def test_what_was_deleted_later_stays(hq, station, days):
    upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (REF, REFS[0])])
    delete_member(hq, REF)
    days(1)
    delete_member(hq, REFS[0])
    days(KEPT_DAYS)
    assert deletions(hq) == [REFS[0]]
    upsert_members(hq, [MemberFacts(REFS[0], home_store="S1")])
    days(KEPT_DAYS)
    assert set(Reader(station, horizon_of(hq)).read().rows) == {("member", REFS[0])}  # it came back


def horizon_of(hq):
    with hq.database.reading() as connection:
        return horizon(connection)


def test_the_horizon_never_goes_back_and_old_notes_go(hq, days):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    days(KEPT_DAYS + 30)
    kept = horizon_of(hq)
    assert kept == 1
    with hq.database.reading() as connection:
        notes = connection.execute(select(feed_day.c.at_ms)).scalars().all()
    assert len(notes) <= KEPT_DAYS + 31
    assert forget_deletions(hq) == 0
    assert horizon_of(hq) == kept
    assert hq.clock.now_ms() > NOW_MS

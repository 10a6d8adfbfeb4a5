"""An HQ whose database was put back from a backup: found out by the mark beside it, or said by a person."""

import json

import pytest

from app.core.program_format import read_program
from hq.campaigns.service import newest_document, publish_program
from hq.faults import SetUpFault
from hq.home import KEYS_FOLDER, open_database, open_hq, take_as_restored
from hq.keys import read_keys
from hq.mark import MARK_FILE, Mark, Reached, read_mark
from hq.members.service import MemberFacts, upsert_members
from hq.restored import LOST_MAX
from hq.tables import journal, order_fact, posting
from sync.protocol import MustRefetch, PushRefusalKind
from tests.hq.station import REF, enrol_station, program_body
from tests.hq.test_feed import REFS, Reader
from tests.hq.test_ingest import count, refused, words


def on(hq, station):
    station.hq = hq
    return station


def test_every_lost_entry_comes_back_once_and_nobody_keeps_another_futures_facts(hq, station, put_back):
    upsert_members(hq, [MemberFacts(REF, name="Ann B.", home_store="S1")])
    other = enrol_station(hq, "S2")
    station.order("o1")
    station.push()
    hq, restore = put_back(hq)
    on(hq, station).order("o2")
    station.push(2)
    on(hq, other).order("o1")
    other.push()
    upsert_members(hq, [MemberFacts(REFS[0], home_store="S1")])  # of the future that gets lost
    reader = Reader(station).read()
    before = hq.set_id, hq.incarnation
    hq = restore(hq)
    assert before[0] != hq.set_id and before[1] != hq.incarnation
    gap = refused(on(hq, station).push(3), PushRefusalKind.GAP)
    assert gap.expect == 2
    assert words(station.push(2)) == [(2, "posted", [])]
    assert words(on(hq, other).push()) == [(1, "posted", [])]
    assert words(station.push(1)) == [(1, "posted", []), (2, "posted", [])]
    assert (count(hq, journal), count(hq, order_fact), count(hq, posting)) == (3, 3, 6)
    # Its numbers have come again, for other facts: who read on in the lost future must not go on from there.
    assert station.session.changes(cursor=reader.cursor, set_id=before[0]) == MustRefetch(set_id=hq.set_id)
    assert Reader(station).read().rows["member", REF]["balance"] == 21


def test_a_database_as_new_as_the_mark_is_left_alone(hq, station, folder, clock):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    Reader(station).read()
    before = hq.incarnation, hq.set_id
    hq.close()
    again = open_hq(folder, clock=clock)
    assert (again.incarnation, again.set_id) == before
    assert read_mark(folder) == Reached(before[0], feed=1, program=1)
    again.close()


def test_what_no_station_was_shown_may_be_lost_without_a_word(hq, put_back):
    hq, restore = put_back(hq)
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    before = hq.set_id
    assert restore(hq).set_id == before


def test_the_rules_go_above_every_version_that_a_station_was_shown(hq, station, put_back):
    hq, restore = put_back(hq)
    publish_program(hq, program_body(version=7))
    Reader(on(hq, station)).read()
    hq = restore(hq)
    program = newest_document(hq, "program")
    assert (program.version, read_program(program.body).version) == (8, 8)
    assert station is on(hq, station)
    for version in (11, 1_000):  # one that lies would have every station fetch the rules anew
        station.push(program_version=version)
    assert newest_document(hq, "program").version == 8


def test_a_person_may_say_so_where_the_mark_was_put_back_too(hq, station, folder, clock):
    Reader(station).read()
    before = hq.incarnation, hq.set_id
    hq.close()
    for _ in range(2):
        database = open_database(folder)
        take_as_restored(folder, database, read_keys(folder / KEYS_FOLDER), clock=clock, is_known=True)
        database.close()
    again = open_hq(folder, clock=clock)
    # The mark knows nothing of rules published since the backup, and the same number may come again for others.
    assert newest_document(again, "program").version > 2 * LOST_MAX
    assert not {again.incarnation, again.set_id} & set(before)
    now = again.incarnation
    again.close()
    # The mark is of a former incarnation, which this database knows: nothing more was lost.
    again = open_hq(folder, clock=clock)
    assert again.incarnation == now
    again.close()


def test_a_mark_of_an_incarnation_that_the_database_never_heard_of_means_an_older_database(hq, folder, clock):
    before = hq.incarnation
    hq.close()
    (folder / MARK_FILE).write_text(json.dumps({"incarnation": "later", "feed": 0, "program": 0}))
    again = open_hq(folder, clock=clock)
    assert again.incarnation != before
    again.close()


def test_several_processes_of_an_hq_share_a_mark_that_never_goes_back(tmp_path):
    first, second = (Mark(tmp_path, Reached("i")) for _ in range(2))
    first.note(feed=12, program=3)
    second.note(feed=5, program=1)
    assert read_mark(tmp_path) == Reached("i", 12, 3)
    second.note(feed=13, program=1)
    first.note(feed=9, program=4)
    assert read_mark(tmp_path) == Reached("i", 13, 4)
    later = Mark(tmp_path, Reached("j"))
    later.note(feed=1, program=1)
    assert read_mark(tmp_path) == Reached("j", 1, 1)
    for each in (first, second, later):
        each.close()


def test_a_mark_that_can_not_be_read_is_told(hq, folder, clock):
    hq.close()
    (folder / MARK_FILE).write_text("{")
    with pytest.raises(SetUpFault, match="tillside hq restored"):
        open_hq(folder, clock=clock)

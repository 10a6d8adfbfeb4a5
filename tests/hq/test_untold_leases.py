"""What entries took of a lease that HQ has set aside is given to nobody else before people have decided."""

import pytest
from sqlalchemy import select

from app.core.entry import SALVAGED
from app.core.program_format import read_program
from hq.authority.tables import lease as leases
from hq.authority.undecided import leases_undecided
from hq.authority.writing_off import write_off
from hq.campaigns.service import publish_lost
from hq.journal.desk import close_case, list_cases, post_case
from hq.stores.devices import revoke
from tests.hq.leasing import DAY_MS, ask, gift_program, publish
from tests.hq.station import NOW_MS
from tests.hq.test_devices import again
from tests.hq.test_lease_books import books, close, use
from tests.hq.test_overspent import flags_of
from tests.hq.test_salvaged import salvaged

LIMIT = 20
LOST, KNOWN = 3, 4


@pytest.fixture
def held(hq, station):
    """Two orders by a lease, decided by a program that HQ has lost."""
    publish(hq, gift_program(KNOWN, uses=LIMIT))
    (held,) = ask(station).leases
    use(station, read_program(gift_program(LOST, uses=LIMIT)), held, times=2)
    return held


def state(hq, held):
    with hq.database.reading() as connection:
        found = select(leases.c.state, leases.c.used).where(leases.c.lease_id == held.lease_id)
        return tuple(connection.execute(found).one())


def tell_later(hq, station, clock):
    """Let the station tell of a time behind the lease's end, and ask."""
    clock.set_ms(NOW_MS + 8 * DAY_MS)
    program = read_program(gift_program(KNOWN, uses=LIMIT))
    first = len(station.bodies) + 1
    station.order("late", at_ms=clock.now_ms(), program=program)
    station.push(first, boot=bytes([1]) * 16)
    return ask(station)


def decide(hq, decision):
    for case in list_cases(hq):
        if "UNKNOWN_PROGRAM" in case.flags:
            decision(hq, case.case_id, who="ann")


def test_what_a_close_tells_beyond_entries_stays_out_until_they_are_posted(hq, station, held):
    close(station, held, 2)
    station.push()
    assert flags_of(hq, station) == [["UNKNOWN_PROGRAM"], ["UNKNOWN_PROGRAM"], ["REPLAY_DIFFERS"]]
    assert books(hq) == (0, 2)
    assert held.lease_id not in {each.lease_id for each in ask(station).leases}, "the station has closed it"
    out = books(hq)[1]
    publish_lost(hq, gift_program(LOST, uses=LIMIT))
    decide(hq, post_case)
    assert books(hq) == (2, out - 2)
    assert state(hq, held) == ("untold", 2)


def test_a_lease_that_is_over_stays_out_while_entries_that_name_it_wait(hq, station, held, clock):
    station.push()
    tell_later(hq, station, clock)
    assert state(hq, held) == ("open", 0)
    publish_lost(hq, gift_program(LOST, uses=LIMIT))
    decide(hq, post_case)
    ask(station)
    assert state(hq, held) == ("over", 2)


def test_what_people_decide_not_to_post_is_free_again(hq, station, held, clock):
    close(station, held, 2)
    station.push()
    tell_later(hq, station, clock)
    assert state(hq, held) == ("untold", 0)
    decide(hq, close_case)
    ask(station)
    assert state(hq, held) == ("over", 0)


def test_who_lies_in_a_close_loses_but_their_own_until_the_lease_is_over(hq, station, held, clock):
    """No entry waits that could have taken it: it comes back as any lease does."""
    station.bodies.clear()
    close(station, held, held.units + 7)
    station.push()
    assert books(hq) == (0, held.units)
    tell_later(hq, station, clock)
    assert state(hq, held) == ("over", 0)


def test_entries_that_a_later_epoch_carries_count_as_well(hq, station, held, clock):
    station.push(1, 1)
    later = again(hq, station)
    later.append(SALVAGED, salvaged(station, 2))
    later.push()
    with hq.database.atomic() as connection:
        assert leases_undecided(connection, station.owner.device_id) == {held.lease_id}
        assert leases_undecided(connection, "D0") == frozenset()


def test_writing_off_counts_what_is_untold(hq, station, held):
    close(station, held, 2)
    station.push()
    revoke(hq, station.owner.device_id)
    assert write_off(hq, station.owner.device_id, who="ann").units == {held.scope: 2}
    assert books(hq) == (2, 0)

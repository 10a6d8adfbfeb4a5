"""An HQ that was put back: it hands out nothing before it knows again what leases are out."""

from msgspec import structs
from sqlalchemy import delete

from hq.authority.forgotten import forget
from hq.authority.recounting import is_under_way
from hq.authority.tables import lease
from hq.authority.writing_off import write_off
from hq.stores.devices import revoke
from sync.authority_wire import LeaseRequest
from tests.hq.leasing import ask, gift_program, publish
from tests.hq.station import NOW_MS, enrol_station
from tests.hq.test_lease_books import books, close, flags_of, use


def forget_leases(hq):
    """As a database from before the leases: an HQ that is put back notes that itself (see test_restored)."""
    with hq.database.atomic() as connection:
        connection.execute(delete(lease))
        forget(connection, now_ms=NOW_MS)


def show(station, *leases):
    held = [(each.lease_id, each.units) for each in leases]
    request = LeaseRequest(epoch=1, program_version=2, held=held, shown=list(leases))
    return station.session.leases(request)


def test_leases_of_the_lost_day_are_known_again_before_new_ones_are_given(hq, station):
    program = publish(hq, gift_program(uses=20))
    other = enrol_station(hq, "S2")
    (mine,), (theirs,) = ask(station).leases, ask(other).leases
    use(station, program, mine)
    forget_leases(hq)
    answer = ask(station, mine)
    assert (answer.leases, answer.show) == ([], [mine.lease_id])
    assert show(station, mine).leases == []  # the other one may hold all the rest
    assert books(hq) == (0, mine.units)
    station.push()
    assert flags_of(hq, station) == [[]]
    assert show(other, theirs).leases == []
    assert books(hq) == (1, mine.units - 1 + theirs.units)
    with hq.database.reading() as connection:
        assert not is_under_way(connection)


def test_what_was_given_by_a_lease_before_it_is_shown_again_is_in_order(hq, station):
    """A push comes ahead of the leases: what it names HQ can't know yet, and must count when it does."""
    program = publish(hq, gift_program(uses=20))
    (mine,) = ask(station).leases
    forget_leases(hq)
    use(station, program, mine, at_ms=NOW_MS + 60_000, times=2)
    station.push()
    assert flags_of(hq, station) == [[], []]
    show(station, mine)
    assert books(hq) == (2, mine.units - 2)
    close(station, mine, 2, at_ms=NOW_MS + 120_000)
    station.push()
    assert flags_of(hq, station) == [[], [], []]
    assert books(hq) == (2, 0)


def test_a_lease_that_was_closed_long_after_its_end_before_it_could_be_shown_is_in_order(hq, station):
    publish(hq, gift_program(uses=20))
    (mine,) = ask(station).leases
    forget_leases(hq)
    close(station, mine, 0, at_ms=NOW_MS + 9 * 86_400_000)
    station.push()
    assert flags_of(hq, station) == [[]]


def test_nobody_makes_a_lease_up(hq, station):
    publish(hq, gift_program(uses=20))
    (mine,) = ask(station).leases
    forget_leases(hq)
    show(station, structs.replace(mine, units=1_000))
    assert books(hq) == (0, 9)  # a new one


def test_a_device_that_never_comes_back_is_written_off(hq, station):
    publish(hq, gift_program(uses=20))
    gone = enrol_station(hq, "S2")
    forget_leases(hq)
    assert ask(station).leases == []
    revoke(hq, gone.owner.device_id)
    write_off(hq, gone.owner.device_id, who="ann")
    assert len(ask(station).leases) == 1

"""HQ's side of leases: what entries use, what comes back, and what is never promised twice."""

import pytest
from msgspec import structs
from sqlalchemy import select, update

from app.core.authority import Authority, Lease
from app.core.entry import LEASE_CLOSE
from app.ids import new_id
from hq.authority import counters, rights
from hq.authority.reservations import reserve
from hq.authority.tables import lease as leases
from hq.authority.tables import reservation
from hq.authority.writing_off import write_off
from hq.faults import NotPossible
from hq.journal.held import list_held
from hq.journal.posting_held import post_held
from hq.stores.devices import revoke
from tests.hq.leasing import DAY_MS, GIFTS, ask, gift_program, publish
from tests.hq.station import NOW_MS, enrol_station
from tests.hq.test_overspent import flags_of

LIMIT = 20


@pytest.fixture
def gifts(hq):
    return publish(hq, gift_program(uses=LIMIT))


def use(station, program, held, *, at_ms=NOW_MS, times=1, units=100):
    """Append orders that give by a lease, as a station that holds it would."""
    for _ in range(times):
        right = Lease(held.lease_id, held.scope, units, held.until_ms)
        station.order(
            new_id(),
            amounts=(("TEA", 500),),
            at_ms=at_ms,
            program=program,
            known={held.scope: 0},
            authority=Authority(level="A2", as_of_ms=NOW_MS, leases=(right,)),
        )


def close(station, held, used, *, at_ms=NOW_MS):
    data = {"lease_id": held.lease_id, "scope": held.scope, "used": used}
    station.append(LEASE_CLOSE, {"store": station.store, "t_eff": at_ms, **data})


def books(hq, scope=GIFTS):
    """What was given, and what may still be given by leases."""
    with hq.database.reading() as connection:
        given = counters.read(connection, [scope])[scope]
        return given, rights.outstanding(connection, [scope]).get(scope, 0)


def test_what_is_given_by_a_lease_moves_from_the_lease_to_what_was_given(hq, station, gifts):
    (held,) = ask(station).leases
    assert books(hq) == (0, held.units)
    use(station, gifts, held, times=2)
    station.push()
    assert flags_of(hq, station) == [[], []]
    assert books(hq) == (2, held.units - 2)
    close(station, held, 2)
    station.push(3)
    assert flags_of(hq, station)[2] == []
    assert books(hq) == (2, 0)


def test_a_lease_that_ended_is_not_given_again_before_its_device_has_told(hq, station, gifts, clock):
    """Its holder is cut off: what it gave before the end may be still to come."""
    (held,) = ask(station).leases
    others = [enrol_station(hq, "S2") for _ in range(3)]
    clock.set_ms(NOW_MS + 8 * DAY_MS)
    for _ in range(4):
        for each in others:
            ask(each, left=0)
    given, out = books(hq)
    assert given + out <= LIMIT * 9 // 10
    use(station, gifts, held, times=held.units)
    station.push(boot=bytes([1]) * 16)  # it was off meanwhile
    assert flags_of(hq, station) == [[]] * held.units
    assert sum(books(hq)) <= LIMIT * 9 // 10
    with hq.database.reading() as connection:
        state = select(leases.c.state).where(leases.c.lease_id == held.lease_id)
        assert connection.execute(state).scalar_one() == "open"


def test_an_entry_made_after_its_end_ends_a_lease(hq, station, gifts, clock):
    (held,) = ask(station).leases
    clock.set_ms(NOW_MS + 8 * DAY_MS)
    station.order("late", at_ms=clock.now_ms(), program=gifts)
    station.push()
    again = ask(station)
    assert [each.lease_id for each in again.leases] != [held.lease_id]
    with hq.database.reading() as connection:
        state = select(leases.c.state).where(leases.c.lease_id == held.lease_id)
        assert connection.execute(state).scalar_one() == "over"


@pytest.mark.parametrize(
    "wrong", ["more than it holds", "after its end", "another's", "closed before", "unknown"]
)
def test_what_is_beyond_a_lease_is_posted_and_flagged(hq, station, gifts, wrong):
    (held,) = ask(station).leases
    giver, at_ms, times = station, NOW_MS, 1
    if wrong == "more than it holds":
        times = held.units + 1
    elif wrong == "after its end":  # by a clock that was set back, or a changed program
        with hq.database.atomic() as connection:
            connection.execute(update(leases).values(until_ms=NOW_MS - 1))
    elif wrong == "another's":
        giver = enrol_station(hq, "S2")
    elif wrong == "closed before":
        close(station, held, 0)
    elif wrong == "unknown":
        with hq.database.atomic() as connection:
            connection.execute(leases.delete())
    use(giver, gifts, held, at_ms=at_ms, times=times)
    giver.push()
    assert flags_of(hq, giver)[-1] == ["LEASE_EXCEEDED"]
    assert all(not flags for flags in flags_of(hq, giver)[:-1])
    assert books(hq)[0] == times


def test_a_lease_of_something_else_is_no_right_and_stays_whole(hq, station, gifts):
    """Counted as used, it would make room for others where nothing was given."""
    (held,) = ask(station).leases
    other = publish(hq, gift_program(3, uses=LIMIT, id="other"))
    use(station, other, structs.replace(held, scope="uses:other"), times=2)
    station.push()
    assert flags_of(hq, station) == [["LEASE_EXCEEDED"], ["LEASE_EXCEEDED"]]
    assert books(hq) == (0, held.units)
    assert books(hq, "uses:other")[0] == 2


def test_who_says_to_have_taken_more_than_one_use_frees_none(hq, station, gifts):
    (held,) = ask(station).leases
    use(station, gifts, held)
    told = f'["{held.lease_id}",1]'.encode()
    assert told in station.bodies[-1]
    station.bodies[-1] = station.bodies[-1].replace(told, told[:-2] + b"5]")
    station.push()
    (flags,) = flags_of(hq, station)
    assert "LEASE_EXCEEDED" in flags
    assert books(hq) == (1, held.units)


def test_a_close_that_says_another_number_than_entries_is_flagged(hq, station, gifts):
    (held,) = ask(station).leases
    use(station, gifts, held)
    close(station, held, 0)
    station.push()
    assert flags_of(hq, station) == [[], ["REPLAY_DIFFERS"]]


def test_what_a_written_off_device_held_counts_as_given_and_its_late_entries_count_against_that(hq, gifts):
    burnt = enrol_station(hq, "S1")
    (held,) = ask(burnt).leases
    with pytest.raises(NotPossible, match="active"):
        write_off(hq, burnt.owner.device_id, who="ann")
    revoke(hq, burnt.owner.device_id)
    done = write_off(hq, burnt.owner.device_id, who="ann")
    assert dict(done.units) == {GIFTS: held.units}
    assert books(hq) == (held.units, 0)
    with hq.database.reading() as connection:
        row = connection.execute(select(leases)).one()
    assert (row.state, row.ended_by, row.ended_ms) == ("written_off", "ann", NOW_MS)
    use(burnt, gifts, held, times=2)
    burnt.push()  # is kept aside, and a person posts it
    for each in list_held(hq, device_id=burnt.owner.device_id):
        post_held(hq, each.id)
    assert books(hq) == (held.units, 0)
    assert write_off(hq, burnt.owner.device_id, who="ann").leases == 0


def test_a_new_epoch_does_not_free_what_the_old_one_held(hq, station, gifts):
    (held,) = ask(station).leases
    with hq.database.atomic() as connection:
        connection.execute(update(leases).values(epoch=0))  # as if that had been the epoch before
    answer = ask(station)
    assert held.lease_id not in {each.lease_id for each in answer.leases}
    assert books(hq)[1] == held.units + sum(each.units for each in answer.leases)
    write_off(hq, station.owner.device_id, who="ann")
    assert books(hq) == (held.units, sum(each.units for each in answer.leases))


def test_what_is_reserved_on_line_is_leased_to_nobody(hq, station, gifts):
    until_ms = NOW_MS + 15 * 60_000
    with hq.database.atomic() as connection:
        reserve(connection, "D1", "o1", [("g1", GIFTS, LIMIT * 9 // 10)], until_ms=until_ms)
    assert ask(station).leases == []
    with hq.database.atomic() as connection:
        connection.execute(update(reservation).values(until_ms=NOW_MS))
    assert [each.scope for each in ask(station).leases] == [GIFTS]

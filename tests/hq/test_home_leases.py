"""Who holds what members own: one station of their store, until HQ calls it back."""

import pytest

from app.core.authority import points_scope
from app.core.codes import hash_number
from hq.authority.holding import holder_of
from hq.authority.home import DAY_MS, call_back, give_back
from hq.authority.writing_off import write_off
from hq.members.service import MemberFacts, upsert_members
from hq.stores.devices import revoke
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.leasing import ask, gift_program, publish
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, enrol_station

POINTS = points_scope(REF)


@pytest.fixture
def at_home(hq):
    publish(hq, gift_program())
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1, owner=REF)])
    return hash_number(number)


def rows_of(station, cursor=0):
    page = station.session.changes(cursor=cursor, set_id=station.hq.set_id)
    return {(row.t, row.k): row.v for row in page.rows}, page.next


def holder(hq):
    with hq.database.reading() as connection:
        return holder_of(connection, POINTS)


def test_the_first_station_of_a_store_that_asks_holds_what_its_members_own(hq, station, at_home):
    second, elsewhere = enrol_station(hq, "S1"), enrol_station(hq, "S2")
    _, before = rows_of(station)
    for each in (elsewhere, station, second):
        ask(each)
    rows, _ = rows_of(station, before)
    assert rows["member", REF]["holder"] == rows["voucher", at_home]["holder"] == station.owner.device_id
    assert holder(hq) == station.owner.device_id


def test_what_was_called_back_is_nobodys_once_its_holder_has_read_that_and_told_all_before(
    hq, station, at_home
):
    ask(station)
    _, before = rows_of(station)
    with hq.database.atomic() as connection:
        call_back(connection, [POINTS], now_ms=NOW_MS)
    station.push(pull_cursor=before)
    assert holder(hq) == station.owner.device_id  # it has not read it yet
    rows, after = rows_of(station, before)
    assert rows["member", REF]["holder"] is None
    station.push(pull_cursor=after)
    assert holder(hq) is None
    with hq.database.atomic() as connection:
        assert give_back(connection, now_ms=NOW_MS + DAY_MS - 1) == 0
        assert give_back(connection, now_ms=NOW_MS + DAY_MS) == 1
    assert rows_of(station, after)[0]["member", REF]["holder"] == station.owner.device_id


def test_a_station_that_led_is_followed_when_it_is_written_off(hq, station, at_home):
    ask(station)
    rows_of(station)
    second = enrol_station(hq, "S1")
    revoke(hq, station.owner.device_id)
    ask(second)
    assert holder(hq) == station.owner.device_id  # nobody knows what it still gives
    write_off(hq, station.owner.device_id, who="ann")
    assert holder(hq) is None
    ask(second)
    assert holder(hq) == second.owner.device_id


def test_whoever_moves_is_held_in_the_new_store_only_when_the_old_one_has_let_go(hq, station, at_home):
    other = enrol_station(hq, "S2")
    ask(station), ask(other)
    _, before = rows_of(station)
    upsert_members(hq, [MemberFacts(REF, home_store="S2")])
    rows, after = rows_of(station, before)
    assert rows["member", REF]["holder"] is rows["voucher", at_home]["holder"] is None
    assert rows_of(other)[0]["member", REF]["holder"] is None
    with hq.database.atomic() as connection:
        assert give_back(connection, now_ms=NOW_MS + DAY_MS) == 0  # it may be cut off, and spend
    assert holder(hq) == station.owner.device_id
    station.push(pull_cursor=after)
    assert holder(hq) is None
    with hq.database.atomic() as connection:
        assert give_back(connection, now_ms=NOW_MS + DAY_MS) == 2  # points and a voucher
    rows, _ = rows_of(other)
    assert rows["member", REF]["holder"] == rows["voucher", at_home]["holder"] == other.owner.device_id


def test_what_was_called_back_from_a_station_that_is_gone_is_free_once_another_leads(hq, station, at_home):
    ask(station)
    with hq.database.atomic() as connection:
        call_back(connection, [POINTS], now_ms=NOW_MS)
    second = enrol_station(hq, "S1")
    revoke(hq, station.owner.device_id)
    ask(second)  # the first was told of nothing that it holds: its time is over
    with hq.database.atomic() as connection:
        assert give_back(connection, now_ms=NOW_MS + DAY_MS) == 1
    assert holder(hq) == second.owner.device_id

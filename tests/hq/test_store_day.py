"""A day of a store as head office tells it to one of its stations: the page's own sum, over what HQ holds."""

import pytest

from app.core.day_sum import sum_up
from app.core.entry import ENROL, read_entry
from hq.faults import Malformed, NotHere, Revoked
from hq.home import Hq
from hq.journal import store_day
from hq.service import DeviceSession
from hq.stores.devices import revoke
from sync.day_wire import StationDay
from tests.databases import on
from tests.hq.station import NOW_MS, Station, enrol_station
from tests.hq.test_devices import again

on_sqlite = on("sqlite")  # what differs between databases is in the first test
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
DAY = "2017-11-06"  # in New York; it begins five hours after the one of UTC
MIDNIGHT_MS = 1_509_944_400_000
TEA = (("TEA", 1_000),)  # 10 % off by itself


def told(station: Station, day: str = DAY) -> dict[str, StationDay]:
    return {each.device_id: each for each in station.session.store_day(day).stations}


def own(station: Station, day: str = DAY) -> tuple[int, bool]:
    found = told(station, day)[station.owner.device_id]
    return found.orders, found.is_whole


def sell(station: Station, *moments_ms: int) -> None:
    first = len(station.bodies) + 1
    for n, at_ms in enumerate(moments_ms, start=first):
        station.order(f"o{n}", at_ms=at_ms, amounts=TEA, ref=None)
    station.push(first)


def test_each_station_of_the_store_and_no_other_is_summed_up(hq: Hq, station: Station) -> None:
    other, elsewhere = enrol_station(hq, "S1"), enrol_station(hq, "S2")
    edges = MIDNIGHT_MS - 1, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS - 1, MIDNIGHT_MS + DAY_MS
    sell(station, *edges, NOW_MS + 3 * DAY_MS)
    sell(elsewhere, NOW_MS)
    answer = other.session.store_day(DAY)
    assert (answer.day, answer.as_of_ms, answer.is_whole) == (DAY, NOW_MS, True)
    found = told(other)
    assert set(found) == {station.owner.device_id, other.owner.device_id}
    figures = sum_up(map(read_entry, station.bodies[1:3]))
    assert found[station.owner.device_id] == StationDay(
        device_id=station.owner.device_id,
        name="",
        orders=2,
        redemptions=figures.redemptions,
        value_given=figures.value_given,
        new_members=0,
        overridden=0,
        until_seq=5,
        seen_ms=NOW_MS,
        behind=0,
        is_whole=True,
    )
    assert figures.value_given == 200
    assert (found[other.owner.device_id].orders, found[other.owner.device_id].until_seq) == (0, 0)
    days = [own(station, day)[0] for day in ("2017-11-04", "2017-11-05", "2017-11-07", "2017-11-09")]
    assert days == [0, 1, 1, 1]


@on_sqlite
def test_an_epoch_that_ended_counts_and_so_does_who_was_shut_out(hq: Hq, station: Station) -> None:
    gone, quiet = enrol_station(hq, "S1"), enrol_station(hq, "S1")
    sell(station, NOW_MS)
    later = again(hq, station)
    later.order("p1")
    later.push()
    sell(gone, NOW_MS)
    for each in (gone, quiet):
        revoke(hq, each.owner.device_id)
    assert own(later) == (2, True)
    assert set(told(later)) == {station.owner.device_id, gone.owner.device_id}
    with pytest.raises(Revoked):
        DeviceSession(hq, gone.owner.device_id).store_day(DAY)


@on_sqlite
def test_what_is_too_much_is_said(hq: Hq, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(station, *[NOW_MS] * 3, NOW_MS + DAY_MS)
    monkeypatch.setattr(store_day, "ENTRIES_MAX", 3)
    assert own(station) == (3, True)  # there are more, but not of this day
    monkeypatch.setattr(store_day, "ENTRIES_MAX", 2)
    assert own(station) == (2, False)
    enrol_station(hq, "S1")
    monkeypatch.setattr(store_day, "STATIONS_MAX", 1)
    answer = station.session.store_day(DAY)
    assert (len(answer.stations), answer.is_whole) == (1, False)


@on_sqlite
def test_what_was_set_aside_is_left_out_and_said(hq: Hq, station: Station) -> None:
    station.order("huge", amounts=(("TEA", 10**12),), ref=None)
    station.push()
    assert own(station) == (0, False)
    sell(station, NOW_MS)
    assert own(station) == (1, False)


@on_sqlite
def test_a_clock_that_was_set_right_hides_no_order(hq: Hq, station: Station, monkeypatch) -> None:
    sell(station, NOW_MS + 30 * DAY_MS, NOW_MS, NOW_MS + HOUR_MS)
    assert own(station) == (2, True)
    monkeypatch.setattr(store_day, "AT_ONCE", 2)
    assert own(station) == (2, True)
    station.append(ENROL, {"t_eff": "no time", "store": "S1"})
    station.push(4)
    assert own(station)[0] == 2


@on_sqlite
@pytest.mark.parametrize("day", ["", "today", "2017-11-31", "20171106"])
def test_a_day_is_a_day(hq: Hq, station: Station, day: str) -> None:
    with pytest.raises(Malformed):
        station.session.store_day(day)


@on_sqlite
@pytest.mark.parametrize("day", ["1970-01-01", "9999-12-31"])
def test_no_day_is_there_that_clocks_can_not_reach(hq: Hq, station: Station, day: str) -> None:
    with pytest.raises(NotHere):
        station.session.store_day(day)

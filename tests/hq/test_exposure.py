"""The worst that cut-off stations can give too much, and what they gave."""

import pytest
from orjson import loads

from app.core.authority import Authority
from app.core.entry import EPOCH_START
from app.core.program_format import read_program
from hq.authority.exposure import exposure, member_bound
from hq.authority.stocks import set_left
from hq.authority.writing_off import write_off
from hq.faults import NotPossible
from hq.stores.devices import revoke
from sync.protocol import PushAnswer
from tests.hq.leasing import gift_program, publish
from tests.hq.station import NOW_MS, enrol_station, program_body
from tests.hq.test_devices import again


def test_leases_have_no_exposure_and_floor_limits_one_for_each_station(hq):
    lease, floor = (read_program(gift_program(offline=word)) for word in ("lease", "floor"))
    assert member_bound(lease, 5) == 0
    assert member_bound(floor, 5) == 5 * 3 * 3_000  # three times thirty by a phone's code, at each


def test_what_happened_stands_beside_the_bound(hq):
    program = publish(hq, gift_program(uses=1, offline="floor"))
    stations = [enrol_station(hq, store) for store in ("S1", "S2")]
    lasting = read_program(gift_program(uses=1, offline="floor"))
    for minute, each in enumerate(stations):
        each.order(
            "o1",
            amounts=(("TEA", 500),),
            at_ms=NOW_MS + minute * 60_000,
            program=lasting,
            known={"uses:gifts": 0},
            authority=Authority(level="A2", as_of_ms=NOW_MS),
        )
        each.push()
    found = {(each.kind, each.name): each for each in exposure(hq)}
    assert found["campaign", "gifts"].happened == found["store", "S2"].happened == 100
    assert found["store", "S1"].happened == 0
    assert found["campaign", "gifts"].bound == 2 * program.authority.value_max
    (member,) = exposure(hq, member="0000000000001")
    assert member.happened == 100 <= member.bound


def test_only_a_rule_whose_stock_is_counted_has_one(hq):
    publish(hq, gift_program())
    with pytest.raises(NotPossible, match="g1"):
        set_left(hq, "g1", 5)


def bounds(hq) -> dict[str, int]:
    return {each.name: each.bound for each in exposure(hq) if each.kind == "store"}


def test_a_station_that_was_shut_out_counts_until_it_was_erased_or_written_off(hq):
    cap = publish(hq, gift_program(offline="floor")).authority.value_max
    stolen, other = enrol_station(hq, "S1"), enrol_station(hq, "S2")
    for each in (stolen, other):
        revoke(hq, each.owner.device_id, wipe=True)
        assert bounds(hq) == {"S1": cap, "S2": cap}, "it may be cut off and know nothing of it"
    write_off(hq, stolen.owner.device_id, who="ann")
    assert bounds(hq) == {"S1": 0, "S2": cap}
    other.push(wiped=True)
    assert bounds(hq) == {"S1": 0, "S2": 0}, "the stores stay, with what happened there"
    (member,) = exposure(hq, member="0000000000001")
    assert member.bound == 0


def test_a_replaced_epoch_counts_beside_the_new_one_unless_that_carried_it_over(hq):
    cap = publish(hq, gift_program(offline="floor")).authority.value_max
    stolen = enrol_station(hq, "S1")
    later = again(hq, stolen)
    assert bounds(hq) == {"S1": 2 * cap}, "the machine of the old epoch may be another's now"
    start = {"store": "S1", "from_epoch": 1, "last_seq": 0, "last_hash": "", "reason": "damaged"}
    later.append(EPOCH_START, start)
    assert isinstance(later.push(), PushAnswer)
    assert bounds(hq) == {"S1": cap}


def test_what_is_written_off_of_an_active_station_is_its_old_epochs_alone(hq):
    cap = publish(hq, gift_program(offline="floor")).authority.value_max
    stolen = enrol_station(hq, "S1")
    again(hq, stolen)
    write_off(hq, stolen.owner.device_id, who="ann")
    assert bounds(hq) == {"S1": cap}


def test_a_station_may_go_by_any_program_since_the_one_it_told_last(hq, clock):
    generous = {"authority": {"value_max": 900}}
    publish(hq, program_body(2, campaigns=_floor(), **generous))
    station = enrol_station(hq, "S1")
    publish(hq, program_body(3, campaigns=_floor(), authority={"value_max": 100}))
    assert bounds(hq) == {"S1": 900}
    station.push(program_version=3)
    assert bounds(hq) == {"S1": 100}


def test_levels_that_allow_more_value_and_more_times_are_taken_together():
    floors = {
        "A1": {"value": 100, "times": 10, "stale_hours": 24},
        "A2": {"value": 200, "times": 1, "stale_hours": 24},
        "A3": {"value": 3_000, "times": 1, "stale_hours": 24},
    }
    program = read_program(program_body(2, campaigns=_floor(), authority={"floors": floors}))
    assert member_bound(program, 1) == 3_000 + 9 * 100


def _floor() -> list[dict]:
    return loads(gift_program(offline="floor"))["campaigns"]

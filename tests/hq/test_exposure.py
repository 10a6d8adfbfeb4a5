"""The worst that cut-off stations can give too much, and what they gave."""

import pytest

from app.core.authority import Authority
from app.core.program_format import read_program
from hq.authority.exposure import exposure, member_bound
from hq.authority.stocks import set_left
from hq.faults import NotPossible
from tests.hq.leasing import gift_program, publish
from tests.hq.station import NOW_MS, enrol_station


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

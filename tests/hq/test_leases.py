"""Leases: how much of a limit HQ hands out, to whom, and when it gets it back."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import ValidationError
from msgspec.json import decode

from app.core.authority import Authority, Lease
from hq.authority import counters
from hq.authority.rights import outstanding
from hq.stops.service import stop_it
from hq.webhooks.feed import read_feed
from sync.authority_wire import LeaseRequest, LeaseWire, lease_message
from tests.hq.leasing import GIFTS, ask, gift_program, publish
from tests.hq.station import NOW_MS, enrol_station

DISCOUNT = "discount:gifts"


@pytest.fixture
def gifts(hq):
    return publish(hq, gift_program())


def events(hq, kind):
    return [json.loads(each.data) for each in read_feed(hq, after_n=0, limit=9, kinds=(kind,))]


def test_a_lease_is_signed_for_the_device_that_asked(hq, station, gifts):
    (lease,) = ask(station).leases
    assert (lease.scope, lease.device, lease.epoch) == (GIFTS, station.owner.device_id, 1)
    assert lease.from_ms == NOW_MS < lease.until_ms
    key = Ed25519PublicKey.from_public_bytes(hq.keys.public(lease.kid))
    key.verify(lease.sig, lease_message(lease))


def test_other_programs_hear_of_a_lease_and_of_its_end_each_once(hq, station, gifts):
    (lease,) = ask(station).leases
    assert ask(station).leases == [lease]
    station.append("lease_close", {"lease_id": lease.lease_id, "used": 0, "store": "S1", "t_eff": NOW_MS})
    station.push()
    (given,), (ended,) = (events(hq, kind) for kind in ("lease.given", "lease.ended"))
    assert (given["lease"], given["scope"], given["units"]) == (lease.lease_id, GIFTS, lease.units)
    assert (given["store"], given["device"]) == ("S1", station.owner.device_id)
    assert (ended["lease"], ended["state"]) == (lease.lease_id, "closed")


def test_all_stations_together_never_hold_the_last_tenth(hq, gifts):
    stations = [enrol_station(hq, "S1") for _ in range(3)]
    given = {lease.lease_id: lease.units for each in stations for lease in ask(each).leases}
    assert list(given.values()) == [
        15,
        15,
        15,
    ]  # half of an equal share of 90, while nobody knows who needs how many
    for _ in range(10):
        given |= {lease.lease_id: lease.units for each in stations for lease in ask(each, left=0).leases}
    assert sum(given.values()) <= 90


def test_an_answer_that_was_lost_comes_again(hq, station, gifts):
    (first,) = ask(station).leases
    assert ask(station).leases == [first]
    assert ask(station, first).leases == []


def test_what_is_stopped_is_leased_to_nobody_and_comes_back(hq, station, gifts):
    (held,) = ask(station).leases
    stop_it(hq, "campaign:gifts")
    answer = ask(station, held)
    assert (answer.leases, answer.close) == ([], [held.lease_id])
    assert ask(enrol_station(hq, "S2")).leases == []


def test_of_the_value_of_orders_there_are_leases_too(hq, station):
    program = publish(hq, gift_program(limits={}, budget={"order_value": 10_000}))
    (lease,) = ask(station).leases
    assert (lease.scope, lease.units) == ("order_value:gifts", 4_500)
    station.order(
        "o1",
        amounts=(("TEA", 500), ("MILK", 200)),
        program=program,
        known={"order_value:gifts": 0},
        authority=Authority(leases=(Lease(lease.lease_id, lease.scope, lease.units, lease.until_ms),)),
    )
    station.push()
    with hq.database.reading() as connection:
        assert counters.read(connection, [lease.scope]) == {lease.scope: 700}
        assert outstanding(connection, [lease.scope]) == {lease.scope: 3_800}


def test_a_station_that_says_it_has_used_all_gathers_no_more_than_two_shares(hq, station, gifts):
    others = [enrol_station(hq, "S2") for _ in range(3)]
    held: list[LeaseWire] = []
    for _ in range(20):
        held += ask(station, *held, left=0).leases
    assert sum(each.units for each in held) == 2 * 23  # of 90 in four
    assert [len(ask(each).leases) for each in others] == [1, 1, 1]


def test_a_store_that_gave_nothing_lately_gets_enough_for_one(hq, station):
    """Half a cent of a budget would be no lease at all."""
    program = publish(hq, gift_program(limits={}, budget={"discount": 10_000}))
    other = enrol_station(hq, "S2")
    authority = Authority(level="A2", granted={"g1": "r1"})
    other.order("o1", amounts=(("TEA", 500),), program=program, known={DISCOUNT: 0}, authority=authority)
    other.push()
    (lease,) = ask(station).leases
    assert (lease.scope, lease.units) == (DISCOUNT, 100)


@pytest.mark.parametrize("held", [["a\x00b", 1], ["a" * 41, 1], ["", 1], ["a", -1], ["a", 2**63]])
def test_what_no_station_can_hold_is_not_understood(held):
    """PostgreSQL has no such text, and less than nothing left would ask for more than there is."""
    with pytest.raises(ValidationError):
        decode(json.dumps({"epoch": 1, "program_version": 2, "held": [held]}), type=LeaseRequest)

"""What an entry took that HQ has set aside is granted to nobody else, until people have decided about it."""

import pytest

from app.core.authority import Authority
from app.core.entry import SALVAGED
from app.core.program_format import read_program
from hq.campaigns.service import publish_lost
from hq.journal.desk import close_case, list_cases, post_case
from sync.authority_wire import RESERVATION_MS
from tests.hq.asking import (
    COUPON,
    a_coupon,
    a_member,
    asked,
    asking_program,
    authorize,
    orders,
    reserved,
    said,
)
from tests.hq.leasing import publish
from tests.hq.station import NOW_MS, enrol_station
from tests.hq.test_devices import again
from tests.hq.test_salvaged import salvaged

LOST, KNOWN = 3, 4


@pytest.fixture
def coupon(hq, station):
    """A coupon that was redeemed by rules which HQ has lost; not told yet."""
    publish(hq, asking_program(KNOWN))
    a_member(hq, balance=120)
    code_hash = a_coupon(hq)
    authority = Authority("A2", NOW_MS, granted={"r1": "R"})
    orders(station, read_program(asking_program(LOST)), code_hash=code_hash, authority=authority)
    return code_hash


def asks(station, coupon):
    return said(
        authorize(station, asked("r9", COUPON, code_hash=coupon), order_id="o9", program_version=KNOWN)
    )


def decide(hq, decision):
    for case in list_cases(hq):
        decision(hq, case.case_id, who="ann")


def test_it_is_kept_for_the_entry_and_settled_by_posting_it(hq, station, coupon, clock):
    other = enrol_station(hq, "S2")
    assert [result.verdict for result in station.push().results] == ["quarantined"] * 2
    clock.set_ms(NOW_MS + 9 * RESERVATION_MS)
    assert asks(other, coupon) == ["limit_total_reached"]
    publish_lost(hq, asking_program(LOST))
    decide(hq, post_case)
    assert reserved(hq) == {}
    assert asks(other, coupon) == ["limit_total_reached"]


def test_what_people_do_not_post_is_free_again(hq, station, coupon):
    station.push()
    decide(hq, close_case)
    assert reserved(hq) == {}
    assert asks(enrol_station(hq, "S2"), coupon) == ["yes"]


def test_an_entry_that_a_later_epoch_carries_counts_as_well(hq, station, coupon):
    later = again(hq, station)
    for seq in (1, 2):
        later.append(SALVAGED, salvaged(station, seq))
    assert [result.codes for result in later.push().results] == [["OLD_EPOCH"]] * 2
    assert asks(later, coupon) == ["limit_total_reached"]
    publish_lost(hq, asking_program(LOST))
    decide(hq, post_case)
    assert reserved(hq) == {}


def test_of_one_redemption_told_twice_nothing_is_kept(hq, station, coupon):
    publish_lost(hq, asking_program(LOST))
    station.push()
    authority = Authority("A2", NOW_MS, granted={"r1": "R"})
    orders(station, read_program(asking_program(LOST)), code_hash=coupon, authority=authority)
    assert [result.codes for result in station.push(3).results] == [["ENTRY_ID_TAKEN"]] * 2
    assert reserved(hq) == {}

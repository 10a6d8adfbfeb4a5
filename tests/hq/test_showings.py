"""A showing of a phone's code that two shops redeemed with: both are posted, and the second to come is for a person."""

import pytest

from app.core.codes import Shown, hash_number
from app.core.entry import REDEEM
from hq.deletions import DAY_MS
from hq.journal.again import judge_all_again
from hq.journal.cases import HEAD_OFFICE
from hq.journal.desk import list_cases
from hq.journal.showings import KEPT_DAYS, forget_showings
from hq.seen_tables import showing
from hq.service import DeviceSession
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.station import NOW_MS, VOUCHER_RULE, enrol_station
from tests.hq.station import voucher as shown
from tests.hq.test_ingest import count, rows, words
from tests.hq.test_writers_at_once import at_once

BY_PHONE = Shown("ab" * 16, NOW_MS // 1000)


@pytest.fixture
def held(hq):
    """A voucher that can be used as often as anybody likes."""
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    return shown(hash_number(number))


@pytest.fixture
def other(hq):
    return enrol_station(hq, "S2")


def flags(answer):
    return [codes for _, _, codes in words(answer)]


def redeem(station, held, order_id="o1", *, by_phone=BY_PHONE, times=1):
    station.order(order_id, vouchers=(held,) * times, by_phone=by_phone)


def test_of_two_shops_the_second_to_come_is_flagged(hq, station, other, held):
    for each in (station, other):
        redeem(each, held)
    assert flags(station.push()) == [[], []]
    assert flags(other.push()) == [[], ["CODE_REPLAYED"]]
    assert flags(other.push()) == [[], ["CODE_REPLAYED"]]  # and the same word each time
    (case,) = list_cases(hq)
    assert case.owner == HEAD_OFFICE and station.owner.device_id in case.detail and "o1" in case.detail
    (kept,) = rows(hq, showing)
    assert (kept.device, kept.order_id, kept.seen_ms) == (station.owner.device_id, "o1", NOW_MS)


def test_all_that_one_order_redeems_is_one_use(station, held):
    redeem(station, held, times=2)
    assert flags(station.push(1, 2)) + flags(station.push(3)) == [[], [], []]


def test_another_order_of_the_same_station_is_a_second_use(station, held):
    redeem(station, held, "o1")
    redeem(station, held, "o2")
    assert flags(station.push()) == [[], [], [], ["CODE_REPLAYED"]]


def test_other_showings_cards_and_refusals_are_not_flagged(station, other, held):
    redeem(station, held)
    redeem(other, held, "o1", by_phone=Shown("cd" * 16, BY_PHONE.ts))
    redeem(other, held, "o2", by_phone=None)
    other.order("o3", by_phone=BY_PHONE)  # earned only
    other.order("o4", vouchers=(shown("0" * 32, uses=1, uses_max=1),), by_phone=BY_PHONE)  # refused
    station.push()
    assert all("CODE_REPLAYED" not in codes for codes in flags(other.push()))


def test_an_entry_that_comes_a_month_late_is_still_flagged(hq, clock, station, other, held):
    for each in (station, other):
        redeem(each, held)
    station.push()
    clock.set_ms(NOW_MS + 30 * DAY_MS)
    assert forget_showings(hq) == 0
    assert flags(other.push())[1] == ["CODE_REPLAYED"]
    clock.set_ms(NOW_MS + KEPT_DAYS * DAY_MS + 1)
    assert (forget_showings(hq), count(hq, showing)) == (1, 0)


@pytest.mark.parametrize(
    "found",
    [
        {},
        [],
        "x",
        {"nonce_hash": 5, "ts": 1},
        {"nonce_hash": "x" * 33, "ts": 1},
        {"nonce_hash": "a\x00", "ts": 1},
    ],
)
def test_a_showing_that_is_none_harms_nobody(hq, station, held, found):
    redeem(station, held)
    record = station.order("o2", vouchers=(held,), by_phone=BY_PHONE)[1]
    del station.bodies[-1]
    station.append(REDEEM, {**record, "shown": found})
    assert [verdict for _, verdict, _ in words(station.push())][:3] == ["posted"] * 3
    assert count(hq, showing) == 1


def test_a_showing_that_the_order_does_not_tell_is_tampered_with(station, held):
    record = station.order("o1", vouchers=(held,), by_phone=BY_PHONE)[1]
    del station.bodies[-1]
    station.append(REDEEM, {key: value for key, value in record.items() if key != "shown"})
    assert flags(station.push()) == [[], ["REPLAY_DIFFERS"]]


def test_of_two_pushes_at_once_one_is_second(hq, station, other, held):
    for each in (station, other):
        redeem(each, held)
    answers = at_once(station.push, other.push)
    assert sorted(flags(answer)[1] for answer in answers) == [[], ["CODE_REPLAYED"]]


def test_an_entry_that_is_judged_again_is_no_second_use_of_its_own(hq, station, held):
    from app.core.program_format import read_program
    from hq.campaigns.service import publish_program
    from hq.journal.desk import post_case
    from tests.hq.station import program_body

    station.order("o1", vouchers=(held,), by_phone=BY_PHONE, program=read_program(program_body(version=9)))
    station.push()
    publish_program(hq, program_body(version=9))
    for case in list_cases(hq):
        assert post_case(hq, case.case_id, who="ann").verdict == "posted"
    assert judge_all_again(hq) == 0 and DeviceSession(hq, station.owner.device_id).health().ok

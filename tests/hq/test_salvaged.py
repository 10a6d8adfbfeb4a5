"""What HQ makes of a new epoch's beginning: where the old one ended, and entries saved out of its journal."""

from dataclasses import replace

import pytest

from app.core.chain import sign_head
from app.core.codes import hash_number
from app.core.entry import EPOCH_START, SALVAGED
from app.core.salvaged import EpochReason, Salvaged, epoch_start_record, salvaged_record
from hq import faults
from hq.journal.desk import close_case, find_case, list_cases, post_case
from hq.stores.devices import devices
from hq.tables import journal, posting
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.databases import on
from tests.hq.station import VOUCHER_RULE, enrol_station, voucher
from tests.hq.test_devices import REVOKED, again, held_ids, places, refused, sells
from tests.hq.test_ingest import count, words


def salvaged(station, seq, **changes) -> dict:
    before, head = station.head(seq - 1), station.head(seq)
    body = station.bodies[seq - 1]
    sig = sign_head(station.key, station.owner, head)
    found = Salvaged(station.owner, seq, body, before.hash, head.hash, sig, is_signed=True)
    return salvaged_record(replace(found, **changes), store=station.store)


def carried_of(later, station, *numbers, **changes) -> list[str]:
    """Let a station push entries as saved out of another one's journal; return the names of their cases."""
    first = len(later.bodies) + 1
    for seq in numbers:
        later.append(SALVAGED, salvaged(station, seq, **changes))
    return [result.case for result in later.push(first).results]


def start(station, **changes) -> dict:
    record = epoch_start_record(store="S1", from_epoch=1, last=station.head(), reason=EpochReason.DAMAGED)
    return record | changes


def test_a_new_epoch_begins_with_what_is_known_of_the_old_one(hq, station):
    """F73: what HQ holds is no news; what it doesn't hold waits for a person and is never posted by itself."""
    sells(station, "o1", "o2").push()
    sells(station, "o3")
    later = again(hq, station)
    later.append(EPOCH_START, start(station))
    for seq in (2, 3):
        later.append(SALVAGED, salvaged(station, seq))
    later.append(SALVAGED, salvaged(station, 1, hash=bytes(32)))
    before = count(hq, posting)
    answer = later.push()
    assert words(answer) == [
        (1, "posted", []),
        (2, "posted", []),
        (3, "quarantined", ["OLD_EPOCH"]),
        (4, "quarantined", ["OLD_EPOCH"]),
    ]
    assert count(hq, posting) == before
    assert words(later.push()) == words(answer)


@on("sqlite")
@pytest.mark.parametrize(
    "changes",
    [
        {"device": "D/2"},
        {"device": 7},
        {"epoch": 0},
        {"epoch": 1 << 40},
        {"seq": True},
        {"hash": "AAAA"},
        {"body": "?"},
        {"packed": "zlib"},
    ],
)
def test_what_is_no_salvaged_entry_is_kept_and_harms_nobody(hq, station, changes):
    sells(station, "o1")
    later = again(hq, station)
    later.append(SALVAGED, salvaged(station, 1) | changes)
    sells(later, "p1")
    assert words(later.push()) == [(1, "quarantined", ["UNPARSABLE"]), (2, "posted", [])]


@on("sqlite")
def test_an_epoch_start_from_another_store_is_flagged(hq, station):
    later = again(hq, station)
    later.append(EPOCH_START, start(station, store="S2"))
    later.append(EPOCH_START, start(station, from_epoch="x"))
    assert words(later.push()) == [
        (1, "posted_flagged", ["REPLAY_DIFFERS"]),
        (2, "quarantined", ["UNPARSABLE"]),
    ]


def test_a_person_posts_what_was_saved_and_it_takes_its_place(hq, station):
    """Each once, in the epoch that it is of; what somebody had changed is not posted at all."""
    sells(station, "o1").push()
    sells(station, "o2", "o3", "o4")
    later = again(hq, station)
    for seq in (2, 4, 3):
        later.append(SALVAGED, salvaged(station, seq))
    later.append(SALVAGED, salvaged(station, 3, body=b"{}"))
    names = [result.case for result in later.push().results]
    before = count(hq, posting)
    posted = [post_case(hq, name, who="m", note="").verdict for name in names[:3]]
    assert posted == ["posted"] * 3
    name = station.owner.device_id
    assert [place[:3] for place in places(hq) if place[1] == 1] == [
        *((name, 1, seq) for seq in (1, 2, 3)),
        (f"{name}/2", 1, 4),  # while entry 3 was not there yet
    ]
    assert count(hq, posting) == before + 3 * 2
    with pytest.raises(faults.NotPossible):
        post_case(hq, names[0], who="m", note="")
    with pytest.raises(faults.NotPossible, match="changed"):
        post_case(hq, names[3], who="m", note="")
    refused(station.push(2), REVOKED)
    assert held_ids(hq, station) == []  # what it sends again is posted, and needs nobody's word
    assert count(hq, posting) == before + 3 * 2


# --- whose word it is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_proven", [True, False])
def test_nobody_brings_an_entry_of_another_device(hq, station, is_proven):
    """Whatever it looks like: else one station would write into another's history and shut it out."""
    other = sells(enrol_station(hq, "S2"), "b1")
    other.push()
    forged = sells(other.copy(), "forged")
    if not is_proven:
        forged.key = station.key
    later = again(hq, station)
    again(hq, other)
    (name,) = carried_of(later, forged, 2)
    assert "only its own device" in find_case(hq, name).detail
    before = count(hq, journal)
    with pytest.raises(faults.NotPossible, match="only its own device"):
        post_case(hq, name, who="m")
    assert count(hq, journal) == before


def test_a_good_station_is_not_fenced_by_what_another_made_up(hq, station):
    other = sells(enrol_station(hq, "S2"), "b1")
    other.push()
    (name,) = carried_of(station, sells(other.copy(), "forged"), 2, sig=b"")
    with pytest.raises(faults.NotPossible):
        post_case(hq, name, who="m")
    assert words(sells(other, "b2").push(2)) == [(2, "posted", [])]
    assert {each.state for each in devices(hq)} == {"active"}


@on("sqlite")
def test_an_entry_of_the_present_epoch_is_pushed_and_not_saved(hq, station):
    sells(station, "o1").push()
    (name,) = carried_of(station, sells(station.copy(), "forged"), 2)
    with pytest.raises(faults.NotPossible, match="no epoch before 1"):
        post_case(hq, name, who="m")


def test_what_nobody_signed_goes_into_a_branch_and_its_case_says_so(hq, station):
    """A damaged page takes a signature with it, so a person may believe the entry; HQ's chain does not."""
    sells(station, "o1").push()
    sells(station, "o2")
    later = again(hq, station)
    names = carried_of(later, station, 2, sig=b"") + carried_of(later, station, 2, sig=bytes(64))
    for name in names:
        assert "signature does not hold" in find_case(hq, name).detail
    assert post_case(hq, names[0], who="m").verdict == "posted"
    device_id = station.owner.device_id
    assert [place[:3] for place in places(hq) if place[1] == 1] == [
        (device_id, 1, 1),
        (f"{device_id}/2", 1, 2),
    ]
    (signed,) = later.push(len(later.bodies)).results[-1:]
    assert signed.verdict == "quarantined"


# --- one after the other --------------------------------------------------------------------------------------------


def redeems(hq, station) -> None:
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1)])
    station.order("o1", vouchers=(voucher(hash_number(number), uses_max=1),))


def test_a_redemption_waits_for_its_order(hq, station):
    redeems(hq, station)
    later = again(hq, station)
    first, second = carried_of(later, station, 1, 2)
    before = places(hq)
    with pytest.raises(faults.NotPossible, match=f"{first} comes first"):
        post_case(hq, second, who="m")
    assert places(hq) == before
    assert [post_case(hq, name, who="m").verdict for name in (first, second)] == ["posted", "posted"]
    assert list_cases(hq) == []


@on("sqlite")
def test_an_order_that_was_decided_is_in_nobodys_way(hq, station):
    redeems(hq, station)
    later = again(hq, station)
    first, second = carried_of(later, station, 1, 2)
    close_case(hq, first, who="m")
    post_case(hq, second, who="m")
    assert [each.flags for each in list_cases(hq)] == [("REPLAY_DIFFERS",)]


def test_a_redemption_in_a_branch_finds_its_order_in_the_history_before_it(hq, station):
    redeems(hq, station)
    later = again(hq, station)
    names = carried_of(later, station, 1) + carried_of(later, station, 2, sig=b"")
    for name in names:
        post_case(hq, name, who="m")
    assert list_cases(hq) == []
    assert {place[3] for place in places(hq) if place[1] == 1} == {"posted"}


@on("sqlite")
def test_a_case_says_what_its_carried_entry_gave(hq, station):
    redeems(hq, station)
    station.order("o2")
    later = again(hq, station)
    names = carried_of(later, station, 2, 3)
    assert [(find_case(hq, name).amount, find_case(hq, name).unit) for name in names] == [
        (100, ""),
        (7, "points"),
    ]

"""What HQ makes of a new epoch's beginning: where the old one ended, and entries saved out of its journal."""

from dataclasses import replace

import pytest

from app.core.entry import EPOCH_START, SALVAGED
from app.core.salvaged import EpochReason, Salvaged, epoch_start_record, salvaged_record
from hq import faults
from hq.journal.desk import post_case
from hq.journal.posting_held import post_held
from hq.tables import posting
from tests.databases import on
from tests.hq.test_devices import REVOKED, again, held_ids, places, refused, sells
from tests.hq.test_ingest import count, words


def salvaged(station, seq, **changes) -> dict:
    before, head = station.head(seq - 1), station.head(seq)
    body = station.bodies[seq - 1]
    found = Salvaged(station.owner, seq, body, before.hash, head.hash, b"", is_signed=False)
    return salvaged_record(replace(found, **changes), store=station.store)


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
    assert post_held(hq, held_ids(hq, station)[0]).results == []
    assert count(hq, posting) == before + 3 * 2

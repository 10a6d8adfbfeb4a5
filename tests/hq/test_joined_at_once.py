"""Members who join at the same moment, and those who are erased or added while they do."""

import hashlib

import pytest
from sqlalchemy import select

from app.core.entry import ENROL
from app.core.personal import box_info, personal, write_personal
from app.core.sealed import seal
from app.ids import new_ref
from hq.faults import NotPossible
from hq.journal.case_tables import case
from hq.members import contacts, late_boxes
from hq.members.contacts import store_personal
from hq.members.service import MemberFacts, add_member
from hq.members.tables import enrolment
from hq.members.tables import personal as personal_table
from hq.tables import member
from sync.protocol import Box
from tests.databases import on
from tests.hq.station import NOW_MS, enrol_station
from tests.hq.test_ingest import count, rows, words
from tests.hq.test_writers_at_once import pushed_while_it_stands

CARD = "a" * 32


def joins(station, *, phone: str = "0301234567", number_hash: str = "", **changes) -> Box:
    """Append what a station records of a new member, and return their box."""
    ref = changes.pop("member", None) or new_ref()
    content = write_personal(personal(name="Zenobia Q", phone=phone))
    box = seal(station.hq.keys.public("b1"), content, info=box_info(ref))
    data = {
        "store": station.store,
        "t_eff": NOW_MS,
        "link": "offline",
        "cashier": "",
        "member": ref,
        "number_hash": number_hash,
        "consents": [],
        "box_hash": hashlib.sha256(box).hexdigest(),
        "kid": "b1",
    }
    station.append(ENROL, data | changes)
    return Box(member=ref, kid="b1", box=box)


@on("postgresql")
@pytest.mark.parametrize("number_hash", ["", CARD])
def test_of_two_at_the_same_moment_one_sees_the_other(hq, station, monkeypatch, number_hash):
    """The same phone, and perhaps the same card: whoever is second hears of it, and nobody is lost."""
    other, answers = enrol_station(hq, "S2"), []
    boxes = [joins(each, number_hash=number_hash) for each in (station, other)]
    real = type(station).push
    monkeypatch.setattr(type(station), "push", lambda self: real(self, boxes=[boxes[self is other]]))
    first = pushed_while_it_stands(
        hq, monkeypatch, station, "enter_members", lambda: answers.append(other.push())
    )
    assert words(first) == [(1, "posted", [])]
    assert words(answers[0]) == [(1, "posted_flagged", ["DUPLICATE_MEMBER"])]
    assert [each.word for answer in (first, *answers) for each in answer.boxes] == ["kept", "kept"]
    assert count(hq, personal_table) == 2
    held = [row.number_hash for row in rows(hq, member)]
    assert sorted(map(str, held)) == sorted([number_hash or "None", "None"])


@on("postgresql")
def test_who_is_added_while_they_join_is_not_added_twice(hq, station, monkeypatch):
    box = joins(station)
    answer = pushed_while_it_stands(
        hq, monkeypatch, station, "enter_members", lambda: refused(hq, MemberFacts(box.member, name="Again"))
    )
    assert words(answer) == [(1, "posted_flagged", ["DATA_LACKS"])]
    assert [row.name for row in rows(hq, member)] == [""]


def refused(hq, facts) -> None:
    with pytest.raises(NotPossible, match="already"):
        add_member(hq, facts)


@on("sqlite")
def test_a_member_there_was_stays_as_they_were(hq, station):
    ref = new_ref()
    add_member(hq, MemberFacts(ref, name="Ada L.", number="M000000000017"))
    box = joins(station, member=ref)
    assert words(station.push(boxes=[box])) == [(1, "posted_flagged", ["DUPLICATE_MEMBER"])]
    assert [row.name for row in rows(hq, member)] == ["Ada L."]
    assert count(hq, personal_table) == 0 and count(hq, enrolment) == 0


@on("sqlite")
def test_sent_twice_it_says_the_same(hq, station):
    box = joins(station)
    first, second = station.push(boxes=[box]), station.push(boxes=[box])
    assert words(first) == words(second) == [(1, "posted", [])]
    assert first.boxes == second.boxes and first.boxes[0].word == "kept"
    assert (count(hq, personal_table), count(hq, case)) == (1, 0)


@on("sqlite")
@pytest.mark.parametrize(
    "changes",
    [
        {"member": "zenobia"},
        {"member": "G000000000000"},
        {"number_hash": "M123"},
        {"box_hash": "?"},
        {
            "consents": [
                {"what": "mail to Zenobia", "version": "1", "language": "en", "yes": True, "at_ms": 1}
            ]
        },
    ],
)
def test_what_is_no_enrolment_is_set_aside(hq, station, changes):
    joins(station, **changes)
    assert words(station.push()) == [(1, "quarantined", ["UNPARSABLE"])]
    assert count(hq, member) == 0


@on("sqlite")
@pytest.mark.loud("a box breaks on purpose")
def test_what_one_box_breaks_holds_up_neither_the_answer_nor_the_others(hq, station, monkeypatch):
    broken, good = joins(station), joins(station, phone="0307654321")
    station.push()  # without them

    def breaks(connection, ref, said, *, now_ms):
        if ref == broken.member:
            raise RuntimeError("a bug of ours")
        return store_personal(connection, ref, said, now_ms=now_ms)

    monkeypatch.setattr(late_boxes, "store_personal", breaks)
    answer = station.push(boxes=[broken, good])
    assert [(each.member, each.word) for each in answer.boxes] == [(good.member, "kept")]


@on("sqlite")
def test_phone_numbers_are_compared_under_a_key_of_this_hq(hq, station):
    """What stands in the index is no plain hash, which whoever has all phone numbers could turn back."""
    station.push(boxes=[joins(station)])
    (row,) = rows(hq, personal_table)
    plain = {hashlib.sha256(text).hexdigest() for text in (b"0301234567", b"phone|0301234567")}
    assert len(row.phone_hash) == 64 and row.phone_hash not in plain
    with hq.database.reading() as connection:
        kept = connection.execute(select(contacts.meta.c.v).where(contacts.meta.c.k == contacts.CONTACT_KEY))
        assert len(bytes.fromhex(kept.scalar_one())) == 32

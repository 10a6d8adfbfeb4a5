"""Members who join where others did: the same person in two shops, one card handed out twice, who was erased."""

import pytest
from msgspec import structs
from sqlalchemy import select

from app.core.personal import personal
from app.core.reasons import Refusal
from app.station.identify import identify
from hq.journal.desk import close_case, list_cases
from hq.members.boxes import Opened
from hq.members.closed import closed_at
from hq.members.contacts import CONTACT_KEY
from hq.members.erasing import erase_member
from hq.members.late_boxes import settle_boxes
from hq.members.tables import enrolment
from hq.tables import member, meta
from sync.faults import HqUnreachable
from sync.protocol import BoxWord
from tests.sync.joining import NAME, PHONE, cases, join, lies_at, ref_of, tables_with_it
from tests.sync.test_joining import alter_pushes, an_hour_later, boxes
from tests.sync.test_restored_hq import put_back

CARD = "M0000000001Y"


def numbers(world) -> dict[str, str | None]:
    with world.hq.database.reading() as connection:
        return {row.ref: row.number_hash for row in connection.execute(select(member))}


@pytest.mark.parametrize("said", [{"phone": "0049 (170) 5550123"}, {"phone": "", "email": "z@q.example"}])
def test_the_same_person_in_two_shops_that_are_cut_off(world, said):
    """Nothing is lost: two members, each with their points and what they said, and a case for a person."""
    first, second = world.shop().synced(), world.shop("s-2").synced()
    email = {"email": "Z@q.example"} if said.get("email") else {}
    one, other = join(first, **email), join(second, name="Z. Quixote", **said)
    for shop, joined in ((first, one), (second, other)):
        shop.sell(card=joined.number, cents=700)
    second.syncer.sync()
    first.syncer.sync()
    assert second.verdicts() == [(1, "posted"), (2, "posted")]
    assert first.verdicts() == [(1, "posted_flagged"), (2, "posted")], "who comes second is doubted"
    assert cases(world) == [("DUPLICATE_MEMBER", "open")]
    assert tables_with_it(world) == {"personal": 2, "member": 3}
    assert [world.balance(ref_of(each)) for each in (one, other)] == [7, 7]
    (found,) = list_cases(world.hq)
    close_case(world.hq, found.case_id, who="ada", note="one person, who keeps the other card", points=-7)
    assert [world.balance(ref_of(each)) for each in (one, other)] == [0, 7]


def test_others_are_not_taken_for_the_same(world):
    first, second = world.shop().synced(), world.shop("s-2").synced()
    join(first), join(second, phone="+49 170 5550124"), join(second, phone="", email="a@b.example")
    first.syncer.sync()
    second.syncer.sync()
    assert cases(world) == []
    with world.hq.database.reading() as connection:
        assert len(connection.execute(select(meta).where(meta.c.k == CONTACT_KEY)).scalar_one()) > 0


def test_a_card_that_two_shops_hand_out_is_the_firsts(world):
    first, second = world.shop().synced(), world.shop("s-2").synced()
    one, other = join(first, number=CARD), join(second, phone="0301234567", number=CARD)
    for shop in (first, second):
        shop.syncer.sync()
    assert (first.verdicts(), second.verdicts()) == ([(1, "posted")], [(1, "posted_flagged")])
    held = numbers(world)
    assert held[ref_of(one)] is not None and held[ref_of(other)] is None
    assert cases(world) == [("DUPLICATE_MEMBER", "open")]


def test_who_is_erased_is_not_brought_back_by_a_box_that_waits(world):
    shop = world.shop().synced()
    found = join(shop)
    alter_pushes(shop, lambda request: structs.replace(request, boxes=[]))
    shop.syncer.sync()
    shop.hq.__dict__.pop("push")
    erase_member(world.hq, ref_of(found))
    an_hour_later(world)
    shop.syncer.sync()
    assert (boxes(shop), tables_with_it(world), lies_at(shop)) == (0, {}, [])
    assert isinstance(identify(shop.store, found.number), Refusal), "nor is the number theirs here any more"
    assert ref_of(found) not in numbers(world)
    with world.hq.database.reading() as connection:
        assert connection.execute(select(enrolment)).all() == []


def test_an_hq_put_back_to_before_the_enrolment_does_not_bring_back_who_was_erased(world, tmp_path):
    shop = world.shop().synced()
    backup = world.back_up(tmp_path / "backup")
    found = join(shop)
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    erase_member(world.hq, ref_of(found))
    put_back(world, backup)
    with world.hq.database.reading() as connection:
        assert ref_of(found) in closed_at(connection)
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted_flagged")] and cases(world) == [("MEMBER_ERASED", "open")]
    assert (boxes(shop), tables_with_it(world)) == (0, {})
    assert ref_of(found) not in numbers(world)


def test_an_hq_put_back_gets_again_what_stations_still_hold(world, tmp_path):
    """Of whom it had said to hold the box, it has lost what they said, and a case says so; the member stays."""
    shop = world.shop().synced()
    backup = world.back_up(tmp_path / "backup")
    lost = join(shop, phone="0301234567", name="Lost")
    shop.syncer.sync()
    still = join(shop)
    put_back(world, backup)
    shop.syncer.sync()
    assert {ref_of(lost), ref_of(still)} <= numbers(world).keys()
    assert cases(world) == [("DATA_LACKS", "open")]
    assert (boxes(shop), tables_with_it(world)) == (0, {"personal": 1, "member": 3})
    shop.syncer.sync()
    assert shop.verdicts()[-2:] == [(1, "posted_flagged"), (2, "posted")]


def test_a_box_that_was_kept_once_changes_nothing_any_more(world):
    shop = world.shop().synced()
    found = join(shop)
    shop.syncer.sync()
    other = Opened(ref_of(found), "0" * 64, personal(name="Mallory", phone=PHONE))
    nobody = Opened("0" * 13, "0" * 64, personal(name="Mallory"))
    answers = settle_boxes(world.hq, {each.member: each for each in (other, nobody)})
    assert [(each.member, each.word) for each in answers] == [(ref_of(found), BoxWord.KEPT)]
    with world.hq.database.reading() as connection:
        names = connection.execute(select(member.c.name).where(member.c.ref == ref_of(found))).scalars()
        assert list(names) == [f"{NAME.split()[0]} {NAME.split()[1][0]}."]

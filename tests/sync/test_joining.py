"""Somebody becomes a member at a station: what they said goes to head office and stands nowhere else, come what may."""

import logging

import pytest
from msgspec import structs
from sqlalchemy import select

from app.core.codes import Level
from app.core.entry import ENROL
from app.core.keyset import KeyUse
from app.core.personal import box_info, personal, write_personal
from app.core.sealed import seal
from app.station.enrol import NotEnrolled, as_typed, enrol
from hq.journal import again, judge
from hq.journal.again import judge_all_again
from hq.journal.held import list_held, read_held
from hq.journal.posting_held import post_held
from hq.keysets.service import retire
from hq.members.exporting import export_member
from hq.stores.devices import revoke
from hq.tables import journal, member
from sync.faults import HqUnreachable
from sync.protocol import BoxAnswer
from sync.syncer import BOXES_EVERY_MS
from tests.sync.joining import EMAIL, NAME, TRACES, cases, join, lies_at, ref_of, tables_with_it
from tests.sync.key_changes import rotate
from tests.sync.test_reenrolment import posted_by_people, reenrol, text_for
from tests.sync.world import Shop

HELD = {"personal": 1, "member": 2}  # the other is the world's own


@pytest.fixture
def shop(world) -> Shop:
    return world.shop().synced()


def boxes(shop: Shop) -> int:
    return shop.store.enrolments.count()


def an_hour_later(world) -> None:
    world.clock.set_ms(world.clock.now_ms() + BOXES_EVERY_MS)


def alter_pushes(shop: Shop, change) -> None:
    """Let what goes to HQ be another push than the station's."""
    real = shop.hq.real
    shop.hq.push = lambda request: real.push(change(request))


def test_what_they_say_stands_in_hqs_table_and_nowhere_else(both, caplog):
    caplog.set_level(logging.DEBUG)
    shop, neighbour = both.shop().synced(), both.shop().synced()
    found = join(shop, email=EMAIL, birthday="05-17")
    assert (lies_at(shop), boxes(shop)) == ([], 1)
    shop.restart()
    assert (lies_at(shop), boxes(shop)) == ([], 1), "nor after a start: nobody here can open it"
    shop.syncer.sync()
    assert (shop.verdicts(), boxes(shop), cases(both)) == ([(1, "posted")], 0, [])
    assert tables_with_it(both) == HELD
    told = export_member(both.hq, ref_of(found))
    (said,) = told["personal"]
    assert (said["name"], said["phone"], said["email"], said["birthday"]) == (
        NAME, "+491705550123", EMAIL, "05-17"
    )  # fmt: skip
    asked = [(each["what"], each["version"], each["is_given"]) for each in told["consents"]]
    assert asked == [("mail", "2026-01", 1), ("phone", "2026-01", 0)]
    assert [each["entry"]["type"] for each in told["enrolment"]] == [ENROL]
    neighbour.syncer.sync()
    for each in (shop, neighbour):  # by the feed, as they know all members: with a given name and an initial
        assert each.member(found.number).name == "Zenobia Q."
        assert lies_at(each, TRACES[2:]) == []
        assert {name.partition("-")[0] for name in lies_at(each)} == {"replica"}
    assert not any(trace.decode() in caplog.text for trace in TRACES)
    written = b"".join(
        path.read_bytes() for path in both.hq_folder.rglob("*") if path.is_file() and path.name[:5] != "hq.db"
    )
    assert not any(trace in written for trace in TRACES)


def test_offline_they_earn_at_once(shop):
    found = join(shop)
    seen = shop.member(found.number)
    assert (seen, seen.name, seen.level, seen.member.is_known) == (found.member, "", Level.NUMBER, False)
    shop.sell(card=found.number, cents=700)
    assert shop.member(found.number).pending == 7
    shop.restart()
    assert shop.member(found.number).pending == 7
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted"), (2, "posted")]
    seen = shop.member(found.number)
    assert (seen.member.is_known, seen.member.balance, seen.pending) == (True, 7, 0)


def test_an_answer_that_is_lost_makes_nobody_twice(world, shop):
    join(shop)
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    assert boxes(shop) == 1
    shop.restart()
    shop.syncer.sync()
    assert (shop.verdicts(), boxes(shop), cases(world), tables_with_it(world)) == (
        [(1, "posted")],
        0,
        [],
        HELD,
    )


@pytest.mark.parametrize("how", ["lost", "damaged", "of somebody else", "another"])
def test_without_its_box_the_entry_makes_a_member_all_the_same(world, shop, how):
    """Nothing is lost but what they said, and a case says that it is."""
    found = join(shop)
    if how == "lost":
        alter_pushes(shop, lambda request: structs.replace(request, boxes=[]))
        with shop.store.atomic():
            shop.store.enrolments.forget([ref_of(found)])
    elif how == "damaged":
        spoil = lambda box: structs.replace(box, box=box.box[:-1] + b"?")  # noqa: E731
        alter_pushes(shop, lambda request: structs.replace(request, boxes=list(map(spoil, request.boxes))))
    elif how == "another":  # that opens, and is not the one whose hash the station signed
        info, public = box_info(ref_of(found)), world.hq.keys.public("b1")
        box = seal(public, write_personal(personal(name=NAME)), info=info)
        give = lambda each: structs.replace(each, box=box)  # noqa: E731
        alter_pushes(shop, lambda request: structs.replace(request, boxes=list(map(give, request.boxes))))
    else:
        other = world.shop("s-2").synced()
        join(other, name="Other")
        box = other.store.enrolments.waiting(from_seq=1, to_seq=9, most=9, with_earlier=True)[0].box
        give = lambda each: structs.replace(each, box=box)  # noqa: E731
        alter_pushes(shop, lambda request: structs.replace(request, boxes=list(map(give, request.boxes))))
    shop.sell(card=found.number)
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted_flagged"), (2, "posted")]
    assert (cases(world), tables_with_it(world), boxes(shop)) == ([("DATA_LACKS", "open")], {}, 0)
    assert world.balance(ref_of(found)) == 5


def test_a_box_that_comes_behind_its_entry_takes_the_flag_back(both):
    shop = both.shop().synced()
    join(shop)
    alter_pushes(shop, lambda request: structs.replace(request, boxes=[]))
    shop.syncer.sync()
    assert (cases(both), boxes(shop)) == ([("DATA_LACKS", "open")], 1)
    shop.hq.__dict__.pop("push")
    an_hour_later(both)
    shop.syncer.sync()
    assert (boxes(shop), cases(both), tables_with_it(both)) == (0, [("DATA_LACKS", "closed")], HELD)
    assert shop.verdicts() == [(1, "posted_flagged"), (1, "posted")]
    assert shop.store.replica.members_named("zeno")


def test_an_hq_that_knows_no_such_entry_gets_the_box_when_it_does(world, shop, monkeypatch):
    older = {kind: each for kind, each in judge.JUDGES.items() if kind != ENROL}
    for module in (judge, again):
        monkeypatch.setattr(module, "JUDGES", older)
    join(shop)
    alter_pushes(shop, lambda request: structs.replace(request, boxes=[]))  # which it ignores
    shop.syncer.sync()
    shop.hq.__dict__.pop("push")
    shop.syncer.sync()
    assert (shop.verdicts(), boxes(shop)) == ([(1, "quarantined")], 1)
    monkeypatch.undo()
    assert judge_all_again(world.hq) == 1
    sent = []
    alter_pushes(shop, lambda request: sent.append(len(request.boxes)) or request)
    shop.syncer.sync()
    assert (sent, boxes(shop)) == ([0], 1), "not with each sync, or it would go up twice a minute for ever"
    an_hour_later(world)
    shop.syncer.sync()
    assert (boxes(shop), tables_with_it(world)) == (0, HELD)
    assert [verdict for _, verdict in shop.verdicts()] == ["quarantined", "posted_flagged", "posted"]


def test_only_a_word_on_what_was_sent_lets_a_box_go(world, shop):
    first = join(shop)
    answer = [BoxAnswer(member=ref_of(first), word="a later word"), BoxAnswer(member="0" * 13, word="kept")]
    shop.hq.alter("push", lambda said: structs.replace(said, boxes=answer))
    shop.syncer.sync()
    assert boxes(shop) == 1


def test_an_old_box_key_opens_what_was_sealed_to_it_and_new_ones_are_taken(world, shop):
    early = join(shop)
    rotate(world, KeyUse.BOX)
    retire(world.hq, "b1")
    shop.syncer.sync()
    late = join(shop, name="Late", phone="0301234567")
    kids = [entry.data["kid"] for entry in shop.store.journal.entries()]
    assert kids == ["b1", "b2"]
    shop.syncer.sync()
    assert [export_member(world.hq, ref_of(each))["personal"][0]["name"] for each in (early, late)] == [
        NAME, "Late"
    ]  # fmt: skip


def test_while_hq_lacks_the_key_the_box_stays(world, shop):
    join(shop)
    path = world.hq.keys.folder / "box-b1.key"
    secret = path.read_text()
    path.unlink()
    del world.hq.keys.private["b1"]
    shop.syncer.sync()
    assert (boxes(shop), cases(world)) == (1, [("DATA_LACKS", "open")])
    path.write_text(secret)
    an_hour_later(world)
    shop.syncer.sync()
    assert (boxes(shop), tables_with_it(world)) == (0, HELD)


def test_a_new_epoch_carries_the_boxes_over(world, shop):
    found = join(shop)
    reenrol(shop, text_for(shop))
    assert boxes(shop) == 1
    shop.syncer.sync()
    with world.hq.database.reading() as connection:
        refs = set(connection.execute(select(member.c.ref)).scalars())
    assert ref_of(found) not in refs and boxes(shop) == 1, "nobody has said yet that it is to be posted"
    posted_by_people(world)
    an_hour_later(world)
    shop.syncer.sync()
    assert (boxes(shop), tables_with_it(world)) == (0, HELD)
    with world.hq.database.reading() as connection:
        assert connection.execute(select(journal.c.type).where(journal.c.type == ENROL)).all()


def test_what_is_held_aside_is_held_without_boxes(world, shop):
    """Of a station that is shut out: nobody may find in a held push, years later, whom erasing didn't find there."""
    found = join(shop)
    revoke(world.hq, shop.store.device.device_id)
    shop.syncer.sync()
    (held,) = list_held(world.hq)
    _, request = read_held(world.hq, held.id)
    assert (len(request.entries), request.boxes, boxes(shop)) == (1, [], 1)
    post_held(world.hq, held.id)
    assert world.balance(ref_of(found)) == 0
    assert cases(world)[-1] == ("DATA_LACKS", "open") and tables_with_it(world) == {}


def test_a_card_alone_needs_neither_box_nor_key(world, shop):
    card = "M0000000001Y"
    joined = as_typed("0123456789ABC", number=card)
    (shop.store.replica._small_bodies).clear()
    found = enrol(shop.store, joined, link="offline")
    assert not isinstance(found, NotEnrolled), found
    assert boxes(shop) == 0
    shop.syncer.sync()
    assert (shop.verdicts(), cases(world)) == ([(1, "posted")], [])
    assert shop.member(card).member.is_known

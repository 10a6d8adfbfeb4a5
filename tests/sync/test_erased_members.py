"""A member who is erased: no byte of any file at a station names them after its next sync."""

import shutil

import pytest

from app.ids import new_ref
from app.store.device import SET_ASIDE_EPOCH
from app.store.replica import Replica
from hq.members.erasing import erase_member
from hq.members.service import MemberFacts, upsert_members
from sync.faults import HqUntrusted
from tests.store.pages import folder_bytes
from tests.sync.world import REF, World

NAME = "Zenobia Quixote"
TRACES = (b"Zenobia", b"zenobia", b"Quixote", b"quixote")


@pytest.fixture
def shop(hq_folder, tmp_path):
    world = World(hq_folder, tmp_path, server=None)
    shop = world.shop().synced()
    yield shop
    world.close()


def key_of(shop):
    return shop.store.keys.database


def named_in(shop):
    """The files of the store in whose pages the name still stands, in free ones and in the WAL too."""
    found = folder_bytes(shop.folder, key_of(shop))
    assert b"CREATE TABLE" in found["journal.db"]  # they are read rightly
    return sorted(name for name, content in found.items() if any(trace in content for trace in TRACES))


def join(shop, *, others=0):
    """Let the member join, among others, so that pages split and rows move as in a real replica."""
    facts = [MemberFacts(new_ref(), f"Person {n} Somebody", home_store="s-1") for n in range(others)]
    upsert_members(shop.world.hq, [*facts, MemberFacts(REF, NAME, home_store="s-1")])
    shop.syncer.sync()
    return [each.ref for each in facts]


def test_no_page_of_the_replica_keeps_the_name_not_a_free_one_nor_the_wal(shop):
    others = join(shop, others=300)
    for n in range(3):  # rows grow and move, theirs too
        upsert_members(shop.world.hq, [
            *(MemberFacts(ref, f"Person Somebody Else {'x' * n}", home_store="s-1") for ref in others[n::3]),
            MemberFacts(REF, NAME + " " + "y" * n, home_store="s-1"),
        ])  # fmt: skip
        shop.syncer.sync()
        shop.sell(card=shop.world.card())
        shop.syncer.sync()
    assert [row.ref for row in shop.store.replica.members_named("zeno")] == [REF]
    assert named_in(shop)
    erase_member(shop.world.hq, REF)
    shop.syncer.sync()
    assert shop.store.replica.member(REF) is None
    assert not shop.store.replica.members_named("zeno") and not shop.store.replica.members_named("quixote")
    assert named_in(shop) == []


def test_who_died_before_the_wal_was_folded_does_it_at_the_next_start(shop, tmp_path, monkeypatch):
    join(shop)
    erase_member(shop.world.hq, REF)
    with monkeypatch.context() as dying:
        dying.setattr(Replica, "fold_wal", lambda _: None)
        shop.syncer.sync()
        left = shutil.copytree(shop.folder, tmp_path / "left")
    assert shop.store.replica.member(REF) is None and named_in(shop)
    shop.store.close()
    shutil.rmtree(shop.folder)
    shutil.move(left, shop.folder)
    shop.restart()
    assert named_in(shop) == []


def test_the_replica_that_a_snapshot_replaced_goes_at_once(shop):
    join(shop)
    erase_member(shop.world.hq, REF)
    shop.world.set_set_id("00000000000000fe")  # the station has to take a snapshot, without any tombstone
    assert named_in(shop)
    shop.syncer.sync()
    assert named_in(shop) == []
    assert [path.name for path in shop.folder.glob("replica-*.db")] == ["replica-3.db"]


def test_a_snapshot_that_did_not_come_whole_leaves_nothing(shop):
    join(shop)
    shop.world.set_set_id("00000000000000fe")
    shop.hq.alter("snapshot", lambda packed: packed[:-9])
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert [path.name for path in shop.folder.glob("replica-*.db")] == ["replica-2.db"]


def test_damaged_and_former_copies_go_with_a_tombstone(shop):
    join(shop)
    shop.store.replica.fold_wal()
    shutil.copy(shop.folder / "replica-2.db", shop.folder / "damaged-replica-1.db")
    former = shop.folder.with_name(f"{shop.folder.name}{SET_ASIDE_EPOCH}1")
    former.mkdir()
    shutil.copy(shop.folder / "replica-2.db", former / "replica-2.db")
    shutil.copy(shop.folder / "journal.db", former / "journal.db")
    erase_member(shop.world.hq, REF)
    shop.syncer.sync()
    assert named_in(shop) == []
    assert [path.name for path in former.iterdir()] == ["journal.db"]


def test_the_journal_and_the_plain_files_never_held_a_name(shop):
    join(shop)
    voucher = shop.world.voucher()
    shop.sell(card=shop.world.card())
    shop.syncer.sync()
    shop.sell(voucher=voucher, card=shop.world.card())
    assert {name.partition("-")[0] for name in named_in(shop)} == {"replica"}
    assert shop.store.journal.head().seq == 3


def test_an_order_made_before_the_station_heard_of_it_brings_nobody_back(shop):
    join(shop)
    card = shop.world.card()
    shop.sell(card=card)
    erase_member(shop.world.hq, REF)
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted_flagged")]
    assert shop.world.posted_points() == 0
    shop.sell(card=card)  # the card is still good, of a member whom nobody knows
    shop.syncer.sync()
    assert shop.verdicts()[-1] == (2, "posted_flagged")
    assert shop.store.replica.member(REF) is None

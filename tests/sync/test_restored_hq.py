"""An HQ put back from a backup, as its stations live through it: every entry once, and no figure of the lost future."""

import shutil

from hq.home import DATABASE_FILE
from hq.members.service import MemberFacts, upsert_members
from tests.sync.test_feed import refs
from tests.sync.world import REF


def put_back(world, backup):
    """Put the database of a backup into the place of HQ's own, and nothing else."""
    world.hq.close()
    for old in world.hq_folder.glob(DATABASE_FILE + "*"):
        old.unlink()
    shutil.copy(backup / DATABASE_FILE, world.hq_folder / DATABASE_FILE)
    world.hq = None
    world.start_hq()


def test_stations_refill_a_restored_hq_and_fetch_its_facts_anew(web_world, tmp_path):
    first, second = web_world.shop().synced(), web_world.shop("s-2").synced()
    card = web_world.card()
    first.sell(card=card)
    first.syncer.sync()
    backup = web_world.back_up(tmp_path / "backup")
    for shop in (first, second, first):
        shop.sell(card=card)
        shop.syncer.sync()
    upsert_members(web_world.hq, [MemberFacts(refs(1)[0], name="Of the lost day", home_store="s-1")])
    first.syncer.sync()
    lost = first.store.replica.position()
    assert (first.store.acked_seq(), first.store.replica.count("member")) == (3, 2)
    put_back(web_world, backup)
    assert web_world.head_of(first) == 1
    for _ in range(2):  # twice: the balances of the others come with the second
        for shop in (first, second):
            shop.syncer.sync()
    assert (web_world.entries_of(first), web_world.entries_of(second)) == ([1, 2, 3], [1])
    assert (web_world.balance(), web_world.posted_points()) == (20, 20)
    for shop in (first, second):
        seen = shop.member(card)
        assert (seen.member.balance, seen.pending) == (20, 0)
        assert shop.store.acked_seq() == shop.store.journal.head().seq
    assert first.store.replica.position().set_id != lost.set_id
    assert first.store.replica.count("member") == 1  # nobody keeps who was added in the lost future
    assert first.store.replica.member(REF) is not None


def test_a_station_that_read_on_in_the_lost_future_misses_nothing_of_the_new_one(web_world, tmp_path):
    """The numbers of the lost day come again for other facts, up to the very place where the station stood."""
    shop = web_world.shop().synced()
    backup = web_world.back_up(tmp_path / "backup")
    upsert_members(web_world.hq, [MemberFacts(ref, home_store="s-1") for ref in refs(3)])
    shop.syncer.sync()
    put_back(web_world, backup)
    new = refs(3, first=500)
    upsert_members(web_world.hq, [MemberFacts(ref, home_store="s-1") for ref in new])
    shop.syncer.sync()
    assert all(shop.store.replica.member(ref) for ref in new)
    assert not any(shop.store.replica.member(ref) for ref in refs(3))

"""An HQ that writes faster than a station reads keeps no station from a moment at which its figures belong together."""

from msgspec.structs import replace

from hq.members.service import MemberFacts, upsert_members
from sync import pull
from sync.protocol import CHANGES_ROWS_BEHIND, CHANGES_ROWS_MAX
from tests.sync.test_feed import refs
from tests.sync.world import REF


def busy(world, shop, *, rows):
    """Let HQ change so many members before each page, which has a hundredth of the rows asked for."""
    asked = []

    def changes(*, cursor, set_id, limit):
        asked.append(limit)
        add(world, rows, name=f"{len(asked)} N.")
        return shop.hq.real.changes(cursor=cursor, set_id=set_id, limit=limit // 100)

    shop.hq.changes = changes
    return asked


def add(world, rows, *, name=""):
    upsert_members(world.hq, [MemberFacts(ref, name=name, home_store="s-1") for ref in refs(rows)])


def test_pages_grow_until_they_reach_the_end(world):
    shop = world.shop().synced()
    before = shop.store.replica.position()
    asked = busy(world, shop, rows=30)  # pages of twenty, and eighty
    shop.syncer.pull()
    assert asked == [CHANGES_ROWS_MAX] * pull.PAGES_BRISK + [CHANGES_ROWS_BEHIND]
    assert shop.store.replica.position().cursor > before.cursor
    assert shop.store.replica.member(refs(30)[-1]).name == f"{len(asked)} N."


def test_where_no_page_is_large_enough_a_snapshot_is_a_checkpoint(world):
    shop = world.shop().synced()
    world.clock.set_ms(world.clock.now_ms() + 1)
    before = shop.store.replica.position()
    asked = busy(world, shop, rows=200)
    shop.syncer.pull()
    after = shop.store.replica.position()
    assert len(asked) == 2 * pull.PAGES_MAX  # up to the snapshot, and from there on
    assert after.as_of_ms > before.as_of_ms
    assert shop.store.replica.count("member") == 201
    balances = {shop.store.replica.member(ref).balance for ref in (REF, *refs(3))}
    assert balances == {0}


def test_figures_belong_together_at_each_checkpoint_of_a_busy_hq(world):
    """What we sold is in HQ's figure or in the overlay, never in both and never in neither."""
    shop = world.shop().synced()
    card = world.card()
    for _ in range(3):
        shop.sell(card=card)
    asked = busy(world, shop, rows=30)
    shop.syncer.sync()
    seen = shop.member(card)
    assert (seen.member.balance, seen.pending) == (15, 0)
    assert len(asked) > 1


def test_a_page_that_is_not_the_end_moves_nothing(world):
    shop = world.shop().synced()
    before = shop.store.replica.position()
    pages = iter([False] * 3 + [True])
    upsert_members(world.hq, [MemberFacts(REF, name="Ada X.", home_store="s-1")])
    moved = []

    def changes(**asked):
        page = shop.hq.real.changes(**asked)
        moved.append(shop.store.replica.position() != before)
        is_end = next(pages)
        return replace(page, checkpoint=is_end, next=page.next if is_end else before.cursor + len(moved))

    shop.hq.changes = changes
    add(world, 5)
    shop.syncer.pull()
    assert moved == [False] * 4

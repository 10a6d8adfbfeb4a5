"""What a station may count on when it pulls, whichever of the two implementations of the protocol answers."""

import dataclasses

import pytest
from msgspec.structs import replace
from sqlalchemy import delete

from app.core.voucher import Presentation
from app.ids import ref_of
from app.station.identify import identify
from hq.faults import NotPossible
from hq.feed import EVERYWHERE, MEMBER, VOUCHER, Change, announce
from hq.members.service import MemberFacts, upsert_members
from hq.tables import member, voucher
from hq.vouchers.service import withdraw_voucher
from sync.faults import HqUnreachable, HqUntrusted
from sync.protocol import CHANGES_ROWS_MAX, MustRefetch
from tests.sync.world import OTHER_SET, REF


def refs(count, *, first=100):
    return [ref_of(number.to_bytes(8, "big")) for number in range(first, first + count)]


def add_members(world, count, *, name="N. N."):
    upsert_members(world.hq, [MemberFacts(ref, name=name, home_store="s-1") for ref in refs(count)])


def files_of(shop):
    return sorted(path.name for path in shop.folder.glob("replica-*.db"))


def test_a_changed_row_replaces_the_one_before(both):
    shop = both.shop().synced()
    upsert_members(both.hq, [MemberFacts(REF, name="Ada N.", tier="gold", segments=("tea",))])
    assert shop.syncer.pull() == 1
    row = shop.store.replica.member(REF)
    assert (row.name, row.tier, row.segments) == ("Ada N.", "gold", frozenset({"tea"}))


def test_a_deleted_row_goes(both):
    printed = both.voucher()
    shop = both.shop().synced()
    code_hash = shop.show(printed).voucher.code_hash
    with both.hq.database.atomic() as connection:
        connection.execute(delete(voucher))
        announce(
            connection,
            [Change("s-1", MEMBER, REF, op="del"), Change(EVERYWHERE, VOUCHER, code_hash, op="del")],
        )
    shop.syncer.pull()
    assert shop.store.replica.member(REF) is None
    assert shop.store.replica.voucher(code_hash) is None


def test_a_withdrawn_voucher_goes_and_one_that_was_taken_meanwhile_is_looked_at(both):
    printed = both.voucher()
    first, cut_off = both.shop().synced(), both.shop().synced()
    withdraw_voucher(both.hq, printed)
    with pytest.raises(NotPossible):
        withdraw_voucher(both.hq, printed)
    first.syncer.sync()
    assert not isinstance(identify(first.store, printed), Presentation)
    cut_off.sell(voucher=printed)
    cut_off.syncer.sync()
    assert cut_off.verdicts() == [(1, "posted"), (2, "posted_flagged")]


def test_a_member_comes_with_the_first_visit(both):
    shop = both.shop("s-2").synced()
    card = both.card()
    assert shop.store.replica.member(REF) is None
    shop.sell(card=card)
    shop.syncer.sync()
    assert (shop.member(card).name, shop.member(card).member.balance) == ("Ada L.", 5)


def test_what_another_shop_sold_arrives(both):
    first, second = both.shop().synced(), both.shop().synced()
    first.sell(card=both.card())
    first.syncer.sync()
    second.syncer.sync()
    seen = second.member(both.card())
    assert (seen.member.balance, seen.pending) == (5, 0)
    assert second.store.replica.position().included_seq == 0  # of its own entries


def test_another_set_means_a_new_snapshot(both):
    add_members(both, 3)
    shop = both.shop().synced()
    assert files_of(shop) == ["replica-2.db"]
    with both.hq.database.atomic() as connection:
        connection.execute(delete(member).where(member.c.ref == refs(1)[0]))  # unheard of in the feed
    both.set_set_id(OTHER_SET)
    shop.syncer.sync()
    assert shop.store.replica.position().set_id == OTHER_SET
    assert shop.store.replica.count("member") == 3
    shop.restart()
    assert files_of(shop) == ["replica-3.db"]
    assert shop.store.replica.program().version == 1


def test_a_cursor_of_another_set_or_beyond_the_feed_is_told_to_refetch(both):
    shop = both.shop().synced()
    position = shop.store.replica.position()
    both_wrong = [(position.cursor, "another"), (position.cursor + 1, position.set_id), (0, "")]
    for cursor, set_id in both_wrong:
        assert shop.hq.changes(cursor=cursor, set_id=set_id) == MustRefetch(set_id=position.set_id)


def test_a_large_change_moves_the_position_only_at_its_end(both):
    shop = both.shop().synced()
    before = shop.store.replica.position()
    add_members(both, CHANGES_ROWS_MAX + 300)
    pages = []

    def changes(**asked):
        page = shop.hq.real.changes(**asked)
        pages.append((len(page.rows), page.checkpoint))
        assert shop.store.replica.position() == before
        return page

    shop.hq.changes = changes
    assert shop.syncer.pull() == CHANGES_ROWS_MAX + 300
    assert pages == [(CHANGES_ROWS_MAX, False), (300, True)]
    assert shop.store.replica.count("member") == CHANGES_ROWS_MAX + 301
    assert shop.store.replica.position().cursor == before.cursor + CHANGES_ROWS_MAX + 300


def test_a_page_may_be_small(both):
    shop = both.shop().synced()
    add_members(both, 5)
    position = shop.store.replica.position()
    page = shop.hq.changes(cursor=position.cursor, set_id=position.set_id, limit=2)
    assert ([row.k for row in page.rows], page.checkpoint) == (refs(2), False)
    page = shop.hq.changes(cursor=page.next, set_id=position.set_id, limit=3)
    assert ([row.k for row in page.rows], page.checkpoint) == (refs(5)[2:], True)


def test_a_cut_between_pages_heals(both):
    shop = both.shop().synced()
    before = shop.store.replica.position()
    add_members(both, CHANGES_ROWS_MAX + 1)

    def changes(**asked):
        if asked["cursor"] > before.cursor:
            raise HqUnreachable("cut")
        return shop.hq.real.changes(**asked)

    shop.hq.changes = changes
    with pytest.raises(HqUnreachable):
        shop.syncer.pull()
    shop.restart()
    assert shop.store.replica.position() == before
    both.clock.set_ms(both.clock.now_ms() + 1)
    assert shop.syncer.pull() == CHANGES_ROWS_MAX + 1
    assert shop.store.replica.position().as_of_ms == before.as_of_ms + 1


def test_a_crash_between_chunks_heals(world, monkeypatch):
    shop = world.shop().synced()
    before = shop.store.replica.position()
    add_members(world, 450)
    world.clock.set_ms(world.clock.now_ms() + 1)
    put_rows, seen = shop.store.replica.put_rows, []

    def put_some(kind, columns, rows, **named):
        put_rows(kind, columns, rows, **named)
        seen.extend(rows)
        if len(seen) > 400:
            raise KeyboardInterrupt

    monkeypatch.setattr(shop.store.replica, "put_rows", put_some)
    with pytest.raises(KeyboardInterrupt):
        shop.syncer.pull()
    shop.restart()
    assert shop.store.replica.count("member") == 401  # two chunks whole, and the member from before
    assert shop.store.replica.position() == before
    shop.syncer.pull()
    assert shop.store.replica.count("member") == 451
    assert shop.store.replica.position() == dataclasses.replace(
        before, cursor=before.cursor + 450, as_of_ms=before.as_of_ms + 1
    )


def test_the_position_moves_with_the_last_rows_and_not_after_them(world, monkeypatch):
    shop = world.shop().synced()
    before = shop.store.replica.position()
    add_members(world, 250)

    def move_to(_position):
        raise KeyboardInterrupt

    monkeypatch.setattr(shop.store.replica, "move_to", move_to)
    with pytest.raises(KeyboardInterrupt):
        shop.syncer.pull()
    shop.restart()
    assert (shop.store.replica.count("member"), shop.store.replica.position()) == (201, before)


def test_changes_that_do_not_get_on_end_the_pull(world):
    shop = world.shop().synced()
    before = shop.store.replica.position()
    for change in ({"checkpoint": False}, {"next": before.cursor - 1}):
        shop.hq.alter("changes", lambda page, change=change: replace(page, **change))
        with pytest.raises(HqUntrusted, match="get on"):
            shop.syncer.pull()
    assert shop.store.replica.position() == before


def test_changes_of_another_set_than_asked_for_are_not_applied(world):
    shop = world.shop().synced()
    before = shop.store.replica.position()
    add_members(world, 1)
    shop.hq.alter("changes", lambda page: replace(page, set_id=OTHER_SET))
    with pytest.raises(HqUntrusted, match="belong together"):
        shop.syncer.pull()
    assert shop.store.replica.position().set_id == before.set_id


def test_an_hq_that_always_wants_a_snapshot_is_not_fetched_from_for_ever(world):
    shop = world.shop().synced()
    shop.hq.changes = lambda **_: MustRefetch(set_id="x")
    with pytest.raises(HqUntrusted, match="belong together"):
        shop.syncer.pull()

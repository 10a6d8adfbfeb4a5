"""What a station may count on, whichever of the two implementations of the protocol answers: pushing."""

import pytest
from msgspec.structs import replace

from app.core.chain import Head, sign_head
from hq.faults import HqFault as HqSays
from hq.members.service import MemberFacts, upsert_members
from hq.stores.devices import revoke
from sync.faults import HqFault, HqUnreachable
from sync.protocol import (
    BATCH_BYTES_MAX,
    ClockWire,
    HeadWire,
    PushAnswer,
    PushRefusal,
    PushRefusalKind,
    PushRequest,
    Verdict,
)
from tests.builders import NOW_MS
from tests.sync.world import REF, Shop, World


def request_of(shop: Shop, first: int, last: int) -> PushRequest:
    """Return the push of entries `first`…`last`, as the station would make it."""
    waiting = shop.store.journal.waiting(
        after_seq=first - 1, entries_max=last - first + 1, bytes_max=BATCH_BYTES_MAX
    )
    return PushRequest(
        epoch=shop.store.device.epoch,
        boot=bytes(16),
        sw="test",
        from_seq=first,
        prev_hash=waiting.prev_hash,
        entries=list(waiting.bodies),
        head=HeadWire(seq=waiting.head.seq, hash=waiting.head.hash, sig=waiting.signature),
        clock=ClockWire(wall_ms=NOW_MS, boot_ms=0),
    )


def selling(world: World, orders: int) -> Shop:
    """Return a synced shop that has since sold to a member."""
    shop = world.shop().synced()
    card = world.card()
    for _ in range(orders):
        shop.sell(card=card)
    return shop


def test_from_enrolment_to_a_balance(both):
    voucher = both.voucher()
    shop = both.shop()
    first = shop.syncer.sync()
    assert (first.pushed, first.refusal) == (0, None)
    assert first.pulled >= 2  # the member and the voucher
    answer = shop.sell(card=both.card(), voucher=voucher)
    assert (answer.discount, answer.points) == (100, 4)
    seen = shop.member(both.card())
    assert (seen.member.balance, seen.pending) == (0, 4)
    second = shop.syncer.sync()
    assert (second.pushed, shop.store.acked_seq(), shop.store.waiting_count()) == (2, 2, 0)
    assert shop.verdicts() == [(1, Verdict.POSTED), (2, Verdict.POSTED)]
    assert shop.store.replica.position().included_seq == 2
    seen = shop.member(both.card())
    assert (seen.member.balance, seen.pending) == (4, 0)
    assert both.balance() == 4


def test_health_tells_who_it_is(both):
    health = both.shop().hq.health()
    assert (health.ok, health.hq_incarnation, health.time_ms) == (True, both.hq.incarnation, NOW_MS)


def test_a_heartbeat_changes_nothing(both):
    shop = selling(both, 1).synced()
    before = shop.store.replica.position()
    report = shop.syncer.sync()
    assert (report.pushed, report.pulled, report.refusal) == (0, 0, None)
    assert shop.store.replica.position() == before


def test_the_same_batch_twice_has_one_effect_and_the_same_verdicts(both):
    shop = selling(both, 3)
    request = request_of(shop, 1, 3)
    first, second = shop.hq.push(request), shop.hq.push(request)
    assert isinstance(first, PushAnswer)
    assert (first.acked_seq, first.acked_hash) == (3, shop.store.journal.head().hash)
    assert [result.seq for result in first.results] == [1, 2, 3]
    assert second == first
    assert both.entries_of(shop) == [1, 2, 3]
    assert both.balance() == both.posted_points() == 15


def test_a_lost_answer_costs_nothing(both):
    shop = selling(both, 2)
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    assert (both.entries_of(shop), shop.store.acked_seq(), shop.verdicts()) == ([1, 2], 0, [])
    shop.sell(card=both.card())
    shop.syncer.sync()
    assert both.entries_of(shop) == [1, 2, 3]
    assert shop.verdicts() == [(seq, Verdict.POSTED) for seq in (1, 2, 3)]
    assert (shop.store.acked_seq(), both.balance(), both.posted_points()) == (3, 15, 15)


def test_overlapping_batches_are_joined(both):
    shop = selling(both, 5)
    shop.hq.push(request_of(shop, 1, 3))
    answer = shop.hq.push(request_of(shop, 2, 5))
    assert (answer.acked_seq, [result.seq for result in answer.results]) == (5, [2, 3, 4, 5])
    assert both.entries_of(shop) == [1, 2, 3, 4, 5]
    assert both.balance() == both.posted_points() == 25


def test_entries_before_are_asked_for(both):
    shop = selling(both, 3)
    refusal = shop.hq.push(request_of(shop, 3, 3))
    base = shop.store.journal.at(0).hash
    assert isinstance(refusal, PushRefusal)
    assert (refusal.kind, refusal.expect, refusal.hash) == (PushRefusalKind.GAP, 1, base)
    assert both.entries_of(shop) == []


def test_a_broken_chain_stores_nothing_but_rules_still_come(both):
    shop = selling(both, 2)
    request = request_of(shop, 1, 2)
    broken = replace(request, entries=[request.entries[0], request.entries[0]])
    assert shop.hq.push(broken).kind is PushRefusalKind.CHAIN
    assert both.entries_of(shop) == []
    upsert_members(both.hq, [MemberFacts(REF, name="Ada N.", home_store="s-1")])
    shop.hq.push = lambda _: shop.hq.real.push(broken)
    report = shop.syncer.sync()
    assert report.refusal.kind is PushRefusalKind.CHAIN
    assert shop.member(both.card()).name == "Ada N."
    assert (shop.store.acked_seq(), shop.store.waiting_count()) == (0, 2)


def test_another_history_is_a_fork(both):
    shop = selling(both, 2)
    shop.hq.push(request_of(shop, 1, 2))
    other = Head(2, bytes(32))
    signature = sign_head(shop.store.keys.sign, shop.store.device.owner, other)
    forked = replace(
        request_of(shop, 3, 3),
        prev_hash=other.hash,
        head=HeadWire(seq=other.seq, hash=other.hash, sig=signature),
    )
    assert shop.hq.push(forked).kind is PushRefusalKind.FORK
    shop.hq.push = lambda _: shop.hq.real.push(forked)
    position = shop.store.replica.position()
    assert shop.syncer.sync().refusal.kind is PushRefusalKind.FORK
    assert shop.store.replica.position() == position  # HQ isn't sure who this is
    assert both.entries_of(shop) == [1, 2]


def test_a_revoked_station_is_told_and_keeps_its_queue(both):
    shop = selling(both, 1)
    revoke(both.hq, shop.store.device.device_id)
    report = shop.syncer.sync()
    assert report.refusal.kind is PushRefusalKind.EPOCH_REVOKED
    assert (shop.store.acked_seq(), shop.store.waiting_count()) == (0, 1)
    with pytest.raises((HqFault, HqSays)):
        shop.hq.manifest()


def test_more_than_a_batch_goes_in_one_sync(both, monkeypatch):
    monkeypatch.setattr("sync.syncer.BATCH_ENTRIES_MAX", 3)
    shop = selling(both, 8)
    assert shop.syncer.sync().pushed == 8
    assert both.entries_of(shop) == list(range(1, 9))


def test_an_hq_from_a_backup_gets_every_entry_once(both, tmp_path):
    shop = selling(both, 3).synced()
    copy = both.back_up(tmp_path / "backup")
    card = both.card()
    for _ in range(4):
        shop.sell(card=card)
    shop.synced()
    shop.sell(card=card)
    both.start_hq(copy)
    assert (both.entries_of(shop), shop.store.acked_seq()) == ([1, 2, 3], 7)
    report = shop.syncer.sync()
    assert (report.refusal, report.pushed) == (None, 5)
    assert both.entries_of(shop) == list(range(1, 9))
    assert both.balance() == both.posted_points() == 40
    seen = shop.member(card)
    assert (seen.member.balance, seen.pending, shop.store.waiting_count()) == (40, 0, 0)


def test_after_a_backup_the_feed_is_not_trusted_to_go_on(both, tmp_path):
    """HQ gives the numbers that it lost to other rows: whoever goes on from its old place would miss them."""
    shop = selling(both, 1).synced()
    copy = both.back_up(tmp_path / "backup")
    upsert_members(both.hq, [MemberFacts(REF, name="Lost L.", home_store="s-1")])
    shop.sell()
    shop.synced()
    both.start_hq(copy)
    late = "0000000000002"
    upsert_members(both.hq, [MemberFacts(late, name="Bob B.", home_store="s-1")])
    for _ in range(3):
        upsert_members(both.hq, [MemberFacts(late.replace("2", "3"), name="Cy C.", home_store="s-1")])
    shop.hq.lose_answer_of("manifest")  # and the reason is not forgotten when the next step fails
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    shop.restart()
    shop.syncer.sync()
    assert shop.store.replica.member(late).name == "Bob B."
    assert shop.store.replica.member(REF).name == "Ada L."

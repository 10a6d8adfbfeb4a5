"""An HQ that is not what it says: nothing it claims makes a station count as sent what isn't, or lose what it has."""

import pytest
from msgspec.structs import replace

from hq.members.service import MemberFacts, upsert_members
from sync.faults import HqUntrusted
from sync.protocol import PushRefusal, PushRefusalKind, Result, Verdict
from tests.sync.world import REF


@pytest.fixture
def shop(world):
    """Two entries acknowledged, three waiting."""
    shop = world.shop().synced()
    for count in (2, 3):
        for _ in range(count):
            shop.sell()
        if count == 2:
            shop.syncer.sync()
    return shop


def test_the_truth_is_believed(shop):
    assert shop.syncer.sync().pushed == 3
    assert (shop.store.acked_seq(), len(shop.verdicts())) == (5, 5)


@pytest.mark.parametrize(
    "lie",
    [
        lambda shop: {"acked_seq": 6},
        lambda shop: {"acked_seq": 2**52},
        lambda shop: {"acked_hash": bytes(32)},
        lambda shop: {"acked_seq": 4},  # with the hash of 5
        lambda shop: {"acked_seq": 4, "acked_hash": shop.store.journal.at(4).hash},  # with its word on 5
        lambda shop: {"acked_seq": 2, "acked_hash": shop.store.journal.at(2).hash, "results": []},
        lambda shop: {"acked_seq": 4, "acked_hash": shop.store.journal.at(3).hash, "results": []},
        lambda shop: {"acked_seq": 0, "acked_hash": shop.store.journal.at(0).hash},
        lambda shop: {"acked_seq": -1},
        lambda shop: {"results": [Result(seq=6, verdict=Verdict.POSTED)]},
        lambda shop: {"results": [Result(seq=2, verdict=Verdict.POSTED)]},
    ],
    ids=[
        "beyond our head",
        "far beyond it",
        "wrong hash",
        "hash of another entry",
        "part of a batch and a word on the rest",
        "nothing of the batch",
        "part of a batch by another hash",
        "nothing",
        "a number below 0",
        "a word on an entry to come",
        "a word on an entry not sent",
    ],
)
def test_a_false_acknowledgement_moves_nothing(shop, lie):
    position = shop.store.replica.position()
    change = lie(shop)
    shop.hq.alter("push", lambda answer: replace(answer, **change))
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert (shop.store.acked_seq(), shop.store.waiting_count(), len(shop.verdicts())) == (2, 3, 2)
    assert shop.store.replica.position() == position
    shop.restart()
    assert shop.syncer.sync().pushed == 3


@pytest.mark.parametrize(
    "expect_and_hash",
    [
        lambda shop: (3, bytes(32)),
        lambda shop: (2, shop.store.journal.at(2).hash),
        lambda shop: (1, shop.store.journal.at(2).hash),
        lambda shop: (0, b""),
        lambda shop: (7, shop.store.journal.at(5).hash),
    ],
    ids=["wrong hash", "hash of the next", "hash of another", "before the first", "beyond our head"],
)
def test_a_false_gap_moves_nothing(shop, expect_and_hash):
    position = shop.store.replica.position()
    expect, digest = expect_and_hash(shop)
    shop.hq.push = lambda _: PushRefusal(kind=PushRefusalKind.GAP, expect=expect, hash=digest)
    with pytest.raises(HqUntrusted, match="isn't ours"):
        shop.syncer.sync()
    assert (shop.store.acked_seq(), shop.store.replica.position()) == (2, position)


def test_a_gap_named_again_and_again_ends_the_push(shop):
    named = []
    refusal = PushRefusal(kind=PushRefusalKind.GAP, expect=2, hash=shop.store.journal.at(1).hash)
    shop.hq.push = lambda request: named.append(request.from_seq) or refusal
    assert shop.syncer.push().refusal == refusal
    assert named == [3, 2, 2, 2]


@pytest.mark.parametrize("is_last", [True, False])
def test_figures_cannot_include_entries_to_come(world, shop, is_last):
    """They would swallow what the next sales add to a balance; a row says itself what it includes."""
    before = shop.store.replica.position()
    upsert_members(world.hq, [MemberFacts(REF, name="Ada N.", home_store="s-1")])
    shop.hq.alter("changes", lambda page: replace(page, included_seq=6, checkpoint=is_last))
    with pytest.raises(HqUntrusted, match="include entry 6"):
        shop.syncer.sync()
    assert shop.store.replica.position() == before and shop.store.replica.member(REF).name == "Ada L."

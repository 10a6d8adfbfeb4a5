"""A shop without a line for a month: all it did arrives, once, and what was erased meanwhile goes."""

import pytest

from app.core.entry import ORDER
from app.station.redeem import hand_in
from hq.members.erasing import erase_member
from hq.members.service import MemberFacts, upsert_members
from sync.faults import HqUnreachable
from tests.builders import DAY_MS, NOW_MS, an_order, at_till
from tests.sync.world import REF

DAYS, GONE = 31, "0000000000009"


def test_a_month_away_and_everything_arrives_once(world, monkeypatch) -> None:
    monkeypatch.setattr("sync.syncer.BATCH_ENTRIES_MAX", 7)  # so that it takes many batches
    upsert_members(world.hq, [MemberFacts(GONE, name="Grace H.", home_store="s-1")])
    away, other = world.shop("s-1").synced(), world.shop("s-2").synced()
    earned, orders = 0, []
    for day in range(DAYS):
        world.clock.set_ms(NOW_MS + day * DAY_MS)
        card = world.card()
        for _ in range(2):
            answer = away.sell(card=card)
            earned, orders = earned + answer.points, [*orders, answer.order_id]
        if day % 10 == 0:
            away.restart()
            earned += other.sell(card=card).points
            other.synced()
    erase_member(world.hq, GONE)
    assert away.store.replica.member(GONE) is not None and world.balance() < earned
    away.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        away.syncer.sync()
    away.synced()
    assert (away.store.waiting_count(), world.entries_of(away)) == (0, list(range(1, 2 * DAYS + 1)))
    assert world.balance() == world.posted_points(REF) == earned == away.member(card).member.balance
    assert {verdict for _, verdict in away.verdicts()} == {"posted"}
    assert away.store.replica.member(GONE) is None
    # The till asks for its first order once more, a month later: it is answered from what was recorded.
    again = hand_in(away.store, an_order(orders[0], ("coffee", 500)), at_till(away.member(card)))
    assert again.is_repeat and away.store.waiting_count() == 0
    assert sum(entry.type == ORDER for entry in away.store.journal.entries()) == 2 * DAYS

"""HQ that stores a part of a batch: the station's mark moves that far and no further, and the rest goes at once."""

import pytest

from hq.journal import patience
from hq.journal.patience import Patience


@pytest.fixture
def shop(world, monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE", Patience(batch_s=0.0))
    shop = world.shop().synced()
    for _ in range(3):
        shop.sell()
    return shop


def test_the_rest_is_sent_with_the_next_push(shop):
    real, acked = shop.hq.real, []

    def push(request):
        answer = real.push(request)
        acked.append((request.from_seq, len(request.entries), answer.acked_seq))
        return answer

    shop.hq.push = push
    report = shop.syncer.push()
    assert acked == [(1, 3, 1), (2, 2, 2), (3, 1, 3)]
    assert (report.pushed, report.refusal, shop.store.acked_seq()) == (3, None, 3)
    assert [verdict for _, verdict in shop.verdicts()] == ["posted"] * 3


def test_it_tells_how_far_it_is_while_more_is_to_come(shop):
    told = []
    shop.syncer.on_batch = lambda after_seq: told.append((after_seq, shop.store.acked_seq()))
    shop.syncer.push()
    assert told == [(0, 1), (0, 2)]  # behind the last one nothing is left to tell of


def test_what_hq_did_not_take_still_waits_after_a_restart(shop):
    real = shop.hq.real
    taken = []

    def push(request):
        if taken:
            raise KeyboardInterrupt
        taken.append(request)
        return real.push(request)

    shop.hq.push = push
    with pytest.raises(KeyboardInterrupt):
        shop.syncer.push()
    shop.restart()
    assert (shop.store.acked_seq(), shop.store.waiting_count()) == (1, 2)
    assert shop.syncer.sync().pushed == 2

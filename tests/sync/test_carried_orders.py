"""An order that was carried into a new epoch and is handed in again: the answer of then, and no second entry."""

from dataclasses import replace

import pytest

from app.core.entry import ORDER, SALVAGED
from app.station.redeem import OrderConflict, hand_in
from app.store.carried import opened
from hq.journal.desk import list_cases
from tests.builders import an_order, at_till
from tests.sync.test_epochs import sells
from tests.sync.test_reenrolment import reenrol, text_for


@pytest.fixture
def shop(world):
    shop = world.shop().synced()
    sells(shop, 2).syncer.sync()
    return shop


def hand(shop, order_id, *vouchers, cents=500):
    return hand_in(
        shop.store, an_order(order_id, ("coffee", cents)), at_till(None, *map(shop.show, vouchers))
    )


def test_a_carried_order_with_its_voucher_is_answered_and_not_recorded_again(world, shop):
    voucher = world.voucher()
    shop.syncer.sync()
    first = hand(shop, "carried", voucher)
    assert first.discount > 0
    others = [hand(shop, order_id) for order_id in ("other", "last")]
    reenrol(shop, text_for(shop))
    head = shop.store.journal.head()
    shop.syncer.pull()
    again = hand(shop, "carried", voucher)
    assert (again.discount, again.points, again.is_repeat) == (first.discount, first.points, True)
    assert [outcome.redemption_id for outcome in again.presented] == [
        outcome.redemption_id for outcome in first.presented
    ]
    for order_id, other in zip(("other", "last"), others, strict=True):
        assert hand(shop, order_id) == replace(other, seq=hand(shop, order_id).seq, is_repeat=True)
    assert shop.store.journal.head() == head
    with pytest.raises(OrderConflict):
        hand(shop, "carried", cents=700)
    shop.syncer.sync()
    assert {flag for case in list_cases(world.hq) for flag in case.flags} == {
        "OLD_EPOCH"
    }  # and no id that is taken


def test_an_order_of_this_epoch_is_recorded_as_ever(shop):
    hand(shop, "carried")
    reenrol(shop, text_for(shop))
    shop.syncer.pull()
    assert not hand(shop, "new").is_repeat
    assert hand(shop, "new").is_repeat


def test_what_somebody_changed_is_no_order_of_ours(shop):
    hand(shop, "carried")
    reenrol(shop, text_for(shop))
    (entry,) = [each for each in shop.store.journal.entries() if each.type == SALVAGED]
    assert opened(entry).type == ORDER
    for change in ({"is_signed": False}, {"prev": entry.data["hash"]}, {"body": "e30="}, {"hash": ""}):
        assert opened(entry._replace(data={**entry.data, **change})).type == SALVAGED
    assert opened(entry._replace(device_id="D2")).type == SALVAGED

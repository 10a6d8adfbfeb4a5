"""An order that was carried into a new epoch and is handed in again: the answer of then, and no second entry."""

from dataclasses import replace

import pytest

from app.core.entry import ORDER, SALVAGED
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.station.redeem import OrderConflict, hand_in
from app.station.void import Asked, By, record_reversal
from app.store.carried import opened
from app.till_api.recorded import read_recorded
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


def test_the_till_hears_what_became_of_a_carried_order_and_that_it_was_voided(world, shop):
    voucher = world.voucher()
    shop.syncer.sync()
    first = hand(shop, "carried", voucher)
    hand(shop, "voided")
    made = record_reversal(shop.store, Asked("void-1", Kind.VOID, "voided", ReversalReason.TILL_VOIDED), By())
    before = {name: read_recorded(shop.store, name) for name in ("carried", "voided")}
    reenrol(shop, text_for(shop))
    shop.syncer.pull()
    found = {name: read_recorded(shop.store, name) for name in before}
    assert [found[name].order for name in before] == [before[name].order for name in before]
    assert found["carried"].presented == before["carried"].presented and first.presented
    assert (found["carried"].void, found["voided"].void) == (None, made.data)
    assert found["voided"].receipt.is_undone
    assert read_recorded(shop.store, "never") is None

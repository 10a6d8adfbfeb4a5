"""A station and HQ for real: asked before an order is recorded, and what HQ promised is settled by its entry."""

from dataclasses import replace

import pytest

from app.core.reasons import Reason
from app.station.answer import OrderAnswer
from app.station.redeem import hand_in, to_ask
from hq.campaigns.service import publish_program
from sync.authorising import Authoriser
from sync.authority_wire import RESERVATION_MS
from tests.builders import a_campaign, a_program, an_order, at_till
from tests.hq.asking import reserved
from tests.sync.world import Shop, World

PATIENT_S = 30.0  # a loaded machine is not what is looked at here


def furnish(world: World, offline: str) -> tuple[Shop, Shop]:
    """Publish a coupon that needs a right, and return a station of each store that knows of it."""
    publish_program(world.hq, a_program(version=2, campaigns=[a_campaign(offline=offline)]), is_meant=True)
    return world.shop("s-1"), world.shop("s-2")


def sells(shop: Shop, code: str, order_id: str) -> OrderAnswer:
    """Sell a coffee with a coupon, as a front end does with a line."""
    authoriser = Authoriser(shop.hq, epoch=shop.store.device.epoch, clock=shop.world.clock, total_s=PATIENT_S)
    order, till = an_order(order_id, ("coffee", 500)), at_till(None, shop.show(code), link="online")
    asking = to_ask(shop.store, order, till)
    assert asking is not None
    return hand_in(shop.store, order, replace(till, heard=authoriser.ask(asking)))


def outcome(answer: OrderAnswer) -> Reason | int:
    (found,) = answer.presented
    return found.refusals[0].reason if found.refusals else found.discount


def test_of_two_stores_one_gives_a_coupon_that_needs_head_office(both: World) -> None:
    first, second = furnish(both, "never")
    code = both.voucher(uses_max=1)
    first.synced(), second.synced()
    assert outcome(sells(first, code, "A")) == 100
    assert len(reserved(both.hq)) == 1
    assert outcome(sells(second, code, "B")) is Reason.LIMIT_TOTAL_REACHED
    first.synced(), second.synced()
    assert reserved(both.hq) == {}
    assert [verdict for _, verdict in first.verdicts()] == ["posted", "posted"]
    assert [verdict for _, verdict in second.verdicts()] == ["posted", "posted"]


def test_a_lost_yes_costs_nothing(both: World) -> None:
    """F55: HQ has reserved, the station doesn't hear it and refuses; its entry gives the coupon free again."""
    first, second = furnish(both, "never")
    code = both.voucher(uses_max=1)
    first.synced(), second.synced()
    first.hq.lose_answer_of("authorize")
    assert outcome(sells(first, code, "A")) is Reason.ONLINE_ONLY
    assert len(reserved(both.hq)) == 1
    first.synced()
    assert reserved(both.hq) == {}
    assert outcome(sells(second, code, "B")) == 100


def test_a_yes_that_nobody_used_lapses(world: World) -> None:
    """F56: granted, and the station dies before it records anything."""
    first, second = furnish(world, "never")
    code = world.voucher(uses_max=1)
    first.synced(), second.synced()
    asking = to_ask(
        first.store, an_order("A", ("coffee", 500)), at_till(None, first.show(code), link="online")
    )
    Authoriser(first.hq, epoch=1, clock=world.clock, total_s=PATIENT_S).ask(asking)
    assert outcome(sells(second, code, "B")) is Reason.LIMIT_TOTAL_REACHED
    world.clock.set_ms(world.clock.now_ms() + RESERVATION_MS + 60_000)
    assert outcome(sells(second, code, "C")) == 100


@pytest.mark.parametrize("link", ["offline", "online"])
def test_who_has_no_line_or_only_free_offers_asks_nothing(world: World, link: str) -> None:
    shop, _ = furnish(world, "never" if link == "offline" else "always")
    code = world.voucher()
    shop.synced()
    order, till = an_order("A", ("coffee", 500)), at_till(None, shop.show(code), link=link)
    assert to_ask(shop.store, order, till) is None

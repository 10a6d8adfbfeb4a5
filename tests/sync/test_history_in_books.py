"""What stations are told of orders that are unusual in head office's books, and segments say of them."""

import pytest

from app.core.entry import ORDER
from hq.access.actor import SYSTEM
from hq.members.attributes import Attribute, Side, put_attribute, set_values
from hq.redemptions.making import redeem_past
from hq.redemptions.past import PastAsked
from hq.segments.service import count_members
from tests.builders import a_campaign
from tests.sync.history import a_rule, buy, known, with_history
from tests.sync.world import REF, World


@pytest.fixture(params=["world", "postgres_world"], ids=["sqlite", "postgresql"])
def each(request) -> World:
    return request.getfixturevalue(request.param)


def test_an_attribute_that_is_called_campaign_is_no_use_of_one(each) -> None:
    put_attribute(each.hq, SYSTEM, Attribute("campaign", "How they heard of us"))
    with each.hq.database.atomic() as connection:
        set_values(connection, SYSTEM, REF, {"campaign": "mornings"}, side=Side.CRM, now_ms=0)
    heard = {"fact": "member.attribute", "name": "campaign", "op": "is", "value": "posters"}
    with_history(each, campaigns=(a_campaign(id="heard", rules=[a_rule("heard", condition=heard)]),))
    shop, card = each.shop().synced(), each.card()
    each.clock.set_ms(each.clock.now_ms() + 8 * 3_600_000)  # no morning any more
    buy(shop, card)
    here = known(shop, card)
    assert here["history.redemptions:mornings"] == 0
    assert known(shop.synced(), card) == here


def test_a_rule_that_head_office_adds_to_an_order_with_its_campaign_is_the_same_use(world) -> None:
    shop, card = with_history(world).shop().synced(), world.card()
    buy(shop, card, picked_too=("pick",))
    entry = next(found for found in shop.store.journal.entries_backwards() if found.type == ORDER)
    shop.synced()
    here = known(shop, card)
    asked = PastAsked(order_entry=entry.entry_id, rule="pick-2")
    assert redeem_past(world.hq, SYSTEM, REF, asked, reason="forgotten").is_posted
    assert known(shop.synced(), card) == here
    assert here["history.redemptions:picks"] == 1
    used = {"fact": "history.redemptions", "campaign": "picks", "op": "is", "value": 1}
    assert count_members(world.hq, used).members == 1

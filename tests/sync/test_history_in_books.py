"""What stations are told of orders that are unusual in head office's books, and segments say of them."""

import dataclasses

import orjson
import pytest
from sqlalchemy import text

from app.core.canonical import canonical
from app.core.entry import ORDER
from app.core.history import counted
from app.core.order import Line, LineKind
from app.station.redeem import hand_in
from hq.access.actor import SYSTEM
from hq.benefits.keeping import tell_again
from hq.campaigns.service import publish_program
from hq.journal.desk import list_cases
from hq.members.attributes import Attribute, Side, put_attribute, set_values
from hq.redemptions.making import redeem_past
from hq.redemptions.past import PastAsked
from hq.segments.service import count_members
from hq.touched import follow
from hq.touched_table import TOLD
from hq.upgrading import upgrade_hq
from tests.builders import a_campaign, an_order, at_till
from tests.sync.history import a_rule, asking, buy, known, with_history
from tests.sync.test_history_by_chance import as_history_keeps_it, today_of
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


@pytest.mark.parametrize("basis", ["line_price", "net"])
def test_what_is_spent_is_what_goods_were_sold_for_at_both_ends(each, basis) -> None:
    body = orjson.loads(asking()) | {"policy": {"amount_basis": basis}}
    publish_program(each.hq, canonical(body), is_meant=True)
    follow(each.hq, TOLD, tell_again)
    shop, card = each.shop().synced(), each.card()
    lines = (
        Line(1, "coffee", 2, 660, tax_ppm=100_000),
        Line(2, "bottle", 1, -50),
        Line(3, "way", 1, 550, kind=LineKind.DELIVERY, tax_ppm=100_000),
        Line(4, "gift", 1, 5_000, kind=LineKind.CARD),
    )
    order = dataclasses.replace(an_order("A-1"), lines=lines)
    hand_in(shop.store, order, at_till(shop.member(card)))
    here = known(shop, card)
    past, program = as_history_keeps_it(shop, "A-1"), shop.store.replica.program()
    said = counted(program, [past], member=REF, today=today_of(shop))
    assert here["history.spend"] == here["history.spend/30d"] == said["history.spend"]
    assert said["history.spend"] == {"line_price": 610, "net": 550}[basis]
    assert known(shop.synced(), card) == here
    spent = {"fact": "history.spend", "op": "is", "value": here["history.spend"]}
    assert count_members(each.hq, spent).members == 1
    assert list_cases(each.hq) == []
    if basis == "line_price":  # and of what was posted before an update it is worked out
        with each.hq.database.atomic() as connection:
            connection.execute(text("ALTER TABLE order_fact DROP COLUMN beside"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0036'"))
        each.hq.close()
        upgrade_hq(each.hq_folder)
        each.start_hq()
        assert count_members(each.hq, spent).members == 1

"""Punch cards over many orders, days and stores: stations and head office come to the same counters, each order once.

What a card gives is worked out by hand: of every ten coffees the tenth is free, and costs nothing of the 3.00.
"""

import dataclasses

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from app.core.entry import ORDER
from app.core.money import CURRENCIES
from app.core.order import Line
from app.core.voucher import Presentation, picked
from app.ids import new_id, new_ref
from app.station.enrol import Enrolled, as_typed, enrol
from app.station.redeem import facts_at_till, hand_in
from app.station.void import Reversed
from hq.access.actor import SYSTEM
from hq.authority.punches import punches_of
from hq.authority.tables import member_punch
from hq.builder.starts import BY_KEY, body_of
from hq.campaigns.service import publish_program
from hq.journal.again import judge_all_again
from hq.journal.desk import carried_cases, list_cases, post_case
from hq.members.cockpit import cockpit
from hq.members.erasing import erase_member
from hq.members.exporting import export_member
from hq.members.merging import merge_members
from hq.members.service import MemberFacts, upsert_members
from hq.redemptions.making import redeem_past
from hq.redemptions.past import PastAsked
from hq.redemptions.voiding import void_redemption
from sync.faults import HqUnreachable, HqUntrusted
from tests.builders import DAY_MS, a_campaign, a_program, an_order, at_till
from tests.hq.asking_api import api_of
from tests.sync.test_reenrolment import reenrol, text_for
from tests.sync.test_undone import UNIT, undo
from tests.sync.test_what_stays_taken import blind  # noqa: F401 a fixture
from tests.sync.world import OTHER_SET, REF, Shop, World

CUP = 300
OTHER = "0000000000002"
CARD = {"id": "coffee", "name": "Every 10th coffee", "every": 10, "products": "coffee"}
FREE = {"id": "tenth", "name": "Tenth free", "trigger": "automatic", "priority": 0}
FREE["effect"] = {"kind": "punch_card", "card": "coffee"}


@pytest.fixture(params=["world", "postgres_world"], ids=["sqlite", "postgresql"])
def each(request) -> World:
    return request.getfixturevalue(request.param)


def with_card(world: World) -> World:
    """Publish the card, with the campaign that gives its free units."""
    body = a_program(version=2, campaigns=[a_campaign(rules=[FREE])], punch_cards=[CARD])
    publish_program(world.hq, body, is_meant=True)
    return world


def buy(shop: Shop, card: str, cups: int, *, sku: str = "coffee"):
    """Sell so many cups, a second after what was before; return the answer."""
    shop.world.clock.set_ms(shop.world.clock.now_ms() + 1_000)
    order = an_order(f"{shop.folder.name}-{shop.store.device.epoch}-{shop.store.journal.head().seq}")
    order = dataclasses.replace(order, lines=(Line(1, sku, cups, CUP * cups),))
    return hand_in(shop.store, order, at_till(shop.member(card)))


def free(shop: Shop, card: str, cups: int) -> int:
    """Sell them; return how many were free."""
    return buy(shop, card, cups).discount // CUP


def counted(world: World, ref: str = REF) -> int:
    """What HQ has on the card."""
    with world.hq.database.reading() as connection:
        return punches_of(connection, [ref]).get(ref, {}).get("coffee", 0)


def stands(shop: Shop, card: str) -> int | None:
    """What the station has on the card."""
    asked, member = an_order("asked", ("coffee", CUP)), shop.member(card)
    facts = facts_at_till(shop.store, asked, at_till(member), in_full=True)
    return facts.known.get("punches:coffee")


def flags(world: World) -> list[str]:
    return [flag for case in list_cases(world.hq) for flag in case.flags]


def test_t60_a_card_is_completed_over_several_orders_days_and_stores(each) -> None:
    """T60: from the console's start: nine in one store on Monday; on Tuesday the tenth of two in another is free."""
    with api_of(each.hq) as api:
        assert api.put("/v1/program/parts/punch_cards", {"body": [CARD]}).status_code == 200
        body = body_of(
            BY_KEY["punch_card"],
            "tenth",
            dates=("2026-01-01", "2026-01-31"),
            document={"punch_cards": [CARD]},
            currency=CURRENCIES["USD"],
        )
        draft = {"name": "Tenth free", "campaign_id": "tenth", "body": body}
        assert api.post("/v1/campaigns", draft).status_code == 201
        lines = [{"sku": "coffee", "unit_price": "3.00", "quantity": 10}]
        tried = {
            "order": {"store": "s-1", "at": "2026-01-15T10:00", "lines": lines},
            "member": {"points": 0},
            "expected": {"offers": {"tenth-1": "3.00"}, "discount": "3.00", "payable": "27.00"},
        }
        answer = api.post("/v1/campaigns/tenth/scenarios", {"name": "ten", "body": tried})
        assert answer.status_code == 201, answer.text
        answer = api.post("/v1/campaigns/tenth/publish")
        assert answer.status_code == 200, answer.text
    upsert_members(each.hq, [MemberFacts(OTHER, home_store="s-2")])
    near, far, card = each.shop().synced(), each.shop("s-2").synced(), each.card()
    assert [buy(near, card, cups).discount for cups in (4, 3, 2)] == [0, 0, 0]
    assert free(near, each.card(OTHER), 1) == 0, "nobody here knows what another member has"
    near.synced()
    assert counted(each) == 9
    each.clock.set_ms(each.clock.now_ms() + DAY_MS)
    upsert_members(each.hq, [MemberFacts(REF, home_store="s-2")])
    assert stands(far.synced(), card) == 9
    sold = buy(far, card, 2)
    assert sold.payable == CUP
    far.synced()
    near.synced()
    assert counted(each) == 1
    assert stands(near, card) == 1 and free(near, card, 8) == 0
    near.synced()
    far.synced()
    assert isinstance(
        undo(far, sold.order_id), Reversed
    )  # the free one and the one paid come back: nine, and eight
    far.synced()
    near.synced()
    assert counted(each) == 17
    assert stands(near, card) == 17 and free(near, card, 3) == 2
    near.synced()
    assert counted(each) == 0 and flags(each) == []


def test_no_order_counts_twice_whatever_of_the_line_breaks(each) -> None:
    shop, card = with_card(each).shop().synced(), each.card()
    free(shop, card, 4)
    assert stands(shop, card) == 4
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        shop.syncer.push()
    assert (counted(each), stands(shop, card)) == (4, 4)
    free(shop, card, 3)
    shop.hq.alter("changes", lambda page: replace(page, checkpoint=False, next=0))
    with pytest.raises((HqUnreachable, HqUntrusted)):
        shop.syncer.sync()  # the member's row has come, and the checkpoint that it belongs to hasn't
    assert (counted(each), stands(shop, card)) == (7, 7)
    del shop.hq.changes
    shop.restart()
    assert stands(shop, card) == 7
    assert stands(shop.synced(), card) == 7
    assert shop.store.journal.verify() == shop.store.journal.head()
    each.set_set_id(OTHER_SET)  # all of it comes as a snapshot
    assert stands(shop.synced(), card) == 7
    assert free(shop, card, 3) == 1


def test_two_that_were_cut_off_gave_one_each_and_the_member_waits_for_it(each) -> None:
    upsert_members(with_card(each).hq, [MemberFacts(OTHER, home_store="s-1")])
    near, far, card = each.shop().synced(), each.shop().synced(), each.card()
    free(near, card, 9)
    near.synced()
    far.synced()
    assert (free(near, card, 1), free(far, card, 1)) == (1, 1)
    far.synced()
    assert (counted(each), flags(each)) == (0, [])
    near.synced()
    assert (counted(each), flags(each)) == (-9, ["PUNCHED_EARLY"])
    assert "it stands at -9" in list_cases(each.hq)[0].detail
    far.synced()
    assert [stands(shop, card) for shop in (near, far)] == [-9, -9]
    assert (free(far, card, 18), free(far, card, 1)) == (0, 1)
    far.synced()
    assert (counted(each), len(flags(each))) == (0, 1)


def test_a_part_that_comes_back_leaves_the_card_and_the_last_of_it_does_not(world) -> None:
    shop, card = with_card(world).shop().synced(), world.card()
    sold = buy(shop, card, 3)
    shop.synced()
    for milli, left in ((UNIT, 3), (2 * UNIT, 0)):
        assert isinstance(undo(shop, sold.order_id, milli), Reversed)
        assert stands(shop, card) == left
        assert (stands(shop.synced(), card), counted(world)) == (left, left)
    assert flags(world) == []


def test_what_both_counted_is_one_members_when_they_are_merged(each) -> None:
    upsert_members(with_card(each).hq, [MemberFacts(OTHER, home_store="s-1")])
    shop, old, stays = each.shop().synced(), each.card(), each.card(OTHER)
    free(shop, old, 4), free(shop, stays, 3)
    shop.synced()
    free(shop, old, 1)  # still on its way under the old reference
    merge_members(each.hq, REF, OTHER, who="ann")
    assert (counted(each), counted(each, OTHER)) == (0, 7)
    shop.syncer.pull()
    assert stands(shop, old) == stands(shop, stays) == 8
    shop.synced()
    assert (counted(each), counted(each, OTHER), stands(shop, old)) == (0, 8, 8)
    assert free(shop, old, 2) == 1


def test_of_a_member_who_is_erased_nothing_stays_or_comes_back(world) -> None:
    shop, card = with_card(world).shop().synced(), world.card()
    free(shop, card, 4)
    shop.synced()
    assert export_member(world.hq, REF)["punch_cards"] == {"coffee": 4}
    free(shop, card, 2)
    erase_member(world.hq, REF)
    shop.synced()
    with world.hq.database.reading() as connection:
        assert connection.execute(select(member_punch)).all() == []
    assert flags(world) == ["MEMBER_ERASED"]


def test_what_hq_set_aside_counts_here_until_it_is_posted_once(each, blind) -> None:  # noqa: F811
    shop, card = with_card(each).shop().synced(), each.card()
    free(shop, card, 4)
    shop.synced()
    assert (counted(each), stands(shop, card)) == (0, 4)
    blind()
    assert judge_all_again(each.hq) == 1 and judge_all_again(each.hq) == 0
    assert (counted(each), stands(shop, card)) == (4, 4)
    assert stands(shop.synced(), card) == 4


def test_what_a_former_epoch_counted_is_carried_over_and_counts_once(world) -> None:
    shop, card = with_card(world).shop().synced(), world.card()
    free(shop, card, 4)
    gone = buy(shop, card, 2)
    undo(shop, gone.order_id)
    reenrol(shop, text_for(shop))
    shop.syncer.pull()
    assert stands(shop, card) == 4
    shop.synced()
    assert (counted(world), stands(shop, card)) == (0, 4)
    for case_id in carried_cases(world.hq, shop.store.device.device_id):
        post_case(world.hq, case_id, who="ada")
    assert stands(shop.synced(), card) == 4 == counted(world)


def test_a_card_that_is_picked_at_the_till_counts_too(world) -> None:
    body = a_program(
        version=2, campaigns=[a_campaign(rules=[FREE | {"trigger": "choice"}])], punch_cards=[CARD]
    )
    publish_program(world.hq, body, is_meant=True)
    shop, card = world.shop().synced(), world.card()
    order = dataclasses.replace(an_order("picked"), lines=(Line(1, "coffee", 4, 4 * CUP),))
    member = shop.member(card)
    hand_in(shop.store, order, at_till(member, Presentation(new_id(), picked("tenth"), member.level)))
    assert stands(shop, card) == 4
    assert (stands(shop.synced(), card), counted(world)) == (4, 4)
    assert isinstance(undo(shop, "picked"), Reversed)
    assert stands(shop, card) == 0
    assert (stands(shop.synced(), card), counted(world), flags(world)) == (0, 0, [])


def test_who_has_just_joined_has_a_card_at_once(world) -> None:
    shop = with_card(world).shop().synced()
    joined = enrol(shop.store, as_typed(new_ref(), name="Bo", phone="+12125550147"), link="offline")
    assert isinstance(joined, Enrolled)
    number = joined.number
    assert (free(shop, number, 9), stands(shop, number)) == (0, 9)
    shop.syncer.push()
    assert stands(shop, number) == 9
    assert stands(shop.synced(), number) == 9
    assert free(shop, number, 1) == 1


def test_who_is_new_in_a_store_or_nobody_counts_nothing(world) -> None:
    upsert_members(with_card(world).hq, [MemberFacts(OTHER, home_store="s-2")])
    shop, stranger = world.shop().synced(), world.card(OTHER)
    assert (free(shop, stranger, 10), stands(shop, stranger)) == (0, None)
    shop.synced()
    assert (counted(world, OTHER), stands(shop, stranger)) == (0, 0)
    assert free(shop, stranger, 10) == 1
    assert hand_in(shop.store, an_order("o", ("coffee", CUP)), at_till()).discount == 0


def test_head_office_counts_an_order_whose_card_was_forgotten_and_takes_it_back(each) -> None:
    shop = with_card(each).shop().synced()
    shop.sell(cents=CUP)
    shop.synced()
    entry = next(found.entry_id for found in shop.store.journal.entries_backwards() if found.type == ORDER)
    made = redeem_past(each.hq, SYSTEM, REF, PastAsked(order_entry=entry, rule="tenth"), reason="forgot it")
    assert (made.is_posted, made.discount, counted(each)) == (True, 0, 1)
    assert stands(shop.synced(), each.card()) == 1
    void_redemption(each.hq, SYSTEM, made.redemption_id, reason="somebody else's")
    assert counted(each) == 0


def test_people_and_programs_see_how_a_card_stands(world) -> None:
    shop, card = with_card(world).shop().synced(), world.card()
    free(shop, card, 7)
    shop.synced()
    with api_of(world.hq) as api:
        (told,) = api.get(f"/v1/members/{REF}/benefits").json()["punch_cards"]
    assert told == {"card": "coffee", "name": CARD["name"], "every": 10, "counted": 7, "to_free": 3}
    assert [each.to_free for each in cockpit(world.hq, REF).punch_cards] == [3]

"""A gift card's way between two stations and HQ: what one pays the other hears of, and nothing counts twice."""

import pytest

from app.core.reasons import Reason
from app.station.gift_card import CardShown, SeenGiftCard, look_up
from app.station.identify import identify
from app.station.redeem import AtTill, hand_in, to_ask
from app.station.top_up import CardChange, CardDone, record_change
from app.station.void import By
from hq.gift_cards.service import NewCards, freeze_card, issue_cards, new_card_numbers, show_card
from sync.authorising import Authoriser
from sync.faults import HqUnreachable
from tests.builders import a_person, an_order


def a_card(world, value: int = 10_000) -> str:
    (number,) = new_card_numbers(1)
    issue_cards(world.hq, NewCards(value), [number])
    return number


def seen(shop, number: str) -> SeenGiftCard:
    found = identify(shop.store, number)
    assert isinstance(found, SeenGiftCard)
    return found


def pays(shop, number: str, amount: int, *, order_id: str = "A-1", is_asked: bool = False):
    """Let a card pay, cut off, or by HQ's word; return what it did."""
    link = "online" if is_asked else "offline"
    at_till = AtTill(None, (), link, cards=(CardShown(seen(shop, number).ref),))
    order = an_order(order_id, ("tea", amount))
    if is_asked:
        asking = to_ask(shop.store, order, at_till)
        assert asking is not None
        asks = Authoriser(shop.hq, epoch=1, clock=shop.world.clock, begin=lambda work: work())
        at_till = AtTill(None, (), link, heard=asks.ask(asking), cards=at_till.cards)
    (found,) = hand_in(shop.store, order, at_till).tenders
    return found


def test_two_stations_that_are_cut_off_take_more_than_there_is_once(world):
    number = a_card(world, 6_000)
    first, second = world.shop().synced(), world.shop("s-2").synced()
    assert pays(first, number, 4_000).amount == pays(second, number, 4_000).amount == 4_000
    assert seen(first, number).balance == 2_000
    for shop in (first, second, first, second, first):
        shop.synced()
    assert [word for _, word in first.verdicts() + second.verdicts()].count("posted_flagged") == 1
    assert seen(first, number).balance == seen(second, number).balance == -2_000
    assert show_card(world.hq, number).balance == show_card(world.hq, number).posted == -2_000


def test_an_answer_that_was_lost_takes_nothing_twice(world):
    number, shop = a_card(world), world.shop().synced()
    pays(shop, number, 4_000)
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        shop.synced()
    for _ in range(2):
        assert seen(shop, number).balance == 6_000
        shop.synced()
    assert show_card(world.hq, number).balance == 6_000


def test_what_was_put_on_at_one_station_pays_at_another_by_hqs_word_at_once(world):
    number = a_card(world, 0)
    first, second = world.shop().synced(), world.shop("s-2").synced()
    assert pays(second, number, 100).refusals[0].reason is Reason.CARD_NOT_ACTIVE
    change = CardChange("C-1", seen(first, number).ref, 9_000)
    assert isinstance(record_change(first.store, change, By(a_person(first.store))), CardDone)
    first.synced()
    found = pays(second, number, 7_000, order_id="A-2", is_asked=True)  # it has not heard of the money itself
    assert (found.amount, found.left, found.alone) == (7_000, 2_000, 0)
    second.synced()
    card = look_up(second.store, seen(second, number).ref)
    assert card is not None and (card.balance, show_card(world.hq, number).balance) == (2_000, 2_000)
    assert [word for _, word in second.verdicts()] == ["posted", "posted"]


def test_a_card_that_was_stopped_pays_nothing_where_that_is_known(world):
    number, shop = a_card(world), world.shop().synced()
    freeze_card(world.hq, number)
    assert pays(shop, number, 100, is_asked=True).refusals[0].reason is Reason.CARD_FROZEN
    assert pays(shop, number, 100, order_id="A-2").amount == 100  # cut off it has not heard
    shop.synced()
    assert pays(shop, number, 100, order_id="A-3").refusals[0].reason is Reason.CARD_FROZEN
    assert [word for _, word in shop.verdicts()] == ["posted", "posted_flagged"]

"""What a scan of a gift card does, wherever the station stands: it shows the card, or lets it pay; and for whom."""

import pytest

from tests.builders import PIN, a_member, a_person, an_order
from tests.ui.card_till import (
    PIN_MS,
    a_card,
    a_till,
    confirm,
    notice,
    paying,
    shown,
    view,
    with_order,
)
from tests.ui.station_bench import Bench, open_member
from ui.models.card_view import Doing, FindCard
from ui.models.earn import EarnAmount
from ui.models.pin_pad import Choose, GivePin
from ui.models.state import Screen
from ui.models.till_part import Word

IN_ORDER = "This gift card is in the order already."


@pytest.fixture
def till(bench: Bench) -> Bench:
    return a_till(bench)


def test_while_nobody_is_at_the_till_a_scan_shows_the_card(till: Bench):
    till.model.scan(a_card(till))
    assert shown(till).doing is Doing.LOOK


def test_beside_a_member_without_an_order_a_scan_lets_the_card_pay(till: Bench):
    open_member(till)
    till.model.scan(a_card(till))
    paying(till)
    assert till.model.state.member.name == "Ada L."
    till.model.type_amount("12")
    till.quoted(1200)
    assert till.model.state.order.cards[0].amount == 1_200


def test_beside_an_order_a_scan_lets_the_card_pay_once(till: Bench):
    with_order(till, "60", 6000)
    till.model.scan(a_card(till))
    paying(till)
    till.model.scan(a_card(till))
    assert notice(till) == IN_ORDER
    till.model.scan(a_card(till, seed=2, balance=700))
    assert [row.amount for row in paying(till, 2)] == [2_000, 700]


def test_a_card_that_is_to_pay_is_work_that_another_members_card_asks_about(till: Bench):
    open_member(till)
    till.model.scan(a_card(till))
    paying(till)
    till.model.scan(till.thread.call(lambda store: a_member(store, seed=2, name="Ben")).code)
    till.until(Screen.SWITCH)


def test_a_card_waits_while_points_alone_are_added(till: Bench):
    with_order(till, "60", 6000)
    till.model.scan(a_card(till))
    paying(till)
    till.model.open(Screen.EARN)
    till.settled()
    assert till.model.state.flow.order.cards == ()
    till.model.scan(till.voucher)  # which goes to the order, where the card still is
    till.until(Screen.MEMBER)
    paying(till)


def test_over_an_answer_a_scan_shows_the_card(till: Bench):
    with_order(till, "60", 6000)
    confirm(till)
    till.model.scan(a_card(till))
    assert shown(till).doing is Doing.LOOK


def test_over_an_answer_to_try_again_a_scan_lets_the_card_pay_for_the_order_that_waits(
    till: Bench, monkeypatch
):
    def broken(*args, **kwargs):
        raise OSError("disk")

    with_order(till, "60", 6000)
    with monkeypatch.context() as patched:
        patched.setattr("ui.models.quotes.hand_in_as_shown", broken)
        patched.setattr("ui.models.answers.log.error", lambda *args, **kwargs: None)
        confirm(till)
    till.model.scan(a_card(till))
    till.until(Screen.MEMBER)
    paying(till)
    assert (till.model.state.order.total, till.model.state.member.name) == (6_000, "Ada L.")


def test_behind_the_lock_a_scan_is_kept_and_shows_the_card_after_it(till: Bench):
    ben = till.thread.call(a_person)
    till.model.open(Screen.SIGN_IN)
    till.settled()
    till.model.scan(a_card(till))
    assert "kept" in notice(till)
    assert till.model.state.screen is Screen.SIGN_IN
    till.model.ask(Choose(ben))
    till.model.ask(GivePin(PIN))
    till.qtbot.waitUntil(lambda: till.model.state.screen is Screen.GIFT_CARD, timeout=PIN_MS)
    shown(till)


def test_while_another_member_is_asked_about_a_scan_waits(till: Bench):
    with_order(till, "60", 6000)
    till.model.scan(till.thread.call(lambda store: a_member(store, seed=2, name="Ben")).code)
    till.until(Screen.SWITCH)
    till.model.scan(a_card(till))
    assert notice(till) == "Switch or stay first, then scan the gift card again."


def test_from_the_page_of_points_a_scan_goes_to_the_order_with_its_amount(till: Bench):
    till.model.open(Screen.EARN)
    till.model.ask(EarnAmount("12"))
    till.settled()
    till.model.scan(a_card(till))
    till.until(Screen.MEMBER)
    till.qtbot.waitUntil(lambda: paying(till)[0].amount == 1_200)


@pytest.mark.parametrize("screen", [Screen.BALANCE, Screen.ENROL, Screen.HELP, Screen.QUEUE])
def test_from_a_page_on_which_nothing_was_begun_a_scan_shows_the_card(till: Bench, screen: Screen):
    till.model.open(screen)
    till.settled()
    till.model.scan(a_card(till))
    shown(till)


def test_a_card_that_was_to_pay_for_one_order_of_the_till_does_not_pay_for_the_next(till: Bench):
    assert till.model.hand_over("T-1", an_order("T-1").lines, "") is Word.YES
    till.settled()
    till.model.open(Screen.GIFT_CARD)
    till.model.ask(FindCard(a_card(till)))
    assert shown(till).doing is Doing.PAY
    till.model.hand_over("T-1", an_order("T-1", ("coffee", 9_000)).lines, "")
    assert view(till).doing is Doing.PAY  # the same sale
    till.model.hand_over("T-2", an_order("T-2").lines, "")
    till.model.enter()
    assert view(till).card is None and till.model.state.screen is Screen.GIFT_CARD
    till.model.escape()
    assert till.model.visit.order.order_id == "T-2" and till.model.visit.cards == ()

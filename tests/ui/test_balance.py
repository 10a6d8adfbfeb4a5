"""What a member has: shown, never recorded; and what ends soon stands first."""

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.core.member import Member
from app.station.belongings import Belongings, Saved, belongings
from app.station.identify import identify
from tests.builders import a_member, a_voucher
from tests.ui.station_bench import Bench, open_member
from ui.gallery import states
from ui.models.balance import Balance, BalanceView
from ui.models.display import DisplayModel, Slide
from ui.models.state import Screen

Key = Qt.Key
STATES = states()


@pytest.fixture
def balance(bench: Bench) -> Bench:
    bench.model.add_flows(Balance)
    return bench


def view(bench: Bench) -> BalanceView:
    found = bench.model.state.flow
    assert isinstance(found, BalanceView)
    return found


def has_of(bench: Bench, name: str) -> Belongings:
    bench.qtbot.waitUntil(lambda: view(bench).member is not None and view(bench).member.name == name)
    bench.qtbot.waitUntil(lambda: view(bench).has is not None)
    return view(bench).has


def test_a_balance_is_read_and_nothing_is_recorded(balance: Bench):
    balance.model.open(Screen.BALANCE)
    assert view(balance) == BalanceView()
    balance.model.scan(balance.card.code)
    assert has_of(balance, "Ada L.") == Belongings()
    assert (view(balance).member.balance, balance.head()) == (300, 0)
    other = balance.thread.call(lambda store: a_member(store, seed=2, name="Ben"))
    balance.model.scan(other.code)  # one member after the other, without a question
    has_of(balance, "Ben")
    balance.model.escape()
    assert (balance.model.state.screen, balance.head()) == (Screen.IDLE, 0)


def test_the_customer_display_shows_the_points_and_the_given_name(balance: Bench):
    display = DisplayModel(balance.model, balance.model)
    balance.model.open(Screen.BALANCE)
    balance.model.scan(balance.card.code)
    balance.qtbot.waitUntil(lambda: view(balance).member is not None)
    assert (display.state.slide, display.state.points) == (Slide.MEMBER, 300)
    assert display.state.name == view(balance).member.name.split()[0]


def test_it_begins_with_whoever_is_at_the_till_and_what_was_begun_there_waits(balance: Bench):
    open_member(balance)
    balance.model.type_amount("60")
    balance.quoted(6000)
    other = balance.thread.call(lambda store: a_member(store, seed=2, name="Ben"))
    balance.model.open(Screen.BALANCE)
    has_of(balance, "Ada L.")
    balance.model.scan(other.code)
    has_of(balance, "Ben")
    balance.model.escape()
    balance.quoted(6000)
    assert (balance.model.state.member.name, balance.model.state.order.typed) == ("Ada L.", "60")
    balance.model.open(Screen.BALANCE)
    balance.model.scan(other.code)
    has_of(balance, "Ben")
    balance.model.enter()  # with Ben at the till, who asks first because of the order
    assert balance.model.state.screen is Screen.SWITCH


def test_enter_goes_on_with_the_member_and_without_one_goes_back(balance: Bench):
    balance.model.open(Screen.BALANCE)
    balance.model.enter()
    assert balance.model.state.screen is Screen.IDLE
    balance.model.open(Screen.BALANCE)
    balance.model.scan(balance.card.code)
    has_of(balance, "Ada L.")
    balance.model.enter()
    assert (balance.model.state.screen, balance.model.state.member.balance) == (Screen.MEMBER, 300)


def test_an_unknown_code_is_told_and_a_voucher_goes_to_the_order(balance: Bench):
    balance.model.open(Screen.BALANCE)
    balance.model.scan("4006381333931")
    balance.qtbot.waitUntil(lambda: bool(balance.model.state.notice))
    assert balance.model.state.screen is Screen.BALANCE
    balance.model.scan(balance.voucher)
    balance.until(Screen.MEMBER)


def test_what_is_saved_for_a_member_stands_there_as_long_as_it_can_be_used(balance: Bench):
    def lay_out(store):
        ref = identify(store, balance.card.code).member.ref
        mine = {"owner": ref}
        a_voucher(store, seed=11, ends_on="2040-02-01", uses_max=3, uses=1, **mine)
        a_voucher(store, seed=12, ends_on=None, **mine)
        a_voucher(store, seed=13, ends_on="2040-01-01", uses_max=1, **mine)
        a_voucher(store, seed=14, ends_on="2001-01-01", **mine)  # over
        a_voucher(store, seed=15, uses_max=1, uses=1, **mine)  # used
        a_voucher(store, seed=16, rule_id="gone", **mine)  # of a rule that is no more
        a_voucher(store, seed=17, owner="0000000000009")  # another member's
        return belongings(store, identify(store, balance.card.code))

    has = balance.thread.call(lay_out)
    assert has.vouchers == (
        Saved("1.00 off coffee", date(2040, 1, 1), 1),
        Saved("1.00 off coffee", date(2040, 2, 1), 2),
        Saved("1.00 off coffee", None, None),
    )


def test_points_that_end_stand_in_their_order_and_those_that_ended_do_not(balance: Bench):
    def lay_out(store):
        seen = identify(store, balance.card.code)
        days = ((date(2040, 2, 1), 5), (date(2001, 1, 1), 7), (date(2040, 1, 1), 3), (date(2040, 3, 1), 0))
        return belongings(store, replace_member(seen, days))

    assert balance.thread.call(lay_out).expiring == ((date(2040, 1, 1), 3), (date(2040, 2, 1), 5))


def replace_member(seen, days):
    member: Member = replace(seen.member, expiring=days)
    return replace(seen, member=member)


def test_the_page_says_what_there_is_and_who_it_is(shown) -> None:
    shown.show(STATES["balance"])
    said = [label.text() for label in shown.window.findChildren(QLabel) if label.isVisible()]
    for text in ("1\u202f240", "120 points", "until 2017-11-30", "Free coffee, any size", "no end"):
        assert text in said
    assert shown.press(Key.Key_Return) == [("enter",)]
    assert shown.press(Key.Key_Escape) == [("escape",)]
    shown.show(STATES["balance-nobody"])
    said = [label.text() for label in shown.window.findChildren(QLabel) if label.isVisible()]
    assert "Scan the member's card. Nothing is recorded." in said
    assert not any("add points" in text for text in said)

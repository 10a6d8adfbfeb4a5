"""Staff and PINs: a new PIN is typed twice and approved, holds at once, and is in no view; badges; suspending."""

import pytest
from PySide6.QtCore import Qt

from app.core.approvals import Why
from app.core.reasons import Refusal
from app.station.staff import SignedIn, sign_in
from tests.ui.office import Office, open_office
from tests.ui.station_bench import Bench
from ui.gallery import states
from ui.models.manager.staff_view import Choose, Open, Panel, PrintBadge, Suspend
from ui.models.pin_pad import GivePin

Key = Qt.Key
STATES = states()
NEW_PIN = "4417"


@pytest.fixture
def office(bench: Bench) -> Office:
    made = open_office(bench)
    made.open("staff")
    return made


def signed_in(office: Office, pin: str) -> SignedIn | Refusal:
    return sign_in(office.bench.thread.call, office.ben, pin)


def test_a_pin_typed_twice_and_approved_is_theirs_at_once(office: Office) -> None:
    office.ask(Choose(office.ben), Open(Panel.PIN), GivePin(NEW_PIN))
    assert office.view.panel is Panel.AGAIN and NEW_PIN not in repr(office.state)
    office.ask(GivePin(NEW_PIN))
    assert NEW_PIN not in repr(office.state)
    office.approve(Why.PIN_FORGOTTEN)
    office.until(lambda: office.view.person.pin_given_ms > 0)
    assert isinstance(signed_in(office, NEW_PIN), SignedIn)


def test_two_different_pins_are_no_pin(office: Office) -> None:
    office.ask(Choose(office.ben), Open(Panel.PIN), GivePin(NEW_PIN), GivePin("4418"))
    assert (office.view.panel, office.view.differs) == (Panel.PIN, True)
    office.ask(GivePin("4418"))
    assert office.view.panel is Panel.AGAIN, "it begins anew"


def test_what_is_wrong_with_a_pin_is_said(office: Office) -> None:
    office.ask(Choose(office.ben), Open(Panel.PIN), GivePin("1234"))
    assert "first that anybody would try" in office.state.notice
    assert office.view.panel is Panel.PIN, "before it is typed twice and a manager has approved it"
    office.ask(GivePin(NEW_PIN))
    assert (office.view.panel, office.state.notice) == (Panel.AGAIN, "")


def test_nobody_gives_a_manager_a_pin_and_nobody_suspends_themselves(office: Office) -> None:
    office.ask(Choose(office.mia), Open(Panel.PIN), Suspend())
    assert office.view.panel is Panel.ABOUT and office.state.screen.value == "manager"


def test_who_is_suspended_signs_in_no_more(office: Office) -> None:
    office.ask(Choose(office.ben), Suspend())
    office.approve(Why.LEFT)
    office.until(lambda: office.view.person.is_suspended)
    assert isinstance(signed_in(office, "314159"), Refusal)
    assert not office.view.may_be_suspended and not office.view.may_get_pin


def test_keys_of_the_page(shown) -> None:
    shown.show(STATES["staff"])
    assert shown.press(Key.Key_F6, Key.Key_F7) == [("ask", Open(Panel.PIN)), ("ask", asked(shown, Suspend))]
    (chosen,) = shown.press(Key.Key_Down)
    assert isinstance(chosen[1], Choose)
    shown.show(STATES["staff-pin"])
    assert shown.press(Key.Key_4, Key.Key_4, Key.Key_1, Key.Key_7, Key.Key_Return) == [
        ("ask", GivePin("4417"))
    ]
    shown.show(STATES["staff-badge"])
    assert shown.press(Key.Key_Return) == [("enter",)]


def asked(shown, kind: type) -> object:
    """Return what was asked last, of an intent without values."""
    found = shown.model.asked[-1][1]
    assert isinstance(found, kind)
    return found


def test_a_badge_is_printed_with_a_code_that_signs_in(office: Office, monkeypatch) -> None:
    printed: list = []
    monkeypatch.setattr(type(office.bench.model), "print", lambda self, sheet: printed.append(sheet))
    office.ask(Choose(office.ben), Open(Panel.BADGE), PrintBadge())
    (sheet,) = printed
    assert office.view.person.badge in [getattr(row, "content", "") for row in sheet.rows]

"""The frame of the manager's pages: who gets in, what shuts them again, and every key of the rail."""

import pytest
from PySide6.QtCore import Qt

from app.core.approvals import Approval, Why
from app.core.pins import Role
from app.station.staff import SignedIn
from tests.ui.equipment import StillEquipment
from tests.ui.station_bench import Bench, open_member
from ui.gallery import states
from ui.models.known_flows import FLOWS
from ui.models.manager.flow import OPEN, SETTINGS, Gate, GiveUp, TurnTo
from ui.models.manager.section import SKELETON_MS, Wait
from ui.models.state import Screen

Key = Qt.Key
STATES = states()


@pytest.fixture
def desk(bench: Bench) -> Bench:
    bench.model.add_flows(*FLOWS)
    bench.model.equipment = StillEquipment()
    return bench


def come_up(desk: Bench) -> None:
    desk.model.open(Screen.MANAGER)
    desk.qtbot.waitUntil(lambda: getattr(desk.model.state.flow, "gate", Gate.BARRED) is not Gate.ASKING)


def approved(desk: Bench) -> None:
    """Let the page that asks for a PIN hear that it was a manager's."""
    flow = desk.model._flows.current
    reading = desk.thread.call(lambda store: store.time.reading())
    asked = flow._then
    flow.left.emit()
    asked(Approval("a-1", "m-1", OPEN, Why.TO_SEE, reading))


@pytest.mark.parametrize("who", [None, SignedIn("m-1", "Mia", Role.MANAGER.value)])
def test_they_open_for_a_manager_and_where_nobody_signs_in(desk: Bench, who: SignedIn | None) -> None:
    if who is not None:
        desk.model.take_over(who)
    come_up(desk)
    view = desk.model.state.flow
    assert view.gate is Gate.OPEN and view.name == "today" and view.names[-1] == SETTINGS
    desk.qtbot.waitUntil(lambda: desk.model.state.flow.read_ms > 0)
    desk.model.escape()
    assert desk.model.state.screen is Screen.IDLE


def test_a_cashier_is_asked_for_a_managers_pin_and_the_lock_shuts_what_it_opened(desk: Bench) -> None:
    desk.model.take_over(SignedIn("c-1", "Ben", Role.CASHIER.value))
    come_up(desk)
    assert desk.model.state.screen is Screen.APPROVAL
    desk.model.escape()
    assert desk.model.state.screen is Screen.MANAGER and desk.model.state.flow.gate is Gate.BARRED
    desk.model.ask(TurnTo("today"))
    assert desk.model.state.flow.shown is None, "nothing is shown to whoever is no manager"
    desk.model.enter()
    approved(desk)
    assert desk.model.state.flow.gate is Gate.OPEN
    desk.model.open(Screen.SIGN_IN)
    desk.model.escape()
    desk.model.take_over(SignedIn("c-1", "Ben", Role.CASHIER.value))
    manager = desk.model._flows.find(Screen.MANAGER)
    assert manager.view.gate is not Gate.OPEN


def test_what_a_pin_has_opened_closes_when_nobody_touches_it(desk: Bench, monkeypatch) -> None:
    monkeypatch.setattr("app.store.people.People.is_sign_in_needed", lambda self: True)
    come_up(desk)
    assert desk.model.state.screen is Screen.APPROVAL
    approved(desk)
    desk.model.ask(TurnTo(SETTINGS))
    assert desk.model.state.screen is Screen.SETTINGS
    desk.model._touched_ms -= desk.model.lock_after_s * 1_000
    desk.model._lock_if_left()
    assert desk.model._flows.current is None
    assert desk.model._flows.find(Screen.MANAGER).view.gate is not Gate.OPEN


def test_a_scan_leaves_them_for_the_till(desk: Bench) -> None:
    come_up(desk)
    open_member(desk)
    assert desk.model._flows.current is None
    desk.model.escape()
    desk.settled()


def test_a_long_reading_is_said_and_can_be_given_up(desk: Bench) -> None:
    come_up(desk)
    desk.qtbot.waitUntil(lambda: desk.model.state.flow.read_ms > 0)
    section = desk.model._flows.current.sections["today"]
    with desk.slow_store():
        section.ask_store(lambda store: store.now_ms(), lambda _now: None)
        assert section.wait is Wait.SHORT
        desk.qtbot.waitUntil(lambda: section.wait is Wait.SKELETON, timeout=SKELETON_MS * 5)
        desk.model.ask(GiveUp())
        assert section.wait is Wait.NO


def test_digits_and_arrows_choose_a_section_and_nothing_on_a_shut_page(shown) -> None:
    shown.show(STATES["manager-today"])
    last = len(STATES["manager-today"].flow.names)
    assert shown.press(Key.Key_0 + last) == [("ask", TurnTo(SETTINGS))]
    shown.show(STATES["manager-barred"])
    assert shown.press(Key.Key_1) == []
    assert shown.press(Key.Key_Return) == [("enter",)]
    assert shown.press(Key.Key_Escape) == [("escape",)]


def test_what_nobody_has_seen_is_counted_when_it_is_quiet_and_stands_beside_the_key(
    desk: Bench, shown, monkeypatch
) -> None:
    monkeypatch.setattr("ui.models.unseen_part.count_unseen", lambda review, *, today: 3)
    desk.model._unseen_timer.setInterval(1)
    desk.model.refresh()
    desk.qtbot.waitUntil(lambda: desk.model.state.unseen == 3)
    shown.show(desk.model.state)
    assert shown.window.idle.bar.buttons[-1].accessibleName() == "Manager: 3 to look at (F10)"

"""The page on which somebody becomes a member: its fields, its code, and how long it takes by keyboard."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from scanner.picture import read_bytes
from scanner.source import Scanned, Source
from tests.builders import put_document
from tests.station.test_enrol import box_keys
from tests.ui.real_station import RealStation, enrolled_store
from tests.ui.test_two_actions import MouseWatch
from ui.gallery import states
from ui.models.enrol import CONTACT, NAME, EnrolAgreed, EnrolTyped
from ui.models.state import Screen
from ui.widgets.field import Field

Key = Qt.Key
STATES = states()
KEYSTROKE_S = (
    0.28  # an average typist, not a secretary (Card, Moran, Newell: The Keystroke-Level Model, 1980)
)


def test_four_fields_at_most_and_tab_goes_through_them_in_reading_order(shown) -> None:
    shown.show(STATES["enrol-asked"])
    page = shown.window.pages[Screen.ENROL]
    assert len([field for field in page.findChildren(Field) if field.isVisible()]) <= 4
    names = []
    for _nth in range(7):
        names.append(shown.window.focusWidget().accessibleName())
        shown.press(Key.Key_Tab)
    assert names == [
        "Phone number or e-mail address", "First name", "Month and day of birth",
        "Not agreed: We may write to you about offers and what is new in the shop.",
        "Not agreed: We may send you text messages.", "Add member (Enter)", "Cancel (Esc)",
    ]  # fmt: skip
    page.form.checks[0].setFocus()
    assert shown.press(Key.Key_Space) == [("ask", EnrolAgreed("news"))]
    assert shown.press(Key.Key_Return) == [("enter",)]


def test_what_is_typed_is_asked_and_what_was_typed_goes_with_the_page(shown) -> None:
    shown.show(STATES["enrol-asked"])
    assert shown.type("05") == [("ask", EnrolTyped(CONTACT, "0")), ("ask", EnrolTyped(CONTACT, "05"))]
    shown.press(Key.Key_Tab)
    assert shown.type("A") == [("ask", EnrolTyped(NAME, "A"))]
    shown.show(STATES["idle"])
    again = STATES["enrol-asked"]
    shown.show(replace(again, flow=replace(again.flow, begun=77)))
    assert [field.text() for field in shown.window.pages[Screen.ENROL].form.fields.values()] == ["", "", ""]


@pytest.mark.parametrize("dress", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_the_code_on_the_page_scans_back(shown, dressed, qtbot, qapp, dress: str) -> None:
    dressed("en", dress)
    window = type(shown)(qtbot, qapp)
    window.show(STATES["enrol-welcome"])
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    window.window.grab().save(buffer, "PNG")
    assert [symbol.text for symbol in read_bytes(bytes(buffer.data()))] == [
        STATES["enrol-welcome"].flow.welcome.number
    ]


# --- by real keys -----------------------------------------------------------------------------------------------------


@pytest.fixture
def station(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[RealStation]:
    enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    station, mouse = RealStation(qtbot, tmp_path), MouseWatch()
    qapp.installEventFilter(mouse)
    try:
        station.until_screen(Screen.IDLE)
        yield station
        assert mouse.count == 0
    finally:
        qapp.removeEventFilter(mouse)
        station.close()


@pytest.mark.slow
def test_a_member_by_keyboard_alone_within_fifteen_seconds(station: RealStation) -> None:
    """Eleven digits and a first name: what the machine takes is measured, what a person takes to type is reckoned."""
    station.running.thread.call(lambda store: put_document(store, "keyset", box_keys("b1")))
    keys = [
        Key.Key_F5,
        *(Key[f"Key_{digit}"] for digit in "05320000000"),
        Key.Key_Tab,
        Key.Key_A,
        Key.Key_D,
        Key.Key_A,
    ]
    began = monotonic()
    station.press(keys[0])
    station.until_screen(Screen.ENROL)
    for key in keys[1:]:
        station.press(key)
    station.press(Key.Key_Return)
    station.until(lambda: station.state.flow.welcome is not None)
    took_s = monotonic() - began
    assert took_s + KEYSTROKE_S * (len(keys) + 1) <= 15
    printed = station.state.flow.welcome.number
    station.until(lambda: not station.state.is_new)
    station.press(Key.Key_Escape)
    station.until_screen(Screen.IDLE)
    station._application._scanned(Scanned(printed, Source.WEDGE))
    station.until_screen(Screen.MEMBER)

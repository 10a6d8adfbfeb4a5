"""The page on which somebody becomes a member: its fields, its code, and how long it takes by keyboard."""

from dataclasses import replace
from time import monotonic

import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt

from scanner.picture import read_bytes
from scanner.source import Scanned, Source
from tests.builders import put_document
from tests.station.test_enrol import box_keys
from tests.ui.real_station import RealStation
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


@pytest.mark.slow
def test_a_member_by_keyboard_alone_within_fifteen_seconds(by_keys: RealStation) -> None:
    """Eleven digits and a first name: what the machine takes is measured, what a person takes to type is reckoned."""
    by_keys.running.thread.call(lambda store: put_document(store, "keyset", box_keys("b1")))
    keys = [
        Key.Key_F5,
        *(Key[f"Key_{digit}"] for digit in "05320000000"),
        Key.Key_Tab,
        Key.Key_A,
        Key.Key_D,
        Key.Key_A,
    ]
    began = monotonic()
    by_keys.press(keys[0])
    by_keys.until_screen(Screen.ENROL)
    for key in keys[1:]:
        by_keys.press(key)
    by_keys.press(Key.Key_Return)
    by_keys.until(lambda: by_keys.state.flow.welcome is not None)
    took_s = monotonic() - began
    assert took_s + KEYSTROKE_S * (len(keys) + 1) <= 15
    printed = by_keys.state.flow.welcome.number
    by_keys.until(lambda: not by_keys.state.is_new)
    by_keys.press(Key.Key_Escape)
    by_keys.until_screen(Screen.IDLE)
    by_keys._application._scanned(Scanned(printed, Source.WEDGE))
    by_keys.until_screen(Screen.MEMBER)

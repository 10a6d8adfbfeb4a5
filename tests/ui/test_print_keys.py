"""Printing from the window: the button on an answer, Ctrl+P from any page, and what is said of it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest

from tests.ui.conftest import Shown
from ui.gallery.answer import states as answers
from ui.gallery.idle import states as idle
from ui.models.state import State


def ctrl_p(shown: Shown) -> list[tuple[object, ...]]:
    shown.model.asked.clear()
    QTest.keyClick(
        shown.window.focusWidget() or shown.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier
    )
    return shown.model.asked


def test_ctrl_p_prints_from_any_page_and_types_nothing(shown: Shown) -> None:
    for state in (answers()["approved-prints"], next(iter(idle().values()))):
        shown.show(state)
        assert ctrl_p(shown) == [("print_receipt",)]


# As X11 tells of them (tried there under seven layouts): the key, what stands on it, and the number of its place.
@pytest.mark.parametrize(
    ("key", "place", "asked"),
    [
        (0x417, 33, [("print_receipt",)]),  # З, on a Russian keyboard
        (0x417, 34, []),  # the same letter elsewhere
        (Qt.Key.Key_L, 33, []),  # a Dvorak keyboard has an L there
        (Qt.Key.Key_P, 27, [("print_receipt",)]),  # and its P elsewhere
    ],
)
def test_keyboards_without_a_p_print_by_its_place(shown: Shown, key: int, place: int, asked: list) -> None:
    shown.show(answers()["approved-prints"])
    ctrl = Qt.KeyboardModifier.ControlModifier
    event = QKeyEvent(QKeyEvent.Type.KeyPress, int(key), ctrl, place, 0, 0)
    shown.window.keyPressEvent(event)
    assert shown.model.asked == asked


def test_other_chords_print_nothing(shown: Shown) -> None:
    shown.show(answers()["approved-prints"])
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    shown.window.keyPressEvent(QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_P, held))
    assert shown.model.asked == []


def test_the_letter_alone_prints_nothing(shown: Shown) -> None:
    shown.show(answers()["approved-prints"])
    assert shown.press(Qt.Key.Key_P) == []


def test_the_button_is_there_where_a_receipt_can_come_out(shown: Shown) -> None:
    button = shown.window.answer._print
    states: dict[str, State] = answers()
    shown.show(states["approved-prints"])
    assert button.isVisible() and button.accessibleName() == "Print (Ctrl+P)"
    button.click()
    assert shown.model.asked == [("print_receipt",)]
    for state in (
        replace(states["approved-prints"], is_new=True),
        replace(states["approved-prints"], prints=False),
        states["unknown"],
    ):
        shown.show(state)
        assert not button.isVisible()


def test_what_was_not_printed_is_said_and_can_be_printed_again_by_touch(shown: Shown) -> None:
    failed = answers()["approved-not-printed"]
    told = {"notice": failed.notice, "receipt_notice": failed.receipt_notice}
    for state in (failed, replace(idle()["idle"], **told)):
        shown.show(state)
        notice = shown.window.notice
        assert notice.isVisible() and notice.accessibleName().startswith("The printer is out of paper.")
        notice.print_again.click()
        assert shown.model.asked == [("print_receipt",)]


def test_other_notices_have_no_such_button(shown: Shown) -> None:
    shown.show(replace(idle()["idle"], notice="There are no more orders.", receipt_notice="Something else."))
    assert shown.window.notice.isVisible() and not shown.window.notice.print_again.isVisible()

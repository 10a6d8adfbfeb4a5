"""A scan is heard wherever the focus is and never becomes text; what a person types arrives, whole and in order."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from scanner.debounce import WINDOW_MS, Debounce
from scanner.habits import Habits
from scanner.wedge import GAP_MAX_MS, Key
from tests.scanner.keyboard import ENTER, F4, presses
from tests.ui.keys import send
from ui.scan_input import ScanInput

NUMBER = "M0123456789V"
BY_HAND_MS = GAP_MAX_MS + 60


class Ticks:
    now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


class Seen(QObject):
    """Counts the key presses and releases that reach a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.presses = 0
        self.releases = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
        self.presses += event.type() == QEvent.Type.KeyPress
        self.releases += event.type() == QEvent.Type.KeyRelease
        return False


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def scans(qapp: QApplication, ticks: Ticks) -> Iterator[list[str]]:
    texts: list[str] = []
    listener = ScanInput(debounce=Debounce(now_ms=ticks))
    qapp.installEventFilter(listener)
    listener.scanned.connect(lambda scanned: texts.append(scanned.text))
    yield texts
    qapp.removeEventFilter(listener)
    listener.deleteLater()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window with a field and a default button."""
    window = QDialog()
    layout = QVBoxLayout(window)
    for widget in (QLineEdit(), QPushButton("Confirm")):
        layout.addWidget(widget)
    _show(qtbot, window)
    return window


def _show(qtbot: QtBot, window: QWidget) -> None:
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def _field(window: QWidget) -> QLineEdit:
    field = window.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setFocus()
    return field


@pytest.mark.parametrize("end", ["\r", "\t", ""])
def test_a_scan_leaves_a_half_typed_field_alone(
    qtbot: QtBot, window: QWidget, scans: list[str], end: str
) -> None:
    field = _field(window)
    field.setText("half ty")
    field.setSelection(2, 3)
    edits: list[str] = []
    field.textChanged.connect(edits.append)
    seen = Seen(field)
    send(window, presses(NUMBER, end=end))
    qtbot.waitUntil(lambda: scans == [NUMBER])
    assert (field.text(), field.selectedText(), edits) == ("half ty", "lf ", [])
    assert (seen.presses, seen.releases) == (0, 0)
    assert QApplication.focusWidget() is field, "a Tab at its end does not move the focus"


def test_what_a_scanner_adds_of_its_own_accord_is_no_part_of_the_code(
    qtbot: QtBot, qapp: QApplication, window: QWidget
) -> None:
    texts: list[tuple[str, str]] = []
    listener = ScanInput(habits=Habits(prefix="#", suffix="$"))
    listener.scanned.connect(lambda scanned: texts.append((scanned.text, scanned.aim)))
    qapp.installEventFilter(listener)
    try:
        send(window, presses("]Q1#" + NUMBER + "$"))
        send(window, presses("#]C1" + NUMBER[::-1] + "$", start_ms=5_000))
        assert texts == [(NUMBER, "]Q1"), (NUMBER[::-1], "]C1")]
    finally:
        qapp.removeEventFilter(listener)


def test_a_scan_presses_no_button(window: QWidget, scans: list[str]) -> None:
    button = window.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    clicks: list[bool] = []
    button.clicked.connect(clicks.append)
    button.setFocus()
    send(window, presses("M0 1 2 3 4"))  # a space is a click
    assert (scans, clicks) == (["M0 1 2 3 4"], [])


def test_a_person_types_into_a_field(qtbot: QtBot, window: QWidget, scans: list[str]) -> None:
    field = _field(window)
    entered: list[str] = []
    field.returnPressed.connect(lambda: entered.append(field.text()))
    send(window, presses("Ann 42", gap_ms=BY_HAND_MS))
    assert entered == ["Ann 42"]
    assert scans == []


def test_keys_held_back_come_by_themselves_after_the_pause(
    qtbot: QtBot, window: QWidget, scans: list[str]
) -> None:
    field = _field(window)
    send(window, presses("ab", gap_ms=20, end=""))
    assert field.text() == "", "held, since a scanner may go on"
    qtbot.waitUntil(lambda: field.text() == "ab")
    assert scans == []


def test_fast_fingers_and_enter_arrive_in_order(window: QWidget, scans: list[str]) -> None:
    field = _field(window)
    entered: list[str] = []
    field.returnPressed.connect(lambda: entered.append(field.text()))
    send(window, presses("abcd", gap_ms=20, end="\r"))
    assert (entered, scans) == (["abcd"], [])


@pytest.mark.parametrize("end", ["\r", ""])
def test_a_number_typed_by_fast_fingers_stays_in_the_field(
    qtbot: QtBot, window: QWidget, scans: list[str], end: str
) -> None:
    field = _field(window)
    field.setText("0")
    entered: list[str] = []
    field.returnPressed.connect(lambda: entered.append(field.text()))
    send(window, presses("4401234567", gap_ms=35, end=end))
    qtbot.waitUntil(lambda: field.text() == "04401234567")
    assert (entered, scans) == (["04401234567"] if end else [], [])


def test_presses_and_releases_pair_up_for_a_person(qtbot: QtBot, window: QWidget, scans: list[str]) -> None:
    field = _field(window)
    seen = Seen(field)
    send(window, presses("abcd", gap_ms=10, end=""))
    qtbot.waitUntil(lambda: field.text() == "abcd")
    assert (seen.presses, seen.releases) == (4, 4)


def test_number_keys_still_work_as_shortcuts(qtbot: QtBot, qapp: QApplication, scans: list[str]) -> None:
    window = QWidget()
    done: list[str] = []
    for name in ("1", "Ctrl+Z"):
        QShortcut(QKeySequence(name), window).activated.connect(lambda name=name: done.append(name))
    action = QAction("help", window)
    action.setShortcut(QKeySequence("?"))
    action.triggered.connect(lambda: done.append("?"))
    window.addAction(action)
    QShortcut(QKeySequence("2"), window).setEnabled(False)
    _show(qtbot, window)
    send(window, presses("1", end=""))
    send(window, [Key(44, 2_000, text="\x1a", ctrl=True)])
    send(window, presses("?", start_ms=3_000, end=""))
    send(window, presses("2", start_ms=4_000, end=""))
    send(window, presses("1234567", start_ms=5_000))
    qtbot.waitUntil(lambda: scans == ["1234567"])
    assert done == ["1", "Ctrl+Z", "?"], "the disabled one keeps still, and a scan is no shortcut"


def test_a_shortcut_gives_way_to_a_field(qtbot: QtBot, window: QWidget, scans: list[str]) -> None:
    done: list[str] = []
    QShortcut(QKeySequence("1"), window).activated.connect(lambda: done.append("1"))
    field = _field(window)
    send(window, presses("1", end=""))
    qtbot.waitUntil(lambda: field.text() == "1")
    assert done == []


def test_a_scan_is_heard_in_a_dialog_too(qtbot: QtBot, window: QWidget, scans: list[str]) -> None:
    dialog = QDialog(window)
    dialog.setModal(True)
    inner = QLineEdit("half", dialog)
    _show(qtbot, dialog)
    inner.setFocus()
    send(dialog, presses(NUMBER))
    assert (scans, inner.text()) == ([NUMBER], "half")


def test_commands_within_a_scan_go_nowhere(window: QWidget, scans: list[str]) -> None:
    burst = list(presses(NUMBER))
    burst.insert(3, Key(F4, burst[2].time_ms + 1, alt=True))
    burst.insert(7, Key(ENTER, burst[6].time_ms + 1, text="", ctrl=True))
    reached = Seen(window), Seen(_field(window))
    send(window, burst)
    assert scans == [NUMBER]
    assert window.isVisible()
    assert [each.presses for each in reached] == [0, 0]


def test_the_same_code_twice_counts_once(window: QWidget, scans: list[str], ticks: Ticks) -> None:
    send(window, presses(NUMBER))
    ticks.now_ms = WINDOW_MS - 1
    send(window, presses(NUMBER, start_ms=5_000))
    assert scans == [NUMBER]
    ticks.now_ms += WINDOW_MS
    send(window, presses(NUMBER, start_ms=9_000))
    assert scans == [NUMBER, NUMBER]


def test_keys_without_a_place_pass_untouched(qtbot: QtBot, window: QWidget, scans: list[str]) -> None:
    field = _field(window)
    qtbot.keyClicks(field, NUMBER)
    assert (field.text(), scans) == (NUMBER, [])


def test_keys_held_for_a_window_that_closes_are_let_go(
    qtbot: QtBot, window: QWidget, scans: list[str]
) -> None:
    other = QWidget()
    _show(qtbot, other)
    send(other, presses("ab", end=""))
    other.windowHandle().destroy()
    other.close()
    field = _field(window)
    send(window, presses("c", start_ms=9_000, end=""))
    qtbot.waitUntil(lambda: field.text() == "c")

"""The set-up of cameras and scanners without a page: what is listed, outlined, learned, said and kept."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.config import load_config
from app.kept import keep
from app.window_parts import habits_of
from scanner.cameras import CameraName
from scanner.habits import Ending, Habits
from scanner.learning import TEST_CODE, TRIES, Advice, Learned
from scanner.serial import PortName
from scanner.source import Scanned, Source
from scanner.wedge import Key
from tests.scanner.keyboard import ESC, presses
from tests.ui.keys import send
from ui.models import setup_words
from ui.models.setup import BYTES_MAX, KEYS_MAX, Choice, SetUpModel
from ui.scan_input import ScanInput

CORNERS = ((100, 100), (300, 100), (300, 300), (100, 300))


class Page:
    """What the page would do, and what was kept."""

    def __init__(self, parent: QObject) -> None:
        self.kept: list[Mapping[str, Any]] = []
        self.is_full = False
        self.model = SetUpModel(parent, camera="0", port="", baud=9_600, keep=self._keep)

    def _keep(self, settings: Mapping[str, Any]) -> None:
        if self.is_full:
            raise OSError("full")
        self.kept.append(settings)

    def scan(self, written: str = TEST_CODE, *, gap_ms: int = 4, end: str = "\r", times: int = 1) -> "Page":
        for _ in range(times):
            for key in presses(written, gap_ms=gap_ms, end=end):
                self.model.key(key)
            self.model.rest()
        return self


@pytest.fixture
def page(qapp: QApplication) -> Iterator[Page]:
    parent = QObject()
    yield Page(parent)
    parent.deleteLater()


def test_cameras_and_ports_are_listed_with_their_words(page: Page) -> None:
    page.model.list_devices((CameraName(2, "Front"),), (PortName("/dev/ttyACM0", "USB scanner"),))
    assert page.model.state.cameras == (
        Choice("2", "Front"),
        Choice("0", "0 (not connected)"),
        Choice("off", "No camera"),
    )
    assert page.model.state.ports == (Choice("", "As a keyboard"), Choice("/dev/ttyACM0", "USB scanner"))


def test_another_camera_is_looked_through_at_once(page: Page, qtbot: QtBot) -> None:
    page.model.set_camera("on")
    with qtbot.waitSignal(page.model.camera_chosen) as chosen:
        page.model.choose_camera("2")
    assert chosen.args == ["2"] and page.model.state.camera_word == ""
    with qtbot.assertNotEmitted(page.model.camera_chosen):
        page.model.choose_camera("2")


def test_what_the_camera_finds_is_outlined_for_a_moment(page: Page, qtbot: QtBot) -> None:
    page.model.set_preview_size(640, 360)
    page.model.scanned(Scanned("M0", Source.CAMERA, corners=CORNERS), frame=(1280, 720))
    assert page.model.state.outline == ((50, 50), (150, 50), (150, 150), (50, 150))
    assert page.model.state.seen == "M0"
    qtbot.waitUntil(lambda: page.model.state.outline == ())


def test_three_good_scans_are_enough(page: Page) -> None:
    page.scan()
    assert (page.model.state.tries, page.model.state.sentences) == (1, ())
    page.scan(times=2)
    assert (page.model.state.tries, page.model.state.is_well) == (TRIES, True)
    assert page.model.state.sentences == ("The scanner works.",)
    assert page.model.state.ms_a_key == 4
    page.scan("M0123456789T")
    assert (page.model.state.tries, page.model.state.sentences) == (TRIES, ("The scanner works.",)), (
        "it is over"
    )


def test_a_bad_scan_says_why_and_the_test_begins_anew(page: Page) -> None:
    page.scan(times=2).scan(gap_ms=40)
    assert page.model.state.sentences == (setup_words.advice(Advice.SLOW),)
    assert (page.model.state.tries, page.model.state.is_well) == (0, False)
    page.scan()
    assert (page.model.state.tries, page.model.state.sentences) == (1, ()), "it was put right"
    page.scan(times=2)
    assert page.model.state.is_well


def test_what_a_scanner_adds_is_said(page: Page) -> None:
    page.scan("#" + TEST_CODE, end="", times=TRIES)
    assert page.model.state.sentences == (
        "The scanner works.",
        setup_words.advice(Advice.NO_END),
        "It adds “#” before and nothing behind each code; that is left out.",
    )
    habits = Habits(prefix="\x02", suffix="$")
    assert "“[02]” before and “$” behind" in setup_words.learned(Learned(habits, None, (), is_well=True))[1]


def test_each_advice_has_its_own_words() -> None:
    assert len({setup_words.advice(one) for one in Advice}) == len(Advice)


def test_what_was_learned_holds_at_the_next_start(page: Page, tmp_path: Path) -> None:
    page.model.choose_camera("2")
    page.scan("#" + TEST_CODE + "$", end="\t", times=TRIES)
    page.model.keep()
    assert page.model.state.is_kept
    keep(tmp_path, page.kept[0])
    config = load_config({"TILLSIDE_STATE_DIR": str(tmp_path)})
    assert habits_of(config) == Habits(prefix="#", suffix="$", ending=Ending.TAB)
    assert (config.camera, config.scanner_port) == ("2", "")
    page.model.again()
    page.scan(times=TRIES)
    page.model.keep()
    keep(tmp_path, page.kept[1])
    assert habits_of(load_config({"TILLSIDE_STATE_DIR": str(tmp_path)})) == Habits(ending=Ending.CR)


def test_of_a_scanner_that_failed_nothing_is_kept(page: Page) -> None:
    page.scan(times=2).scan(gap_ms=40)
    page.model.keep()
    assert page.kept == [{"camera": "0"}]


def test_what_cannot_be_written_down_is_said(page: Page) -> None:
    page.is_full = True
    page.model.keep()
    assert not page.model.state.is_kept and len(page.model.state.sentences) == 1


def test_a_serial_line_is_tested_by_its_bytes(page: Page, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.model.port_chosen) as chosen:
        page.model.choose_port("/dev/ttyACM0", 19_200)
    assert chosen.args == ["/dev/ttyACM0", 19_200]
    for _ in range(TRIES):
        for data in (b"]Q1", TEST_CODE.encode(), b"\r", b"\n"):
            page.model.raw(data)
        page.model.rest()
    assert page.model.state.is_well
    page.model.keep()
    assert (page.kept[0]["scanner_end"], page.kept[0]["scanner_port"]) == ("crlf", "/dev/ttyACM0")


def test_a_pause_by_itself_ends_a_scan(page: Page, qtbot: QtBot) -> None:
    page.model.raw(TEST_CODE.encode())
    qtbot.waitUntil(lambda: page.model.state.tries == 1)


def test_an_endless_line_is_bounded(page: Page) -> None:
    for _ in range(40):
        page.model.raw(b"x" * 4_096)
    for _ in range(3_000):
        page.model.key(Key(30, 0))
    assert (len(page.model._bytes), len(page.model._keys)) == (BYTES_MAX, KEYS_MAX)
    page.model.rest()
    assert page.model.state.sentences == (setup_words.advice(Advice.NOISE),)


def test_while_a_test_is_on_keys_go_to_it_alone(qtbot: QtBot, qapp: QApplication) -> None:
    window, listener = QLineEdit(), ScanInput()
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    taught: list[Key] = []
    scans: list[Scanned] = []
    escapes: list[int] = []
    window.keyPressEvent = lambda event: escapes.append(event.nativeScanCode() - 8)  # type: ignore[method-assign]
    listener.scanned.connect(scans.append)
    qapp.installEventFilter(listener)
    try:
        listener.teach(taught.append)
        keys = list(presses(TEST_CODE, gap_ms=40))  # too slow for a scan, and seen whole
        send(window, [*keys, Key(ESC, 9_000)])
        assert taught == keys and escapes == [ESC] and window.text() == ""
        listener.teach(None)
        send(window, presses("M0123456789V", start_ms=20_000))
        qtbot.waitUntil(lambda: [scanned.text for scanned in scans] == ["M0123456789V"])
        assert len(taught) == len(keys)
    finally:
        qapp.removeEventFilter(listener)

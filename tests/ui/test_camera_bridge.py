"""What the camera tells arrives on the main thread, and the scanner is not loaded for the window's sake."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from scanner.camera import Preview
from tests.scanner.videos import film, with_qr
from ui.camera_bridge import CameraBridge

CARD = "M0123456789T"
WAIT_MS = 20_000


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return film(tmp_path / "card.avi", [with_qr(CARD, at=(200, 100))] * 10)


def test_texts_pictures_and_states_arrive_on_the_main_thread(qtbot: QtBot, card: Path) -> None:
    bridge = CameraBridge(str(card))
    main, threads = QThread.currentThread(), []
    pictures: list[QImage] = []
    texts: list[str] = []
    states: list[str] = []
    bridge.frame.connect(pictures.append)
    bridge.scanned.connect(lambda scanned: texts.append(scanned.text))
    bridge.state.connect(states.append)
    for signal in (bridge.scanned, bridge.frame, bridge.state):
        signal.connect(lambda _: threads.append(QThread.currentThread()))
    with qtbot.waitSignals([bridge.scanned, bridge.frame, bridge.state], timeout=WAIT_MS):
        bridge.start()
    bridge.stop()
    assert (texts[:1], states[:1]) == ([CARD], ["on"])
    assert all(thread is main for thread in threads)
    assert (pictures[0].width(), pictures[0].height()) == (640, 480)
    assert QColor(pictures[0].pixel(5, 5)).lightness() > 80, "the desk is light"


def test_a_camera_that_is_missing_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    bridge = CameraBridge(str(tmp_path / "none.avi"))
    with qtbot.waitSignal(bridge.state, timeout=WAIT_MS) as news:
        bridge.start()
    bridge.stop()
    assert news.args == ["missing"]


def test_a_window_that_is_busy_gets_the_newest_picture_alone(qtbot: QtBot) -> None:
    bridge, shown = CameraBridge("0"), []
    bridge.frame.connect(shown.append)

    def take(*shades: int) -> None:
        for shade in shades:
            bridge._take(Preview(2, 2, bytes([shade]) * 16, 4, 4))

    def beside(*shades: int) -> None:
        thread = threading.Thread(target=take, args=shades)
        thread.start()
        thread.join()

    beside(*range(50), 200)
    qtbot.waitUntil(lambda: bool(shown))
    assert [QColor(picture.pixel(0, 0)).red() for picture in shown] == [200]
    beside(7)
    qtbot.waitUntil(lambda: len(shown) == 2)


def test_stopped_before_it_began_it_ends(card: Path) -> None:
    bridge = CameraBridge(str(card))
    bridge.stop()
    bridge.start()
    bridge._thread.join(20)
    assert not bridge._thread.is_alive()


def test_the_window_does_not_load_opencv() -> None:
    program = (
        "import sys, ui.camera_bridge, ui.scan_input; print({'cv2', 'numpy', 'zxingcpp'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""What a scanner on a serial line tells arrives on the main thread, in whichever model the window has."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from scanner.habits import Ending, Habits
from tests.scanner.plug import Plug
from ui.application import Application
from ui.models import scanner_words
from ui.models.opening import Asked, OpeningModel
from ui.serial_bridge import SerialBridge

pytest.importorskip("pty", reason="needs pseudo terminals")
WAIT_MS = 20_000
HABITS = Habits(prefix="#", ending=Ending.CR)


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    plug = Plug(tmp_path)
    plug.put_in()
    yield plug
    plug.pull_out()


def test_texts_states_and_troubles_arrive_on_the_main_thread(qtbot: QtBot, plug: Plug) -> None:
    bridge = SerialBridge(str(plug.name), baud=9_600, habits=HABITS)
    main, threads, texts = QThread.currentThread(), [], []
    bridge.scanned.connect(lambda scanned: texts.append(scanned.text))
    for signal in (bridge.scanned, bridge.state, bridge.trouble):
        signal.connect(lambda _: threads.append(QThread.currentThread()))
    with qtbot.waitSignal(bridge.state, timeout=WAIT_MS) as news:
        bridge.start()
    with qtbot.waitSignals([bridge.scanned, bridge.trouble], timeout=WAIT_MS):
        plug.send(b"#M0\r\x80\x1b\r")
    bridge.stop()
    assert (news.args, texts) == (["on"], ["M0"])
    assert len(threads) == 3 and all(thread is main for thread in threads)


def test_stopped_before_it_began_it_ends(plug: Plug) -> None:
    bridge = SerialBridge(str(plug.name), baud=9_600, habits=HABITS)
    bridge.stop()
    bridge.start()
    bridge._thread.join(20)
    assert not bridge._thread.is_alive()


def test_the_window_hears_a_serial_scanner_from_its_first_paint_on(qtbot: QtBot, plug: Plug) -> None:
    model, asked = OpeningModel(), []
    application = Application(habits=HABITS, port=str(plug.name))
    application.show(
        model,
        then=lambda: model.ask_for_pairing(Asked(asked.append, asked.append, asked.append, asked.append)),
    )
    try:
        qtbot.waitUntil(lambda: model.state.scanner == "on", timeout=WAIT_MS)
        plug.send(b"#TS:P:abc\r")
        qtbot.waitUntil(lambda: asked == ["TS:P:abc"], timeout=WAIT_MS)
        plug.send(b"\x80\x1b\r")
        qtbot.waitUntil(lambda: model.state.notice == scanner_words.trouble("noise"), timeout=WAIT_MS)
        plug.pull_out()
        qtbot.waitUntil(lambda: model.state.scanner == "missing", timeout=WAIT_MS)
        later = OpeningModel()
        application.attach(later, camera="off")
        assert later.state.scanner == "missing", "a model that comes later knows"
    finally:
        application.close()
        assert application.window is not None
        application.window.close()


def test_each_state_but_on_has_its_words() -> None:
    words = [scanner_words.state(word) for word in ("missing", "forbidden", "busy")]
    assert len(set(words)) == 3 and all(words)
    assert scanner_words.state("on") == scanner_words.state("") == ""


def test_the_window_does_not_load_pyserial() -> None:
    program = "import sys, ui.application, ui.serial_bridge; print('serial' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

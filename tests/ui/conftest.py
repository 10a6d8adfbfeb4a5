"""The window around a model that only remembers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.mouse_watch import MouseWatch
from tests.ui.real_station import RealStation, enrolled_store
from tests.ui.station_bench import Bench, open_bench
from ui import i18n, theme
from ui.gallery import StillModel, settle
from ui.models.state import Screen, State
from ui.window import StationWindow


class Shown:
    """A window with its model, and keys that go where the focus is."""

    def __init__(self, qtbot: QtBot, app: QApplication) -> None:
        self.app = app
        self.model = StillModel(State())
        self.window = StationWindow(self.model)
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        app.processEvents()  # off screen a window that has just come up is left once more
        with qtbot.waitActive(self.window):
            self.window.activateWindow()

    def show(self, state: State) -> None:
        self.model.show(state)
        settle(self.app, self.window)
        self.model.asked.clear()

    def press(self, *keys: Qt.Key) -> list[tuple[object, ...]]:
        """Press keys one after the other; return what the model was asked since."""
        self.model.asked.clear()
        for key in keys:
            QTest.keyClick(self.window.focusWidget() or self.window, key)
        return self.model.asked

    def type(self, text: str) -> list[tuple[object, ...]]:
        self.model.asked.clear()
        for letter in text:
            QTest.keyClicks(self.window.focusWidget() or self.window, letter)
        return self.model.asked


@pytest.fixture(autouse=True)
def second_tries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is told after two failed tries be told soon."""
    monkeypatch.setattr("sync.backoff.SECOND_S", 0.02)


@pytest.fixture(autouse=True)
def no_old_windows() -> None:
    """Let go of the windows of earlier tests: a new theme would dress them all again."""
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def dressed(qapp: QApplication) -> Callable[[str, str], None]:
    def dress(language: str, dress: str) -> None:
        i18n.use(language)
        theme.apply(qapp, dress)

    yield dress
    i18n.use("en")


@pytest.fixture
def shown(qtbot: QtBot, qapp: QApplication, dressed) -> Shown:
    dressed("en", "light")
    return Shown(qtbot, qapp)


@pytest.fixture
def by_keys(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[RealStation]:
    """Open a whole station, with a member's `card`, on its idle page; no mouse may touch it."""
    card = enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    station, mouse = RealStation(qtbot, tmp_path), MouseWatch()
    station.card = card
    qapp.installEventFilter(mouse)
    try:
        station.until_screen(Screen.IDLE)
        yield station
        assert mouse.count == 0
    finally:
        qapp.removeEventFilter(mouse)
        station.close()


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    with open_bench(qtbot, tmp_path) as bench:
        yield bench

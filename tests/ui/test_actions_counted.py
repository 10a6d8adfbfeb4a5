"""The tasks of a cashier by real keys, counted by the window's own log: no more actions than they may take."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.config import Config
from app.core.order import Line
from app.ux.events import FILE, read_events
from app.ux.tasks import Task, Try, tries
from scanner.source import Scanned, Source
from tests.builders import PIN, AMember, a_person
from tests.ui.real_station import RealStation, enrolled_store
from tests.ui.test_exceptions_page import overrides
from ui.models.manager.export_view import PutInto
from ui.models.state import Screen

Key = Qt.Key
OFFICE_PIN = "739215"
ORDER = (Line(line=1, sku="coffee", quantity=1, amount=3200),)


class Till(RealStation):
    """A station whose keys come from the platform, as a keyboard's do."""

    card: AMember

    def scan(self) -> None:
        self._application._scanned(Scanned(self.card.code, Source.WEDGE))

    def key(self, *keys: Qt.Key) -> None:
        handle = self.window.windowHandle()
        assert handle is not None
        for key in keys:
            QTest.keyClick(handle, key)

    def ready(self) -> None:
        """Wait as a cashier does: until all is seen, and Enter acts on it."""
        events = self._application._events
        self.until(lambda: not self.state.is_new and not events._unpainted)

    def done(self, state_dir: Path) -> list[Try]:
        self._application._events.close()
        return list(tries(read_events(state_dir)))


@pytest.fixture
def till(qtbot: QtBot, tmp_path: Path) -> Iterator[Till]:
    card = enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    station = Till(qtbot, tmp_path, has_log=True)
    station.card = card
    try:
        station.until_screen(Screen.IDLE)
        station.ready()  # a page painted only after the scan would end the task
        yield station
    finally:
        station.close()


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return Config.embedded(tmp_path).state_dir


def redeem_typed(till: Till) -> None:
    till.scan()
    till.until(lambda: till.state.screen is Screen.MEMBER and bool(till.state.offers))
    till.ready()
    till.key(Key.Key_3, Key.Key_5)
    till.until(lambda: any(offer.is_picked for offer in till.state.offers))
    till.key(Key.Key_Return)
    till.until_settled()
    till.ready()
    till.key(Key.Key_Return)
    till.until_screen(Screen.ANSWER)
    till.ready()


def test_redeem_see_why_not_show_the_queue_and_undo(till: Till, state_dir: Path) -> None:
    redeem_typed(till)
    till.key(Key.Key_F9)
    till.until_screen(Screen.QUEUE)
    till.key(Key.Key_Escape)
    till.until_screen(Screen.IDLE)
    till.key(Key.Key_F8)
    till.until(lambda: till.state.screen is Screen.UNDO and till.state.flow.is_read)
    till.ready()
    till.key(Key.Key_Return)
    till.until_screen(Screen.ANSWER)
    till.ready()
    assert [(each.task, each.actions) for each in till.done(state_dir)] == [
        (Task.U2, 1),  # the card alone: what is missing stands beside the reward
        (Task.U1, 4),  # card, amount, Enter, Enter
        (Task.U3, 5),
        (Task.U4, 2),
    ]


def test_an_order_of_the_tills_takes_a_scan_and_enter(till: Till, state_dir: Path) -> None:
    till.running.model.till_order("T-1", ORDER)
    till.until_screen(Screen.MEMBER)
    till.scan()
    till.until(lambda: till.state.member is not None and any(offer.is_picked for offer in till.state.offers))
    till.until_settled()
    till.ready()
    till.key(Key.Key_Return)
    till.until_screen(Screen.ANSWER)
    till.ready()
    assert [(each.task, each.actions) for each in till.done(state_dir)] == [(Task.U1, 2)]


def test_yesterdays_overrides_are_found_and_exported(till: Till, state_dir: Path, tmp_path: Path) -> None:
    till.running.thread.call(lambda store: overrides(store, 1))
    till.running.thread.call(lambda store: overrides(store, 2))
    till.running.thread.call(
        lambda store: a_person(store, seed=2, pin=OFFICE_PIN, role="manager", sign_in="spending")
    )
    export = till.running.model._flows.find(Screen.MANAGER).sections["export"]
    export.take(PutInto(str(tmp_path)))
    till.key(Key.Key_F10)
    till.until(lambda: till.state.screen is Screen.APPROVAL and till.state.flow.pin.staff is not None)
    till.ready()
    till.key(*(Qt.Key(ord(digit)) for digit in OFFICE_PIN), Key.Key_Return)
    till.until(lambda: till.state.screen is Screen.MANAGER and till.state.flow.read_ms > 0)
    till.ready()
    till.key(Qt.Key(ord("1") + till.state.flow.names.index("exceptions")))
    till.until(lambda: till.state.flow.name == "exceptions" and till.state.flow.read_ms > 0)
    till.ready()
    till.key(Key.Key_Right, Key.Key_Right, Key.Key_F6)
    till.until(lambda: till.state.flow.shown.wanted.what is not None)
    assert [row.what.value for row in till.state.flow.shown.rows] == ["override"]
    till.key(Key.Key_F7)
    till.until(lambda: till.state.flow.name == "export")
    till.key(Key.Key_Return)
    till.until(lambda: till.state.flow.shown.written is not None)
    till.ready()
    assert [(each.task, each.actions) for each in till.done(state_dir)] == [
        (Task.U5, 7)  # F10, the PIN, Enter, the page and the day, the kind, export, Enter
    ]
    (file,) = tmp_path.glob("exceptions-*.csv")
    assert len(file.read_text("utf-8-sig").splitlines()) == 2


def test_nothing_that_was_typed_or_scanned_is_in_the_log(till: Till, state_dir: Path) -> None:
    redeem_typed(till)
    till.key(Key.Key_Return)
    till.until_screen(Screen.IDLE)
    till.key(Key.Key_F12)
    till.until_screen(Screen.SIGN_IN)
    till.key(*(Qt.Key(ord(digit)) for digit in PIN), Key.Key_Escape, Key.Key_Escape)
    till.until_screen(Screen.IDLE)
    till.done(state_dir)
    lines = [line.split() for line in (state_dir / FILE).read_text().splitlines()]
    assert all(len(line) == 2 and line[0].isdecimal() for line in lines)
    names = [name for _t_ms, name in lines]
    assert names[-4:] == ["typed", "key", "key", "idle"], "a PIN is one event, however many digits it has"
    assert not any(secret in " ".join(names) for secret in (till.card.code, "35", "Ada", PIN))

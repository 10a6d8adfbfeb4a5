"""A whole station within the test's process: real store, threads, sync worker and window; only HQ's address is made up.

`texts_of` reads what a cashier can see or have read out, and `unfit` names what must not be among it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.clock import SetClock
from app.config import Config
from app.store.creating import create_store
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from app.window import Running, _Station
from scanner.source import Scanned, Source
from tests.builders import (
    NOW_MS,
    AMember,
    a_campaign,
    a_device,
    a_keyset,
    a_member,
    a_program,
    move_replica,
    put_document,
    put_program,
    station_keys,
)
from ui.application import Application
from ui.models.state import AnswerView, Screen, State

WAIT_MS = 10_000
FIVE_OFF = a_campaign(
    id="c-five",
    name="Five off",
    rules=[
        {
            "id": "five",
            "name": "5.00 off from 30.00",
            "trigger": "choice",
            "priority": 0,
            "effect": {"kind": "amount_off", "target": "order", "amount": 500},
            "condition": {"fact": "order.total", "op": "at_least", "value": 3000},
        }
    ],
)
UNFIT = {
    "a word for programmers": re.compile(
        r"\b(errors?|exceptions?|time-?outs?|hosts?|localhost|https?|null|none|sqlite|sql|sockets?|errno|traceback)\b",
        re.IGNORECASE,
    ),
    "an address": re.compile(r"\b\d+\.\d+\.\d+\.\d+\b|://|\b[\w-]+(\.[\w-]+)+:\d+"),
    "a path": re.compile(r"(^|[\s'\"(])[~.]?/\w|\w/\w+/|\b[A-Z]:\\|\.(db|py|json|toml)\b"),
    "a name of code": re.compile(r"\b[A-Z][a-z]+[A-Z]\w*|\b\w+_\w+"),
    "a status": re.compile(r"(?<![.,\d])[1-5]\d\d(?![.,\d])"),
}


def enrolled_store(
    folder: Path,
    *,
    hq_url: str,
    has_program: bool = True,
    program: bytes | None = None,
    heard_ms: int | None = None,
) -> AMember:
    """Lay out a station as enrolment and a first download leave it, closed again; return its one member.

    `heard_ms` is head office's moment of what it holds; None: it has never heard of one.
    """
    config = Config.embedded(folder)
    keys_in = FileKeyStore(config.state_dir / "keys")
    create_store(
        config.store_dir,
        device=a_device(hq_url=hq_url),
        keys=station_keys(),
        key_store=keys_in,
        key_store_kind="file",
    )
    store = StationStore(config.store_dir, key_store=keys_in, clock=SetClock(NOW_MS))
    if has_program:
        put_program(store, program or a_program(campaigns=[FIVE_OFF]))
        put_document(store, "keyset", a_keyset())
    card = a_member(store)
    if heard_ms is not None:
        move_replica(store, included_seq=0, as_of_ms=heard_ms)
    store.close()
    return card


def texts_of(window: QWidget) -> Iterator[str]:
    """Yield every text of every widget that is to be seen, and what is read out of it."""
    for widget in [window, *window.findChildren(QWidget)]:
        if not widget.isVisible():
            continue
        if isinstance(widget, QLabel | QLineEdit | QAbstractButton):
            yield widget.text()
        if isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        yield from (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip())
    yield window.windowTitle()


def unfit(text: str, *secrets: str) -> list[str]:
    """Return what in a text is not for a cashier; `secrets` are further things that may not stand in it."""
    found = [what for what, pattern in UNFIT.items() if pattern.search(text)]
    return found + [secret for secret in secrets if secret in text]


class RealStation:
    """The station, its window, and the texts seen so far."""

    def __init__(
        self, qtbot: QtBot, folder: Path, *, camera: str = "off", has_log: bool = False, **settings: str
    ) -> None:
        self._qtbot = qtbot
        config = replace(Config.embedded(folder), camera=camera, **settings)
        self._application = Application(kept_log=config.state_dir if has_log else None)
        self._station = _Station(self._application, config, SetClock(NOW_MS), None)
        self.seen: set[str] = set()
        self.screens: set[Screen] = set()
        self._application.show(self._station.opening, then=self._station.open)

    @property
    def window(self) -> QWidget:
        assert self._application.window is not None
        return self._application.window

    @property
    def running(self) -> Running:
        assert self._station._running is not None
        return self._station._running

    @property
    def state(self) -> State:
        return self._application._model.state

    @property
    def hq_port(self) -> str:
        """The port of head office, which nobody at a till has a use for."""
        running = self._station._running
        return running.thread.store.device.hq_url.rpartition(":")[2] if running else "8470"

    def has_shown(self, sentence: str) -> bool:
        """Whether it stood on the screen, wherever its lines may break."""
        return any(sentence in text.replace("\u200b", "") for text in self.seen)

    def until(self, check: Callable[[], bool]) -> None:
        """Read the screen until something holds."""

        def look() -> bool:
            self.screens.add(self.state.screen)
            self.seen.update(text for text in texts_of(self.window) if text)
            return check()

        self._qtbot.waitUntil(look, timeout=WAIT_MS)

    def until_settled(self) -> None:
        """Wait until the newest quote is on the screen and Enter acts on it."""
        self.until(lambda: self.running.model._quotes.newest is not None and not self.state.is_new)

    def until_screen(self, screen: Screen) -> None:
        self.until(lambda: self.state.screen is screen)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.window.focusWidget() or self.window, key)

    def open_visit(self, code: str) -> None:
        """Scan, type 35.00 and take it."""
        self._application._scanned(Scanned(code, Source.WEDGE))
        self.until_screen(Screen.MEMBER)
        for letter in "35":
            QTest.keyClicks(self.window.focusWidget() or self.window, letter)
        self.until(lambda: any(offer.is_picked for offer in self.state.offers))
        self.press(Qt.Key.Key_Return)

    def confirm(self) -> AnswerView:
        """Press Enter as soon as it acts on the quote, and return the answer on the screen."""
        self.until_settled()
        self.press(Qt.Key.Key_Return)
        self.until_screen(Screen.ANSWER)
        assert self.state.answer is not None
        return self.state.answer

    def redeem(self, code: str) -> AnswerView:
        """Do the whole job and go back to the idle page."""
        self.until_screen(Screen.IDLE)
        self.open_visit(code)
        answer = self.confirm()
        self.leave_answer()
        self.until_screen(Screen.IDLE)
        return answer

    def leave_answer(self) -> None:
        """Press Enter as soon as the answer takes it."""
        self.until(lambda: not self.state.is_new)
        self.press(Qt.Key.Key_Return)

    def close(self) -> None:
        if self._application._camera is not None:
            self._application._camera.stop()
        if self._application._events is not None:
            self._application._events.close()
        running = self._station._running
        self._station.close()
        if (
            running is not None
        ):  # the product's loop has ended by now; the test's goes on, and what is on the way with it
            QCoreApplication.removePostedEvents(running.tasks)
        QApplication.instance().removeEventFilter(self._application._scan_input)
        self.window.close()
        self.window.deleteLater()

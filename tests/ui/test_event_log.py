"""The event log: what was painted, after it was painted, and nothing about anybody."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.reasons import Reason, Refusal
from app.ux.events import read_events
from ui.event_log import EventLog
from ui.gallery import StillModel
from ui.models.state import (
    AnswerView,
    AnswerWord,
    MemberCard,
    OfferRow,
    OrderView,
    Pill,
    PillKind,
    Screen,
    Shop,
    State,
    Undone,
)
from ui.window import StationWindow

MEMBER = MemberCard("Ada L.", "gold", 300, 0, is_known=True, as_of_ms=1)
OFFER = OfferRow("five", "Five off", 1, is_picked=True, is_voucher=False, discount=500)
ORDER = OrderView("O-77", "35.00", 0, 3500, 500, 3000, 30, is_from_till=False)


class PaintWatch(QObject):
    """Notes how many events there were each time the answer's page was painted."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log
        self.first_seen: list[str] | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
        if event.type() == QEvent.Type.Paint and self.first_seen is None:
            self.first_seen = _names(self._log)
        return False


def _events(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def _names(log: Path) -> list[str]:
    return [event["event"] for event in _events(log)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


@pytest.fixture
def window(qtbot: QtBot, log: Path):
    model = StillModel(State())
    window = StationWindow(model)
    qtbot.addWidget(window)
    window.show()
    events = EventLog(log)
    events.watch(window)
    events.follow(model)
    qtbot.waitUntil(lambda: "idle_painted" in _names(log))
    yield window
    events.close()


def test_a_visit_is_logged_page_by_page_with_rising_times(qtbot: QtBot, window: StationWindow, log: Path):
    model = window._model
    model.show(State(screen=Screen.MEMBER, member=MEMBER, order=ORDER))
    qtbot.waitUntil(lambda: "card_painted" in _names(log))
    model.show(State(screen=Screen.MEMBER, member=MEMBER, order=ORDER, offers=(OFFER,)))
    qtbot.waitUntil(lambda: "offers_painted" in _names(log))
    model.show(State(screen=Screen.MEMBER, member=MEMBER, order=ORDER, offers=(OFFER,), is_busy=True))
    qtbot.waitUntil(lambda: "confirm" in _names(log))
    answer = AnswerView(AnswerWord.QUEUED, discount=500)
    told = State(screen=Screen.ANSWER, answer=answer, pill=Pill(PillKind.OFFLINE, waiting=2), is_new=True)
    model.show(told)
    qtbot.waitUntil(lambda: _names(log)[-2:] == ["answer_painted", "pill"])
    model.show(replace(told, is_new=False))
    qtbot.waitUntil(lambda: _names(log)[-1] == "answer_ready")
    events = _events(log)
    assert [event["event"] for event in events if event["event"] != "pill"] == [
        "window_painted", "idle_painted", "card_painted", "offers_painted", "confirm", "answer_painted",
        "answer_ready",
    ]  # fmt: skip
    assert [event["t_ms"] for event in events] == sorted(event["t_ms"] for event in events)
    assert {"event": "pill", "kind": "offline", "waiting": 2}.items() <= events[-2].items()
    assert not [
        secret for secret in ("Ada", "gold", "O-77", "35", "500", "Five") if secret in _without_times(events)
    ]


def _without_times(events: list[dict[str, Any]]) -> str:
    return json.dumps([{name: fact for name, fact in event.items() if name != "t_ms"} for event in events])


def test_an_answer_is_logged_after_its_page_was_painted(qtbot: QtBot, window: StationWindow, log: Path):
    watch = PaintWatch(log)
    window.answer.installEventFilter(watch)
    window._model.show(State(screen=Screen.ANSWER, answer=AnswerView(AnswerWord.APPROVED)))
    qtbot.waitUntil(lambda: "answer_painted" in _names(log))
    assert watch.first_seen is not None
    assert "answer_painted" not in watch.first_seen


def test_a_mouse_is_noticed(qtbot: QtBot, window: StationWindow, log: Path):
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    qtbot.waitUntil(lambda: "mouse" in _names(log))


def test_names_alone_are_kept_and_nothing_of_what_is_practised(qtbot: QtBot, tmp_path: Path):
    model = StillModel(State(shop=Shop(is_training=True)))
    window = StationWindow(model)
    qtbot.addWidget(window)
    window.show()
    events = EventLog(None, kept=tmp_path)
    events.watch(window)
    events.follow(model)
    for is_training in (True, False):
        shop = Shop(is_training=is_training)
        events.scanned()
        model.show(State(Screen.MEMBER, shop=shop, member=MEMBER, order=ORDER))
        qtbot.waitUntil(lambda: not events._unpainted)
        not_now = replace(OFFER, refusals=(Refusal(Reason.ORDER_NEEDED),))
        model.show(State(Screen.MEMBER, shop=shop, member=MEMBER, order=ORDER, offers=(OFFER, not_now)))
        qtbot.waitUntil(lambda: not events._unpainted)
        undone = AnswerView(AnswerWord.APPROVED, undone=Undone(is_return=False, due=1, value=1, points=1))
        model.show(State(Screen.ANSWER, shop=shop, answer=undone))
        qtbot.waitUntil(lambda: not events._unpainted)
    events.close()
    kept = [event.value for _t_ms, event in read_events(tmp_path)]
    assert kept == ["start", "member", "given", "reasons", "undone"]


@pytest.mark.loud("the log has no place to go to")
def test_a_log_that_cannot_be_written_stops_nobody(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    events = EventLog(tmp_path / "missing" / "log")
    events.scanned()
    events.close()
    assert "the event log can't be written" in caplog.text

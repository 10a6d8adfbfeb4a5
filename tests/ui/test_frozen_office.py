"""Head office takes the question and never says a word: the window stays alive, and the next member is served."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from scanner.source import Scanned, Source
from sync.authorising import LIMITS
from sync.worker import LinkState
from tests.builders import NOW_MS, a_program
from tests.rig.proxy import Proxy
from tests.rig.ways import HalfOpen
from tests.ui.heartbeat import heartbeat
from tests.ui.real_station import FIVE_OFF, RealStation, enrolled_store
from ui.models.state import AnswerWord, Screen

ALIVE_MS, DECISION_S, UNASKED_S = 100, 2.0, 0.5
STOPPED_MS = 500  # a third of what a question takes that the window would wait for
HOUR_MS = 3_600_000
FLOORS = {"A2": {"value": 1_000, "times": 9, "stale_hours": 72}}


def confirmed(station: RealStation) -> tuple[float, list[float]]:
    """Press Enter on the order, and return how long its answer took and the gaps meanwhile."""
    station.until_settled()
    with heartbeat() as gaps:
        began = monotonic()
        station.press(Qt.Key.Key_Return)
        station.until_screen(Screen.ANSWER)
        took = monotonic() - began
    answer = station.state.answer
    assert answer is not None and (answer.word, answer.discount) == (AnswerWord.APPROVED, 500)
    return took, gaps


def while_asked(station: RealStation, call: Callable[[], None]) -> None:
    """Do something once, while head office is being asked."""
    model = station.running.model

    def look() -> None:
        if model.state.is_busy:
            model.changed.disconnect(look)
            QTimer.singleShot(100, call)

    model.changed.connect(look)


def type_order(station: RealStation) -> None:
    """Type 35.00 for the member who is on the page, and take it."""
    for letter in "35":
        QTest.keyClicks(station.window.focusWidget() or station.window, letter)
    station.until(lambda: any(offer.is_picked for offer in station.state.offers))
    station.press(Qt.Key.Key_Return)


def test_the_window_lives_while_head_office_says_nothing_and_the_next_member_is_served(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F28, F38: of two members the first waits for a second and a half. Who holds up a card meanwhile is next."""
    monkeypatch.setattr("sync.authorising.FAILURES_MAX", 1)  # three of them are a test of the rig
    program = a_program(campaigns=[FIVE_OFF | {"offline": "floor"}], authority={"floors": FLOORS})
    with Proxy() as line:
        line.set(HalfOpen())
        card = enrolled_store(tmp_path, hq_url=line.url, program=program, heard_ms=NOW_MS - HOUR_MS)
        station = RealStation(qtbot, tmp_path)
        try:
            station.until_screen(Screen.IDLE)
            station.running.model.link_changed(LinkState(is_online=True))
            station.open_visit(card.code)
            while_asked(station, lambda: station._application._scanned(Scanned(card.code, Source.WEDGE)))
            waited, gaps = confirmed(station)
            station.leave_answer()
            station.until_screen(Screen.MEMBER)
            type_order(station)
            unasked, more = confirmed(station)
        finally:
            line.refuse()  # the sync that hangs in the line ends, and the station knows of it before it closes
            station.until(
                lambda: (
                    not station.running.worker.state.is_online and bool(station.running.worker.state.problem)
                )
            )
            station.close()
    assert LIMITS.total_s / 2 < waited < DECISION_S and unasked < UNASKED_S
    assert len(gaps) > 50
    for each in (
        gaps,
        more,
    ):  # a machine with more to do than it has processors may keep one turn waiting itself
        assert [gap for gap in sorted(each)[:-1] if gap > ALIVE_MS] == [] and max(
            each, default=0
        ) < STOPPED_MS

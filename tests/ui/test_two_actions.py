"""An order that the till hands over: a scan and Enter are all it takes, with the real window and the real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.order import Line
from scanner.source import Scanned, Source
from tests.builders import AMember
from tests.ui.mouse_watch import MouseWatch
from tests.ui.real_station import RealStation, enrolled_store
from ui.models.state import AnswerWord, Screen

ORDER = (Line(line=1, sku="coffee", quantity=1, amount=3200),)


@pytest.fixture
def card(tmp_path: Path) -> AMember:
    return enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")


@pytest.fixture
def station(qtbot: QtBot, qapp: QApplication, tmp_path: Path, card: AMember) -> Iterator[RealStation]:
    station, mouse = RealStation(qtbot, tmp_path), MouseWatch()
    qapp.installEventFilter(mouse)
    try:
        station.until_screen(Screen.IDLE)
        yield station
        assert mouse.count == 0
    finally:
        qapp.removeEventFilter(mouse)
        station.close()


@pytest.mark.parametrize("till_is_first", [True, False])
def test_scan_and_enter_redeem_an_order_from_the_till(
    station: RealStation, card: AMember, till_is_first: bool
):
    if till_is_first:
        station.running.model.till_order("T-1", ORDER)
        station.until_screen(Screen.MEMBER)
    station._application._scanned(Scanned(card.code, Source.WEDGE))  # the first action
    station.until(lambda: station.state.member is not None)
    if not till_is_first:
        station.running.model.till_order("T-1", ORDER)
    station.until(lambda: station.state.order.discount == 500)
    station.until_settled()
    station.press(Qt.Key.Key_Return)  # the second
    station.until_screen(Screen.ANSWER)
    assert station.state.answer.word is AnswerWord.QUEUED
    assert (station.state.answer.discount, station.state.answer.payable) == (500, 2700)

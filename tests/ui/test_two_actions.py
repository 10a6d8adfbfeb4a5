"""An order that the till hands over: a scan and Enter are all it takes, with the real window and the real store."""

import pytest
from PySide6.QtCore import Qt

from app.core.order import Line
from scanner.source import Scanned, Source
from tests.ui.real_station import RealStation
from ui.models.state import AnswerWord, Screen

ORDER = (Line(line=1, sku="coffee", quantity=1, amount=3200),)


@pytest.mark.parametrize("till_is_first", [True, False])
def test_scan_and_enter_redeem_an_order_from_the_till(by_keys: RealStation, till_is_first: bool):
    station = by_keys
    if till_is_first:
        station.running.model.till_order("T-1", ORDER)
        station.until_screen(Screen.MEMBER)
    station._application._scanned(Scanned(station.card.code, Source.WEDGE))  # the first action
    station.until(lambda: station.state.member is not None)
    if not till_is_first:
        station.running.model.till_order("T-1", ORDER)
    station.until(lambda: station.state.order.discount == 500)
    station.until_settled()
    station.press(Qt.Key.Key_Return)  # the second
    station.until_screen(Screen.ANSWER)
    assert station.state.answer.word is AnswerWord.QUEUED
    assert (station.state.answer.discount, station.state.answer.payable) == (500, 2700)

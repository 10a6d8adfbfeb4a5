"""The till's window beside a real station: an order there and back by keys, the money, and undoing it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.till.register import Register
from app.till.station import Station
from app.till.tape import Tape
from tests.till_api.conftest import Shop
from ui.till.model import TillModel
from ui.till.state import Good, Said, Stage
from ui.till.window import TillWindow

GOODS = (Good("coffee", "Coffee", 499), Good("bread", "Bread", 250))


class TillAtWork:
    """The window, pressed by keys."""

    def __init__(self, qtbot: QtBot, shop: Shop, folder: Path) -> None:
        ready = shop.station.ready()
        self._qtbot = qtbot
        self.tape = Tape(folder / "tape")
        self.model = TillModel(
            Register(self.tape, Station(ready["till_api"], Path(ready["till_token"]))), GOODS
        )
        self.window = TillWindow(self.model)
        self.window.show()
        qtbot.waitUntil(lambda: bool(self.model.state.store))

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.window, key)

    def until(self, stage: Stage, said: Said | None = None) -> None:
        self._qtbot.waitUntil(
            lambda: self.model.state.stage is stage and said in (None, self.model.state.said), timeout=10_000
        )

    def close(self) -> None:
        self.model.close()
        self.tape.close()
        self.window.close()


@pytest.fixture
def till(qtbot: QtBot, shop: Shop, tmp_path: Path) -> Iterator[TillAtWork]:
    till = TillAtWork(qtbot, shop, tmp_path)
    yield till
    till.close()


def test_an_order_goes_there_and_back_is_paid_and_undone(shop: Shop, till: TillAtWork, qtbot: QtBot) -> None:
    till.press(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Plus, Qt.Key.Key_1, Qt.Key.Key_Delete, Qt.Key.Key_1)
    assert [(line.name, line.quantity) for line in till.model.state.lines] == [("Bread", 2), ("Coffee", 1)]
    assert till.model.state.sums.total == 999
    till.press(Qt.Key.Key_Enter)
    till.until(Stage.AT_STATION, Said.WAITING)
    shop.say(shop.card.code)
    shop.say(shop.voucher)
    till.until(Stage.AT_STATION, Said.QUOTED)
    qtbot.waitUntil(lambda: [offer.off for offer in till.model.state.offers] == [100])
    shop.confirm()
    till.until(Stage.TO_PAY)
    state = till.model.state
    assert (state.sums.due, state.sums.points, [line.off for line in state.lines]) == (899, 8, [0, 100])
    assert any("1.00 off coffee" in row.text for row in state.receipt)
    till.press(Qt.Key.Key_Enter)
    till.until(Stage.PAID)
    till.press(Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: till.model.state.notice == "Undone. Pay back $8.99.")
    assert not till.model.state.can_undo
    qtbot.waitUntil(lambda: till.tape.takings().till == 0)


def test_an_order_that_is_taken_back_stays_on_the_till(till: TillAtWork, shop: Shop, qtbot: QtBot) -> None:
    till.press(Qt.Key.Key_1, Qt.Key.Key_Enter)
    till.until(Stage.AT_STATION, Said.WAITING)
    till.press(Qt.Key.Key_Escape)
    till.until(Stage.SELLING)
    assert [line.name for line in till.model.state.lines] == ["Coffee"]
    qtbot.waitUntil(lambda: shop.say({"till": True})["order"] == "")


def test_what_was_open_when_it_ended_is_asked_for_first(shop: Shop, qtbot: QtBot, tmp_path: Path) -> None:
    till = TillAtWork(qtbot, shop, tmp_path)
    till.press(Qt.Key.Key_1, Qt.Key.Key_Enter)
    till.until(Stage.AT_STATION, Said.WAITING)
    till.close()
    shop.confirm()
    again = TillAtWork(qtbot, shop, tmp_path)
    again.until(Stage.TO_PAY)
    assert [line.name for line in again.model.state.lines] == ["Coffee"] and again.model.state.number == 1
    again.close()


def test_a_station_that_is_away_is_asked_again(shop: Shop, till: TillAtWork, qtbot: QtBot) -> None:
    till.press(Qt.Key.Key_1, Qt.Key.Key_Enter)
    till.until(Stage.AT_STATION, Said.WAITING)
    shop.station._till.api.close()
    qtbot.waitUntil(lambda: till.model.state.is_away, timeout=10_000)
    assert till.model.state.stage is Stage.AT_STATION

"""The store's other stations on the page of a day: head office's word with its age, asked while somebody looks."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Event

import pytest
from PySide6.QtCore import Qt

from sync.day_wire import StationDay, StoreDay
from sync.faults import HqUnreachable
from tests.builders import NOW_MS
from tests.ui.station_bench import Bench
from tests.ui.test_day_page import orders, record
from ui import texts_store_day as texts
from ui.gallery import states
from ui.gallery.today import station
from ui.models.known_flows import FLOWS
from ui.models.manager.devices_view import Line
from ui.models.manager.today import AskAgain, By, Step, TakeApart
from ui.models.state import Screen

Key = Qt.Key
STATES = states()


@dataclass
class HeadOffice:
    """Answers until it is cut off, and when it may."""

    own: str
    is_there: bool = True
    asked: list[date] = field(default_factory=list)
    may_answer: Event = field(default_factory=Event)

    def store_day(self, day: date) -> StoreDay:
        self.asked.append(day)
        assert self.may_answer.wait(10)
        if not self.is_there:
            raise HqUnreachable
        return StoreDay(
            day=day.isoformat(), stations=self._stations(), as_of_ms=NOW_MS - 4_000, is_whole=True
        )

    def _stations(self) -> list[StationDay]:
        mine = StationDay(
            device_id=self.own, name="this", orders=99, redemptions=99, value_given=99, new_members=99,
            overridden=99, until_seq=1, seen_ms=NOW_MS, behind=0, is_whole=True,
        )  # fmt: skip
        return [station(9), mine, station(2, behind=1)]


@pytest.fixture
def desk(bench: Bench) -> Bench:
    bench.model.add_flows(*FLOWS)
    return bench


@pytest.fixture
def hq(desk: Bench) -> HeadOffice:
    found = HeadOffice(desk.model.state.shop.station)
    found.may_answer.set()
    desk.model.store_devices = found
    yield found
    found.may_answer.set()


def come(desk: Bench) -> None:
    desk.model.open(Screen.MANAGER)
    desk.qtbot.waitUntil(lambda: orders(desk) is not None)
    desk.model.ask(TakeApart(By.STATION))


def others(desk: Bench):
    return desk.model.state.flow.shown.others


def until(desk: Bench, line: Line) -> None:
    desk.qtbot.waitUntil(lambda: others(desk).line is line)


def rows(desk: Bench) -> list[list[str]]:
    return [list(each) for each in texts.rows(desk.model.state.flow.shown, desk.model.state)]


def said(desk: Bench) -> str:
    return texts.said(others(desk), NOW_MS)


def test_this_station_says_its_own_and_the_others_are_head_offices(desk: Bench, hq: HeadOffice) -> None:
    record(desk, "T-1")
    come(desk)
    until(desk, Line.HEARD)
    assert [row[:2] for row in rows(desk)] == [
        ["This station", "1"],
        ["* till-2", "208"],
        ["till-9", "201"],
        ["Whole store", "410"],
    ]
    assert "4 s ago" in said(desk) and "* Some of it" in said(desk)
    hq.is_there = False
    desk.model.enter()
    until(desk, Line.OFFLINE)
    assert len(rows(desk)) == 4 and "4 s ago" in said(desk) and "does not answer" in said(desk)
    desk.model.ask(Step(-1))
    desk.qtbot.waitUntil(lambda: len(rows(desk)) == 1)  # of that day nothing was heard
    until(desk, Line.OFFLINE)
    assert "Known" not in said(desk) and "Whole store" not in str(rows(desk))


def test_the_newest_question_is_answered_and_none_where_nobody_looks(desk: Bench, hq: HeadOffice) -> None:
    hq.may_answer.clear()
    come(desk)
    first = desk.model.state.flow.shown.day
    for back in (1, 2, 3):
        desk.model.ask(Step(-1))
        wanted = first - timedelta(days=back)
        desk.qtbot.waitUntil(lambda wanted=wanted: desk.model.state.flow.shown.day == wanted)
    assert others(desk).line is Line.ASKING and hq.asked == [first]
    hq.may_answer.set()
    until(desk, Line.HEARD)
    assert hq.asked == [first, first - timedelta(days=3)] and others(desk).day == first - timedelta(days=3)
    desk.model.ask(TakeApart(By.HOUR))
    assert others(desk).stations == ()
    for intent in (Step(1), AskAgain()):
        desk.model.ask(intent)
    desk.qtbot.waitUntil(lambda: desk.model.state.flow.shown.day == first - timedelta(days=2))
    assert len(hq.asked) == 2


def test_an_answer_for_who_has_left_is_nobodys(desk: Bench, hq: HeadOffice) -> None:
    hq.may_answer.clear()
    come(desk)
    desk.qtbot.waitUntil(lambda: len(hq.asked) == 1)
    desk.model.escape()
    assert desk.model.state.screen is not Screen.MANAGER
    hq.may_answer.set()
    desk.model.open(Screen.MANAGER)
    desk.qtbot.waitUntil(lambda: orders(desk) is not None)
    until(desk, Line.HEARD)  # the way to look at a day stays, and asks anew
    assert len(hq.asked) == 2


def test_without_a_head_office_nobody_is_asked(desk: Bench) -> None:
    come(desk)
    until(desk, Line.NOBODY)
    assert len(rows(desk)) == 1 and "no head office in training" in said(desk)


def test_a_store_of_one_says_so() -> None:
    state = STATES["manager-today-stations-alone"]
    view = state.flow.shown
    assert "no other station" in texts.said(view.others, NOW_MS) and len(texts.rows(view, state)) == 1


def test_keys_of_the_stations(shown) -> None:
    shown.show(STATES["manager-today-offers"])
    assert shown.press(Key.Key_F6) == [("ask", TakeApart())]
    shown.show(STATES["manager-today-stations"])
    page = shown.window.pages[Screen.MANAGER].page
    assert page.place.isHidden() and page.table.isVisible() and page.again.isVisible()
    assert shown.press(Key.Key_Return) == [("enter",)]
    shown.show(STATES["manager-today-stations-asking"])
    assert not page.again.isEnabled()

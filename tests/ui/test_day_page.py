"""The manager's page of a day: its figures are the journal's, and all that its chart shows is reached by keys."""

import subprocess
import sys
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt

from app.station.redeem import hand_in
from tests.builders import an_order, at_till
from tests.ui.station_bench import Bench
from ui import texts_day_figures as texts
from ui.gallery import states
from ui.models.known_flows import FLOWS
from ui.models.manager.section import Wait
from ui.models.manager.today import By, Step, TakeApart, Typed
from ui.models.state import Screen

Key = Qt.Key
STATES = states()


@pytest.fixture
def desk(bench: Bench) -> Bench:
    bench.model.add_flows(*FLOWS)
    return bench


def record(desk: Bench, *numbers: str) -> None:
    def hand(store):
        for number in numbers:
            hand_in(store, an_order(number, ("tea", 4_000)), at_till(None))

    desk.thread.call(hand)
    desk.model.refresh()


def orders(desk: Bench) -> int | None:
    shown = desk.model.state.flow.shown
    return None if shown is None or shown.figures is None else shown.figures.orders


def test_a_day_is_what_the_journal_says_and_goes_on_as_the_till_does(desk: Bench) -> None:
    record(desk, "T-1", "T-2")
    desk.model.open(Screen.MANAGER)
    desk.qtbot.waitUntil(lambda: orders(desk) == 2)
    today = desk.model.state.flow.shown.day
    record(desk, "T-3")
    desk.qtbot.waitUntil(lambda: orders(desk) == 3)
    desk.model.ask(Step(-1))
    desk.qtbot.waitUntil(lambda: desk.model.state.flow.shown.day == today - timedelta(days=1))
    assert orders(desk) == 0
    desk.model.ask(Typed("yesterday"))
    assert today.isoformat() in desk.model.state.notice
    desk.model.ask(Typed((today + timedelta(days=400)).isoformat()))
    desk.qtbot.waitUntil(lambda: orders(desk) == 3)
    assert desk.model.state.flow.shown.day == today, "there is no figure of a day to come"
    desk.model.ask(Typed("0001-01-01"))
    desk.qtbot.waitUntil(lambda: orders(desk) == 0)
    first = desk.model.state.flow.shown.day
    desk.model.ask(Step(-1))
    desk.qtbot.waitUntil(lambda: desk.model.state.flow.wait is Wait.NO)
    assert desk.model.state.flow.shown.day == first, "days have an end"


def test_the_table_says_what_the_chart_says(shown) -> None:
    for name, count in (("manager-today", 11), ("manager-today-staff", 2), ("manager-today-many", 21)):
        state = STATES[name]
        view = state.flow.shown
        plot, rows = texts.plot(view, state), texts.rows(view, state)
        assert len(rows) == count and {len(row) for row in rows} == {len(texts.heads(view.by))}
        first = [row[0].removesuffix(":00") for row in rows[: len(plot.labels)]]
        assert first == list(plot.labels)


def test_arrows_go_through_the_chart_and_each_point_is_said(shown) -> None:
    shown.show(STATES["manager-today"])
    page = shown.window.pages[Screen.MANAGER].page
    points = page.place.points
    points.setFocus()
    shown.press(Key.Key_Home)
    first = points.accessibleName()
    assert "08:00" in first and points.chart.chosen == 0
    assert shown.press(Key.Key_Right) == []
    assert "09:00" in points.accessibleName() and page.place._said.whole in points.accessibleName()
    points.chart.choose(0)  # as the mouse does
    assert points.accessibleName() == first


def test_keys_of_the_page(shown) -> None:
    shown.show(STATES["manager-today"])
    assert shown.press(Key.Key_Left) == [("ask", Step(-1))]
    assert shown.press(Key.Key_F6) == [("ask", TakeApart())]
    shown.press(Key.Key_F7)
    assert shown.type("2017-11-02") == []
    assert shown.press(Key.Key_Return) == [("ask", Typed("2017-11-02"))]


def test_what_draws_charts_is_imported_by_nobody_but_a_chart() -> None:
    code = "import sys, ui.window, ui.manager.page, ui.manager.today; print('pyqtgraph' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_one_point_is_no_chart(shown) -> None:
    state = STATES["manager-today-one"]
    assert texts.plot(state.flow.shown, state).is_empty and texts.rows(state.flow.shown, state)
    shown.show(state)
    page = shown.window.pages[Screen.MANAGER].page
    assert page.place.points.isHidden() and page.place._empty.whole and page.table.isVisible()


def test_ways_to_take_a_day_apart_go_round(desk: Bench) -> None:
    desk.model.open(Screen.MANAGER)
    desk.qtbot.waitUntil(lambda: orders(desk) == 0)
    seen = []
    for _each in By:
        desk.model.ask(TakeApart())
        seen.append(desk.model.state.flow.shown.by)
    assert set(seen) == set(By)
    assert desk.model.state.flow.shown.day > date(2000, 1, 1)

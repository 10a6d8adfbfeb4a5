"""The manager's page of redemptions: found, filtered, read a page at a time, explained, kept, and all by keys."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.kept import FILE
from app.kept_pages import KeptPages
from app.review import rows as review_rows
from app.review.rows import Cursor, Filter, Found
from app.review.trace import TracedLine
from app.station.redeem import hand_in
from tests.builders import an_order, at_till
from tests.ui.station_bench import Bench
from ui import texts_trace
from ui.findings import check
from ui.gallery import settle, states
from ui.gallery.redemptions import NAMES, ROW, TRACE
from ui.manager import redemption_choices as choices
from ui.models.known_flows import FLOWS
from ui.models.manager import found_rows, redemptions
from ui.models.manager.flow import TurnTo
from ui.models.manager.found_rows import FoundRows
from ui.models.manager.redemptions import (
    Near,
    NotRead,
    RedemptionsView,
    SaveView,
    SetColumns,
    UseView,
    Want,
    Why,
)
from ui.models.manager.wanted import Kinds, Wanted, When, read_wanted
from ui.models.state import Screen
from ui.texts_redemptions import Chip, cell

Key = Qt.Key
STATES = states()
ALL = Wanted(Kinds.ALL)


@pytest.fixture
def desk(bench: Bench, tmp_path) -> Bench:
    bench.model.add_flows(*FLOWS)
    bench.model.kept_pages = KeptPages(tmp_path / "kept")
    return bench


def record(desk: Bench, count: int) -> None:
    def hand(store):
        for number in range(count):
            hand_in(store, an_order(f"R-{number}", ("tea", 4_000 + number)), at_till(None))

    desk.thread.call(hand)


def view(desk: Bench) -> RedemptionsView:
    return desk.model.state.flow.shown


def come_up(desk: Bench, wanted: Wanted = ALL) -> None:
    desk.model.open(Screen.MANAGER)
    desk.qtbot.waitUntil(lambda: getattr(desk.model.state.flow, "name", "") == "today")
    desk.model.ask(TurnTo("redemptions"))
    desk.model.ask(Want(wanted))
    until_found(desk)


def until_found(desk: Bench) -> None:
    desk.qtbot.waitUntil(lambda: view(desk).number > 0 and not view(desk).is_reading)


def test_the_newest_question_wins_and_says_what_it_comes_to(desk: Bench) -> None:
    record(desk, 3)
    come_up(desk)
    assert view(desk).count == 3
    for text in ("r", "r-", "r-1"):  # as fast as somebody types
        desk.model.ask(Want(replace(ALL, text=text)))
    until_found(desk)
    assert [row.order_id for row in view(desk).rows] == ["R-1"]
    desk.model.ask(Want(replace(ALL, amount_min=4_001, when=When.TODAY)))
    until_found(desk)
    assert view(desk).count == 2


def test_pages_come_and_go_as_the_list_is_looked_through(desk: Bench, monkeypatch) -> None:
    for module in (review_rows, found_rows, redemptions):
        monkeypatch.setattr(module, "PAGE", 2)
    record(desk, 11)
    come_up(desk)
    assert len(view(desk).rows) == 2 and view(desk).reached == 4
    for place in (3, 5, 7, 9, 10):
        desk.model.ask(Near(place))
        desk.qtbot.waitUntil(lambda place=place: view(desk).row(place) is not None)
    desk.qtbot.waitUntil(lambda: view(desk).reached == 11)
    assert view(desk).first > 0 and len(view(desk).rows) <= 6, "what is far away is let go"
    desk.model.ask(Near(0))
    desk.qtbot.waitUntil(lambda: view(desk).row(0) is not None)
    assert view(desk).row(0).order_id == "R-10"


def test_a_window_has_no_gap() -> None:
    found = FoundRows(count=1_000)
    page = tuple(replace(ROW, seq=1_000 - place) for place in range(100))
    for number in range(5):
        found.take(number, Found(page, 1_000, 0, Cursor(number)))
    found.let_go(0)
    assert set(found.pages) == {0, 1} and found.reached == 600
    assert found.missing(450) == 4
    found.take(4, Found(page, 1_000, 0, Cursor(4)))
    first, rows = found.window(450)
    assert (first, len(rows)) == (400, 100)


def test_the_why_of_a_row_is_read_and_closed_by_escape(desk: Bench) -> None:
    record(desk, 2)
    come_up(desk)
    desk.model.ask(Why(0))
    desk.qtbot.waitUntil(lambda: view(desk).trace is not None)
    assert view(desk).trace.row.order_id == "R-1"
    desk.model.escape()
    assert view(desk).traced is None and desk.model.state.screen is Screen.MANAGER
    desk.model.escape()
    assert desk.model.state.screen is Screen.IDLE


def test_a_why_says_all_that_it_knows() -> None:
    parts = dict(texts_trace.parts(TRACE, dict(NAMES), STATES["manager-redemptions-why"]))
    said = " ".join((*parts, *(each for part in parts.values() for each in part)))
    for words in (
        "Free coffee: given", "within the limit", "5.00 off from 30.00: did not apply", "Goodwill", "Ben B.",
        "comes out the same", "signed code", "1\u202f240 points", "not enough left", "Undone",
    ):  # fmt: skip
        assert words in said, words
    assert "Yılmaz" not in said
    typed = replace(TRACE, lines=(TracedLine(1, "", 1_000, 1_240, 236),))
    (_heading, happened), *_rest = texts_trace.parts(typed, dict(NAMES), STATES["manager-redemptions-why"])
    assert not [each for each in happened if "×" in each], "a total that was typed has no goods"
    assert cell("member", ROW, {}, STATES["manager-redemptions"]) == "A*** Y."


def test_views_and_columns_are_kept(desk: Bench, tmp_path) -> None:
    come_up(desk)
    wanted = Wanted(Kinds.UNDONE, When.WEEK, staff="s-1", amount_max=500, text="cof")
    assert read_wanted(wanted.record()) == wanted
    desk.model.ask(Want(wanted))
    desk.model.ask(SaveView(" Ada's week "))
    desk.model.ask(SetColumns((("order", 200), ("time", 10))))
    desk.model.ask(Want(ALL))
    desk.model.ask(UseView("Ada's week"))
    assert view(desk).wanted == wanted and view(desk).columns == (("order", 200), ("time", 56))
    file = tmp_path / "kept" / FILE
    desk.qtbot.waitUntil(lambda: file.exists() and "page_columns" in json.loads(file.read_text()))
    again = KeptPages(tmp_path / "kept")
    assert list(again.views) == ["Ada's week"] and again.columns == [("order", 200), ("time", 56)]
    desk.model.ask(SaveView("Ada's week", is_gone=True))
    assert view(desk).views == ()


def test_what_somebody_else_wrote_into_the_kept_file_stops_nobody(desk: Bench) -> None:
    desk.model.kept_pages.views = {"odd": {"when": "in May"}}
    come_up(desk)
    desk.model.ask(UseView("odd"))
    assert desk.model.state.notice and view(desk).wanted == ALL


def test_what_is_typed_into_a_panel() -> None:
    shown, currency = RedemptionsView(), STATES["manager-redemptions"].shop.currency
    days = choices.typed(Chip.DAYS, {"since": "2017-11-02", "until": ""}, shown, currency)
    assert days.wanted.when is When.DAYS and days.wanted.filter(shown.today).since.isoformat() == "2017-11-02"
    amounts = choices.typed(Chip.AMOUNT, {"amount_min": "12.50", "amount_max": "20"}, shown, currency)
    assert (amounts.wanted.amount_min, amounts.wanted.amount_max) == (1_250, 2_000)
    assert choices.typed(Chip.DAYS, {"since": "May", "until": ""}, shown, currency) == NotRead(is_day=True)
    assert choices.typed(Chip.AMOUNT, {"a": "x", "b": ""}, shown, currency) == NotRead(is_day=False)
    assert Wanted().filter(shown.today) == Filter(kinds=(review_rows.REDEEMED,))


def test_every_key_of_the_page(shown) -> None:
    shown.show(STATES["manager-redemptions"])
    page = shown.window.pages[Screen.MANAGER].page
    assert page.table.hasFocus() and page.table.row == 0
    shown.press(Key.Key_Down, Key.Key_Down)
    assert page.table.row == 2
    assert shown.press(Key.Key_Return) == [("ask", Why(2))]
    shown.press(Key.Key_F6)
    asked = shown.type("co")
    assert [intent.wanted.text for _ask, intent in asked] == ["c", "co"]
    shown.press(Key.Key_Escape)
    assert page.table.hasFocus()
    shown.press(Key.Key_F7, Key.Key_F7)
    assert page.chips[Chip.DAYS].hasFocus()
    shown.press(Key.Key_Space)
    assert page.panel.isVisible() and page.panel.table.hasFocus()
    shown.press(Key.Key_Down)
    (asked,) = shown.press(Key.Key_Return)
    assert asked[1].wanted.when is When.TODAY and page.panel.isHidden() and page.table.hasFocus()
    assert shown.press(Key.Key_Delete) == [("ask", Want(Wanted()))]
    assert shown.press(Key.Key_1) == [("ask", TurnTo("today"))]


def test_columns_are_made_wider_by_keys_and_by_the_mouse(shown) -> None:
    shown.show(STATES["manager-redemptions"])
    page = shown.window.pages[Screen.MANAGER].page
    page.chips[Chip.COLUMNS].click()
    (asked,) = shown.press(Key.Key_Plus)
    assert dict(asked[1].columns)["time"] == dict(page._view.columns)["time"] + choices.WIDER
    (asked,) = shown.press(Key.Key_Return)
    assert "time" not in dict(asked[1].columns) and page.panel.isVisible()
    shown.press(Key.Key_Escape)
    shown.model.asked.clear()
    page.table.setColumnWidth(1, 300)
    assert dict(shown.model.asked[0][1].columns)["member"] == 300


def test_the_number_of_an_order_can_be_pasted(shown) -> None:
    shown.show(STATES["manager-redemptions-why"])
    page = shown.window.pages[Screen.MANAGER].page
    page.drawer.copy.click()
    assert QGuiApplication.clipboard().text() == ROW.order_id
    QGuiApplication.clipboard().clear()
    QTest.keyClick(page.table, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == ROW.order_id
    shown.model.asked.clear()
    shown.press(Key.Key_Down)
    assert shown.model.asked == [("ask", Why(1))], "the why follows the row"


def test_what_can_be_chosen_has_room_on_every_chip(shown, dressed, qapp) -> None:
    dressed("pseudo", "dark")
    shown.window.draw_anew()
    shown.show(states()["manager-redemptions"])
    page = shown.window.pages[Screen.MANAGER].page
    for chip in Chip:
        page.chips[chip].click()
        settle(qapp, shown.window)
        assert check(shown.window, shown.window.grab().toImage(), (1024, 768)) == [], chip
        page.escape()


def test_a_redemption_is_found_and_explained_by_keys_alone(by_keys) -> None:
    station = by_keys
    station.redeem(station.card.code)
    station.press(Key.Key_F10)
    station.until(lambda: getattr(station.state.flow, "read_ms", 0) > 0)
    station.until(lambda: station.state.flow.shown.can_draw)
    assert station.state.flow.shown.figures.redemptions == 1
    station.press(Key.Key_2)
    station.until(lambda: station.state.flow.name == "redemptions" and station.state.flow.shown.count == 1)
    station.press(Key.Key_Return)
    station.until(lambda: station.state.flow.shown.trace is not None)
    station.until(lambda: station.has_shown("5.00 off from 30.00: given"))
    station.press(Key.Key_Escape, Key.Key_Escape)
    station.until_screen(Screen.IDLE)

"""The queue: as many rows as the pill counts, read by pages; what was sent; what needs a look; real keys."""

from dataclasses import replace
from itertools import count

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.core.verdicts import Flag, Verdict
from app.station import queue as station_queue
from app.station.queue import Tab, masked, queue_page, without_head_office
from app.station.redeem import hand_in
from app.store.journal import WordOfHq
from tests.builders import an_order, at_till
from tests.ui.station_bench import Bench
from ui.gallery import states
from ui.models import queue as queue_model
from ui.models.queue import Copied, Hand, Queue, QueueView, ReadOn, TurnTo
from ui.models.state import Screen
from ui.station.queue import QueuePage
from ui.texts_queue import why

Key = Qt.Key
STATES = states()


@pytest.fixture
def station(bench: Bench) -> Bench:
    bench.model.add_flows(Queue)
    return bench


def view(bench: Bench) -> QueueView:
    found = bench.model.state.flow
    assert isinstance(found, QueueView)
    return found


NUMBERS = count(1)


def record(bench: Bench, orders: int) -> None:
    def hand(store):
        for _ in range(orders):
            hand_in(store, an_order(f"Q-{next(NUMBERS)}", ("tea", 300)), at_till(None))

    bench.thread.call(hand)
    bench.model.refresh()


def open_queue(bench: Bench, rows: int) -> None:
    bench.model.open(Screen.QUEUE)
    bench.qtbot.waitUntil(lambda: view(bench).is_read and len(view(bench).rows) == rows)


def acknowledge(bench: Bench, *words: WordOfHq) -> None:
    def ack(store):
        with store.atomic():
            store.set_acked_seq(store.journal.head().seq)
            store.journal.append_verdicts(words)

    bench.thread.call(ack)
    bench.model.refresh()


def test_there_are_as_many_rows_as_the_pill_counts_whatever_happens(station: Bench):
    record(station, 3)
    station.qtbot.waitUntil(lambda: station.model.state.pill.waiting == 3)
    open_queue(station, 3)
    assert station.woken  # whoever looks wants to know what is new
    record(station, 2)  # the till goes on
    station.qtbot.waitUntil(lambda: len(view(station).rows) == 5)
    assert station.model.state.pill.waiting == 5
    assert [row.seq for row in view(station).rows] == sorted(row.seq for row in view(station).rows)[::-1]
    acknowledge(station)
    station.qtbot.waitUntil(lambda: not view(station).rows)
    assert station.model.state.pill.waiting == 0
    station.model.ask(TurnTo(Tab.SENT))
    station.qtbot.waitUntil(lambda: len(view(station).rows) == 5)
    station.model.escape()
    assert station.model.state.screen is Screen.IDLE


def test_long_lists_are_read_a_page_at_a_time(station: Bench, monkeypatch: pytest.MonkeyPatch):
    for module in (station_queue, queue_model):
        monkeypatch.setattr(module, "PAGE", 2)
    record(station, 5)
    open_queue(station, 2)
    for rows in (4, 5, 5):
        station.model.ask(ReadOn())
        station.qtbot.waitUntil(lambda rows=rows: len(view(station).rows) == rows)
    assert not view(station).is_more
    assert len({row.seq for row in view(station).rows}) == 5


def test_what_head_office_looks_at_comes_first_with_its_reason(station: Bench):
    record(station, 2)
    seq = station.head()
    acknowledge(station, WordOfHq(seq, Verdict.FLAGGED, (Flag.OVERSPENT,)))
    station.qtbot.waitUntil(lambda: station.thread.call(lambda store: store.journal.flagged_count()) == 1)
    (row,) = station.thread.call(lambda store: queue_page(store, Tab.ATTENTION))
    assert (row.seq, row.verdict) == (seq, Verdict.FLAGGED)
    assert (
        why(row, QueueView(Tab.ATTENTION), station.model.state)
        == "There was not enough left for it any more."
    )


def test_what_goes_on_without_head_office_is_what_the_program_says(station: Bench):
    found = station.thread.call(without_head_office)
    assert [each.offline.value for each in found.offered] == ["always"] * 3
    assert found.leases == ()


def test_an_entry_is_handed_to_the_manager_and_says_so(station: Bench):
    record(station, 2)
    open_queue(station, 2)
    newest, other = view(station).rows
    station.model.ask(Hand(newest.seq))
    station.qtbot.waitUntil(lambda: view(station).rows == (replace(newest, is_handed=True), other))
    assert station.model.state.notice == "It is handed to the manager."
    handed = station.thread.call(lambda store: store.journal.listing.handed())
    assert [(each.seq, each.staff) for each in handed] == [(newest.seq, "")]


def test_what_is_chosen_is_copied_and_handed_by_the_buttons(shown) -> None:
    shown.show(STATES["queue-kinds"])
    drawer = shown.window.pages[Screen.QUEUE].drawer
    assert drawer.rows.currentIndex().row() == 0
    drawer.copy.setFocus()
    assert shown.press(Key.Key_Space) == [("ask", Copied("D1K6Q4:1:91"))]
    assert QGuiApplication.clipboard().text() == "D1K6Q4:1:91"
    drawer.hand.setFocus()
    assert shown.press(Key.Key_Space) == [("ask", Hand(91))]


def test_a_row_that_says_something_else_stays_where_it_is(shown) -> None:
    state = STATES["queue-offline"]
    shown.show(state)
    rows = shown.window.pages[Screen.QUEUE].drawer.rows
    rows.setCurrentIndex(rows.entries.index(5))
    handed = tuple(replace(row, is_handed=True) for row in state.flow.rows)
    shown.show(replace(state, flow=replace(state.flow, rows=handed)))
    assert rows.currentIndex().row() == 5
    assert not shown.window.pages[Screen.QUEUE].drawer.hand.isEnabled()


@pytest.mark.parametrize(
    ("name", "ref", "shown"),
    [("Ada Lovelace", "1", "Ada L."), ("김서연", "1", "김…"), ("", "4006381333942", "…42"), ("", "", "")],
)
def test_members_are_masked(name: str, ref: str, shown: str):
    assert masked(name, ref) == shown


def test_keys_go_through_the_list_and_past_it(shown) -> None:
    shown.show(STATES["queue-stale"])
    page = shown.window.pages[Screen.QUEUE]
    assert isinstance(page, QueuePage)
    rows = page.drawer.rows
    assert shown.window.focusWidget() is rows
    shown.press(Key.Key_Down, Key.Key_Down)
    assert rows.currentIndex().row() > 0
    assert page.drawer._details.text()
    assert ("ask", ReadOn()) in shown.press(Key.Key_End)  # the next page of the journal
    assert shown.press(Key.Key_1, Key.Key_A) == []
    assert shown.press(Key.Key_F2, Key.Key_Return, Key.Key_Escape) == [
        ("open", Screen.EARN), ("enter",), ("escape",),
    ]  # fmt: skip


def test_tabs_are_turned_by_keys(shown) -> None:
    shown.show(STATES["queue-offline"])
    page = shown.window.pages[Screen.QUEUE]
    page.drawer.tabs[Tab.SENT].setFocus()
    assert shown.press(Key.Key_Space) == [("ask", TurnTo(Tab.SENT))]


def test_ten_thousand_rows_are_painted_by_those_in_view(shown) -> None:
    state = STATES["queue-stale"]
    row = state.flow.rows[0]
    rows = tuple(replace(row, seq=20_000 - place) for place in range(10_000))
    shown.show(replace(state, flow=replace(state.flow, rows=rows, is_more=False)))
    page = shown.window.pages[Screen.QUEUE]
    page.drawer.rows.scrollToBottom()
    assert page.drawer.rows.entries.rowCount() == 10_000
    assert page.drawer.rows.indexAt(page.drawer.rows.rect().center()).row() > 9_900

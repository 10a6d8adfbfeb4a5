"""What wants a look: found by day and kind, marked one or several with a word, handed to the export as it stands."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.core.approvals import Why
from app.core.entry import NOTED, OVERRIDE, PIN_LOCK, STAFF_CHANGE
from app.core.order import Line
from app.review.exceptions import What
from app.station.identify import SeenMember, identify
from app.station.redeem import OrderIn, hand_in
from app.store.store import StationStore
from tests.builders import NOW_MS, at_till
from tests.review.test_exceptions import record
from tests.ui.office import Office, open_office
from tests.ui.station_bench import Bench
from ui import texts_exceptions as texts
from ui.gallery import states
from ui.gallery.exceptions import NAMES, OVERRIDDEN
from ui.models.manager import export_view as export
from ui.models.manager.exceptions_view import (
    ExceptionsView,
    ExportThese,
    MarkSeen,
    Seen,
    ShowWhy,
    Tick,
    WantSeen,
    WantSpan,
    WantWhat,
    key_of,
)
from ui.models.manager.spans import Span
from ui.models.state import State

DAY_MS = 86_400_000


def seen_member(store: StationStore, office: Office) -> SeenMember:
    found = identify(store, office.bench.card.code)
    assert isinstance(found, SeenMember)
    return found


Key = Qt.Key
STATES = states()


def overrides(store: StationStore, days_ago: int) -> None:
    at_ms = NOW_MS - days_ago * DAY_MS
    said = {"cashier": "c-1", "what": "pin_lock", "staff": "c-1", "approver": "m-1"}
    approval = {"id": f"{days_ago:032}", "why": "pin_forgotten"}
    record(store, OVERRIDE, at_ms, approval=approval, **said)


@pytest.fixture
def office(bench: Bench) -> Office:
    for days_ago in (2, 1, 1, 0):
        bench.thread.call(lambda store, ago=days_ago: overrides(store, ago))
    made = open_office(bench)
    made.open("exceptions")
    return made


def test_what_was_done_about_staff_says_about_whom() -> None:
    row = replace(OVERRIDDEN, kind=STAFF_CHANGE, detail=Why.PIN_KNOWN.value, whom="ben")
    assert "Staff changed: Ben Okoro. " in texts.sentence(row, ExceptionsView(names=NAMES), State())


def test_whoever_asks_for_a_day_gets_all_of_it_and_seen_ones_stay_seen(office: Office) -> None:
    assert (len(office.view.rows), office.view.unseen, office.view.wanted.seen) == (4, 4, Seen.NEW)
    office.ask(MarkSeen(key_of(office.view.rows[1]), "  asked\nBen "))
    office.until(lambda: office.view.unseen == 3)
    assert len(office.view.rows) == 3, "it is among those that nobody has seen no more"
    office.ask(WantSpan(Span.YESTERDAY))
    assert [row.is_seen for row in office.view.rows] == [True, False] and office.view.wanted.seen is Seen.ALL
    office.bench.model.escape()
    office.open("exceptions")
    office.ask(WantSeen(Seen.SEEN))
    (row,) = office.view.rows
    assert (row.note, row.seen_by, office.view.name_of(row.seen_by)) == ("asked Ben", office.mia, "Mia")
    office.until(lambda: office.state.unseen == 3)


def test_several_are_marked_at_once(office: Office) -> None:
    rows = office.view.rows
    office.ask(*(Tick(key_of(row)) for row in rows[:3]), Tick(key_of(rows[0])), MarkSeen(key_of(rows[3]), ""))
    office.until(lambda: office.view.unseen == 2)
    assert {key_of(row) for row in office.view.rows} == {key_of(rows[0]), key_of(rows[3])}
    assert office.store(lambda store: [e.type for e in store.journal.entries()].count(NOTED)) == 2


def test_what_stands_there_is_what_is_exported(office: Office, tmp_path: Path) -> None:
    office.bench.model.escape()
    office.store(lambda store: record(store, PIN_LOCK, NOW_MS - DAY_MS, staff="c-1", locks=1, wait_s=60))
    office.open("exceptions")
    office.ask(WantSpan(Span.YESTERDAY))
    assert len(office.view.rows) == 3
    office.ask(WantWhat(What.OVERRIDE), ExportThese())
    assert office.state.flow.name == "export" and office.view.what is export.What.EXCEPTIONS
    office.until(lambda: office.view.places != ())
    office.ask(export.PutInto(str(tmp_path)))
    office.bench.model.enter()
    office.until(lambda: office.view.written is not None)
    text = (tmp_path / office.view.written.name).read_text("utf-8-sig")
    assert (
        office.view.written.count == 2
        and len(text.splitlines()) == 3
        and text.count("The PIN was forgotten") == 2
    )
    office.ask(export.TakeAll())
    assert office.view.written is None
    office.bench.model.enter()
    office.until(lambda: office.view.written is not None)
    assert office.view.written.name.endswith("-2.csv"), "no file is ever written over"


def test_from_a_row_its_why_comes_up_beside_the_order(office: Office) -> None:
    office.bench.model.escape()
    for number in range(4):  # each after the third is one too many of the same member
        order = OrderIn(f"W-{number}", (Line(1, "coffee", 1, 499),))
        office.store(
            lambda store, order=order: hand_in(store, order, at_till(member=seen_member(store, office)))
        )
    office.open("exceptions")
    (row,) = (row for row in office.view.rows if row.what is What.OFTEN)
    office.ask(ShowWhy(key_of(row)))
    assert office.state.flow.name == "redemptions"
    office.until(lambda: office.view.trace is not None)
    assert office.view.trace.row.order_id == row.order_id


def test_keys_of_the_page(shown) -> None:
    shown.show(STATES["exceptions-overrides"])
    assert shown.press(Key.Key_Right) == [("ask", WantSpan(Span.WEEK))]
    assert shown.press(Key.Key_F6)[-1] == ("ask", WantWhat(None))
    assert shown.press(Key.Key_Space)[-1] == ("ask", Tick(key_of(OVERRIDDEN)))
    page = shown.window.pages[STATES["exceptions"].screen].page
    shown.press(Key.Key_N)
    assert page.list.note.hasFocus() and page.list.note.text() == "n"
    assert shown.press(Key.Key_1, Key.Key_Return)[-1] == ("ask", MarkSeen(key_of(OVERRIDDEN), "n1"))
    assert page.list.rows.hasFocus() and page.list.note.text() == ""

"""The end of a day at the window: closed as it stands there, re-opened as it was, printed and saved alike."""

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.core.approvals import Why
from app.review.sheet import Form as CsvForm
from app.station.redeem import hand_in
from tests.builders import an_order, at_till
from tests.ui.office import Office, open_office
from tests.ui.station_bench import Bench
from ui import texts_day
from ui.gallery import states
from ui.gallery.day import REPORT
from ui.models.manager.day import CloseDay, Form, PutInto, Save, Turn
from ui.models.manager.places import places
from ui.models.state import Screen

Key = Qt.Key
DAY_MS = 86_400_000
STATES = states()


@pytest.fixture
def office(bench: Bench) -> Office:
    bench.thread.call(lambda store: hand_in(store, an_order("A-1", ("coffee", 3_500)), at_till()))
    made = open_office(bench)
    made.open("day")
    return made


def test_what_is_signed_off_is_what_stands_there_and_reads_the_same_ever_after(office: Office) -> None:
    before = office.view.report
    assert (before.figures.orders, before.figures.total, office.view.needs_pin) == (1, 3_500, True)
    office.bench.model.enter()
    office.store(lambda store: hand_in(store, an_order("A-2"), at_till()))  # while the manager types
    assert before.day.isoformat() in office.approve(Why.DAY_CHECKED)
    office.until(lambda: not office.view.is_open)
    closed = office.view.report
    assert (closed.figures, closed.day, closed.close.approver) == (before.figures, before.day, office.mia)
    assert (office.state.pill.waiting >= 0, closed.name_of(office.mia)) == (True, "Mia")
    office.bench.model.escape()
    office.open("day")
    assert (office.view.report, office.view.since) == (closed, 1), (
        "the order made meanwhile is the next day's"
    )


def close(office: Office) -> None:
    office.bench.model.enter()
    office.approve(Why.DAY_CHECKED)
    office.until(lambda: not office.view.is_open)


def another_day(office: Office, order: str) -> None:
    """Let a night pass, and somebody buy something."""
    office.bench.model.lock_after_s = 10 * DAY_MS  # nobody is locked out for the night
    office.bench.clock.set_ms(office.bench.clock.now_ms() + DAY_MS)
    office.bench.model.refresh()
    office.until(lambda: office.state.now_ms >= office.bench.clock.now_ms())
    office.store(lambda store: hand_in(store, an_order(order), at_till()))


def test_days_that_were_forgotten_are_closed_one_after_the_other(office: Office) -> None:
    monday = office.view.report.day
    close(office)
    office.bench.model.escape()
    for order in ("A-2", "A-3"):
        another_day(office, order)
    office.open("day")
    assert (office.view.waiting_days, (office.view.report.day - monday).days) == (2, 1)
    close(office)
    office.until(lambda: office.view.has_open)
    office.ask(Turn(1))
    assert office.view.is_open and (office.view.report.day - monday).days == 2
    office.ask(Turn(-1))
    office.until(lambda: (office.view.report.day - monday).days == 1 and not office.view.is_open)


def test_a_day_that_is_not_approved_stays_open(office: Office) -> None:
    office.ask(CloseDay())
    office.bench.model.escape()
    assert office.state.screen is Screen.MANAGER and office.view.is_open


@pytest.mark.parametrize(
    ("form", "begins"), [(Form.PDF, b"%PDF"), (Form.PNG, b"\x89PNG"), (Form.CSV, b"\xef\xbb\xbf")]
)
def test_a_day_is_saved_beside_what_is_there_already(
    office: Office, tmp_path: Path, form: Form, begins: bytes
) -> None:
    office.until(lambda: office.view.places != ())
    office.ask(PutInto(str(tmp_path)), Save(form))
    name = office.view.report.name
    office.until(lambda: str(tmp_path / f"{name}.{form}") in office.state.notice)
    office.ask(Save(form))
    office.until(lambda: f"{name}-2.{form}" in office.state.notice)
    assert [path.read_bytes().startswith(begins) for path in tmp_path.glob("end-of-day*")] == [True, True]


def test_where_there_is_no_folder_for_documents_files_go_to_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    assert places()[0].path == str(tmp_path)
    (tmp_path / "Documents").mkdir()
    assert places()[0].path == str(tmp_path / "Documents")


def test_where_nothing_can_be_written_it_says_so(office: Office, tmp_path: Path) -> None:
    office.ask(PutInto(str(tmp_path / "pulled out")), Save(Form.CSV))
    office.until(lambda: "Nothing was written" in office.state.notice)


def test_paper_and_file_say_what_the_page_says() -> None:
    facts = [(fact.what, fact.figure) for group in texts_day.groups(REPORT) for fact in group.facts]
    printed = [(row.left, row.right) for row in texts_day.sheet(REPORT).rows if hasattr(row, "right")]
    assert [pair for pair in printed if not pair[0].startswith(" ")] == facts
    for separator, worth in ((";", "3124,50"), (",", "3124.50")):
        table = texts_day.csv(REPORT, CsvForm(separator)).decode("utf-8-sig").splitlines()
        _title, *cells = csv.reader(table, delimiter=separator)
        assert [cell[1] for cell in cells] == [what for what, _figure in facts]
        assert dict(cell[1:3] for cell in cells)["Worth of all orders"] == worth, "a number to reckon with"


def test_keys_of_the_page(shown) -> None:
    shown.show(STATES["day-earlier"])
    assert shown.press(Key.Key_Left, Key.Key_Right) == [("ask", Turn(-1)), ("ask", Turn(1))]
    shown.show(STATES["day"])
    (asked,) = shown.press(Key.Key_Return)
    assert isinstance(asked[1], CloseDay)
    assert shown.press(Key.Key_F7)[-1] == ("ask", Save(Form.PDF))

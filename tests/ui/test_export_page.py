"""Exporting: columns in one's own order, days as they are typed, places that can't be written to, and stopping."""

import os
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.review.export import Column
from app.review.new_file import Cannot, NotWritten, Stopped, Watched, write_new
from app.review.rows import Filter
from app.review.sheet import Form
from app.station.redeem import hand_in
from tests.builders import an_order, at_till
from tests.ui.office import Office, open_office
from tests.ui.station_bench import Bench
from ui import i18n
from ui.gallery import states
from ui.models.manager.export_view import (
    ExportView,
    MoveColumn,
    PutInto,
    Take,
    TakeDates,
    TakeSpan,
    TurnColumn,
    What,
    WriteSo,
)
from ui.models.manager.spans import Span

Key = Qt.Key
STATES = states()
TODAY = date(2026, 1, 5)


@pytest.fixture
def office(bench: Bench, tmp_path: Path) -> Office:
    for number in range(3):
        bench.thread.call(lambda store, n=number: hand_in(store, an_order(f"A-{n}"), at_till()))
    made = open_office(bench)
    made.open("export")
    made.until(lambda: made.view.places != ())
    made.ask(PutInto(str(tmp_path)))
    return made


def written(office: Office) -> str:
    office.bench.model.enter()
    office.until(lambda: office.view.written is not None)
    return (office.view.written.folder / office.view.written.name).read_bytes().decode("utf-8")


def test_only_the_columns_that_were_chosen_in_their_order(office: Office) -> None:
    for column, is_on in office.view.columns:
        if is_on is not (column in (Column.ORDER, Column.TOTAL)):
            office.ask(TurnColumn(column))
    while office.view.chosen[0] is not Column.TOTAL:
        office.ask(MoveColumn(Column.TOTAL, -1))
    office.ask(WriteSo(Form(";", has_bom=False)))
    assert written(office) == "Total;Order\r\n" + "".join(f"4,99;A-{n}\r\n" for n in range(3))


@pytest.mark.parametrize("what", [What.TRAIL, What.DAYS, What.EXCEPTIONS])
def test_each_of_the_others_is_a_file_with_its_heads(office: Office, what: What) -> None:
    office.ask(Take(what), TakeSpan(Span.ALL))
    text = written(office)
    assert text.startswith("\ufeff") and "_" not in text.splitlines()[0], "each column has a name for people"
    assert office.view.noted == ("exported" if what is What.EXCEPTIONS else "export")


def test_what_another_page_had_found_and_days_that_are_typed(office: Office) -> None:
    section = office.bench.model._flows.current.sections["today"]
    office.bench.model._flows.current._turn_to("today")
    section.handed_over.emit("export", Filter(since=TODAY, until=TODAY, text="A-1"))
    assert (office.view.span, office.view.filter, office.view.is_filtered) == (
        Span.TODAY,
        Filter(text="A-1"),
        True,
    )
    assert written(office).count("\r\n") == 2
    office.ask(TakeDates(date(2026, 1, 6), None))
    assert office.view.span is Span.OWN and written(office).count("\r\n") == 1


def test_a_place_that_is_gone_says_so_and_keeps_what_was_chosen(office: Office, tmp_path: Path) -> None:
    office.ask(PutInto(str(tmp_path / "stick")))
    office.bench.model.enter()
    office.until(lambda: office.view.cannot is Cannot.MISSING)
    assert not office.view.is_busy and office.view.written is None


def test_a_file_that_nobody_wants_any_more_leaves_nothing_behind(tmp_path: Path) -> None:
    def write(file) -> int:
        watched = Watched(file, told=told.append, is_stopped=lambda: len(told) == 2)
        while True:
            watched.write(b"a;b\r\n")

    told: list[int] = []
    with pytest.raises(Stopped):
        write_new(tmp_path, "x.csv", write)
    assert (told, list(tmp_path.iterdir())) == ([1, 2], [])


@pytest.mark.parametrize("has_links", [True, False])
def test_half_a_file_has_another_name_than_a_whole_one(
    tmp_path: Path, has_links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(_part: Path, _path: Path) -> None:
        raise PermissionError(1, "Operation not permitted")  # as on a stick

    def write(file) -> int:
        halves.append([path.name for path in tmp_path.iterdir() if path.suffix == ".csv"])
        return file.write(b"new")

    halves: list[list[str]] = []
    if not has_links:
        monkeypatch.setattr(os, "link", link)
    (tmp_path / "x.csv.part").write_bytes(b"of a computer that went off")
    assert [write_new(tmp_path, "x.csv", write).name for _ in range(2)] == ["x.csv", "x-2.csv"]
    assert halves == [[], ["x.csv"]], "while it is written nothing looks like it"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x-2.csv", "x.csv", "x.csv.part"]


def test_a_full_disk_leaves_nothing_behind_and_nothing_is_written_over(tmp_path: Path) -> None:
    def full(_file) -> int:
        raise OSError(28, "No space left on device")

    with pytest.raises(NotWritten) as problem:
        write_new(tmp_path, "x.csv", full)
    assert problem.value.why is Cannot.FULL and list(tmp_path.iterdir()) == []
    (tmp_path / "x.csv").write_bytes(b"mine")
    assert write_new(tmp_path, "x.csv", lambda file: file.write(b"new")).name == "x-2.csv"
    assert (tmp_path / "x.csv").read_bytes() == b"mine"
    assert Watched(BytesIO(), told=lambda rows: None, is_stopped=lambda: False).write(b"a") == 1


def test_a_language_has_the_separator_that_its_spreadsheets_expect(bench: Bench) -> None:
    office = open_office(bench)
    with i18n.speaking("tr"):
        office.open("export")
        assert office.view.form == Form(";", has_bom=True)


def test_keys_of_the_page(shown) -> None:
    shown.show(STATES["export"])
    assert shown.press(Key.Key_Right) == [("ask", Take(What.EXCEPTIONS))]
    assert shown.press(Key.Key_F6)[-1] == ("ask", TakeSpan(Span.YESTERDAY))
    first = ExportView().columns[0][0]
    assert shown.press(Key.Key_Space)[-1] == ("ask", TurnColumn(first))
    assert shown.press(Key.Key_Plus)[-1] == ("ask", MoveColumn(first, 1))
    assert shown.press(Key.Key_Return)[-1] == ("enter",)
    page = shown.window.pages[STATES["export"].screen].page
    page.rows.since.setText("2017-11-02")
    page.rows.until.setText("yesterday")
    page.rows.since.entered.emit("")
    assert page.rows.until.hasFocus(), "what is no date is to be typed again"
    page.rows.until.setText("2017-11-03")
    page.rows.until.entered.emit("")
    assert shown.model.asked[-1] == ("ask", TakeDates(date(2017, 11, 2), date(2017, 11, 3)))

"""Files for spreadsheet programs: nothing in them acts as a formula, and a list is read page by page."""

import csv
import io

import pytest
from fastapi.responses import StreamingResponse

from hq.csv_files import amount_cell, by_pages, csv_answer, moment_cell, write_csv
from hq.faults import Malformed


def read(parts: bytes) -> list[list[str]]:
    """Read a file as a spreadsheet program would."""
    return list(csv.reader(io.StringIO(parts.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-1", "@SUM(A1)", "\tx", "\rx", " =1", "＝1"])
def test_a_text_that_begins_like_a_formula_is_written_as_a_text(text: str) -> None:
    assert read(b"".join(write_csv(["A"], [[text]]))) == [["A"], ["'" + text]]


@pytest.mark.parametrize("text", ["", " ", "Kim, Ana", 'the "first"', "two\r\nlines", "김하나", "1-1"])
def test_other_texts_come_back_as_they_are(text: str) -> None:
    assert read(b"".join(write_csv(["A", "B"], [[text, 1]]))) == [["A", "B"], [text, "1"]]


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    row = [-5, None, amount_cell(-1205, "EUR"), amount_cell(5, "EUR"), amount_cell(-7, "KRW"),
           amount_cell(None, "EUR"), moment_cell(0, "UTC"), moment_cell(1_000, "Asia/Seoul")]  # fmt: skip
    found = read(b"".join(write_csv(list("ABCDEFGH"), [row])))
    assert found[1] == ["-5", "", "-12.05", "0.05", "-7", "", "", "1970-01-01 09:00:01"]


def test_all_pages_of_a_list_are_read_each_once() -> None:
    pages: dict[str | None, tuple[list[int], str | None]] = {
        None: ([1, 2], "b"),
        "b": ([3, 4], "c"),
        "c": ([], None),
    }
    asked: list[str | None] = []

    def page(cursor: str | None) -> tuple[list[int], str | None]:
        asked.append(cursor)
        return pages[cursor]

    assert list(by_pages(page)) == [1, 2, 3, 4]
    assert asked == [None, "b", "c"]


def test_more_rows_than_are_written_at_once_all_arrive() -> None:
    parts = list(write_csv(["N"], ([n] for n in range(1_201))))
    assert len(parts) == 4
    assert read(b"".join(parts)) == [["N"], *([str(n)] for n in range(1_201))]


def test_a_list_that_is_refused_is_refused_before_anything_is_sent() -> None:
    def page(_cursor: str | None) -> tuple[list[int], str | None]:
        raise Malformed("This cursor is none of HQ's.")

    with pytest.raises(Malformed):
        csv_answer("orders", ["N"], by_pages(page), lambda n: [n])


def test_the_answer_is_a_file_of_that_name() -> None:
    answer = csv_answer("orders", ["N"], [1], lambda n: [n])
    assert isinstance(answer, StreamingResponse)
    assert answer.headers["content-disposition"] == 'attachment; filename="orders.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"

"""Files that spreadsheet programs open right: what is a number is one, what is a text is nothing but a text."""

import csv
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest

from app.review.export import USUAL, Column, Form, form_for, write_csv
from app.review.rows import Filter
from app.review.sheet import Sheet, id_cell, text_cell
from app.review.trail import HEADS, write_trail
from app.station.identify import identify
from app.station.noted import About, note
from app.station.redeem import hand_in
from app.store.review.review import Review
from app.store.store import StationStore
from tests.builders import a_member, a_voucher, an_order, at_till
from tests.station.test_void import Till

Read = Callable[[StationStore], Review]
TODAY = date(2026, 1, 5)
EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", " =1+1", "=cmd|'/c calc'!A1")


def say(column: str, code: str) -> str:
    return f"{column}/{code}" if code else column.upper()


def exported(review: Review, columns=USUAL, form: Form | None = None, wanted: Filter | None = None) -> str:
    to = BytesIO()
    write_csv(review, wanted or Filter(), columns, form or Form(), to, say=say)
    return to.getvalue().decode()


@pytest.mark.parametrize("language", ["en", "ko", "tr", "ru", "id"])
def test_amounts_and_days_are_what_a_spreadsheet_of_the_language_expects(
    store: StationStore, read: Read, language: str
) -> None:
    hand_in(store, an_order("A-1", ("coffee", 123_456)), at_till(None, identify(store, a_voucher(store))))
    columns = (Column.DAY, Column.TIME, Column.TOTAL, Column.DISCOUNT, Column.PAID, Column.POINTS_EARNED)
    form = form_for(language)
    text = exported(read(store), columns, form)
    assert text[0] == "\ufeff" and text.endswith("\r\n") and text.count("\r\n") == 2
    cents = {",": ".", ";": ","}[form.separator]
    assert form.separator == (";" if language in ("tr", "ru", "id") else ",")
    (row,) = list(csv.reader(text[1:].splitlines(), delimiter=form.separator))[1:]
    assert row == ["2026-01-05", "12:00:00", f"1234{cents}56", f"1{cents}00", f"1233{cents}56", "0"]


def test_what_was_voided_takes_out_of_each_sum_what_its_order_put_in(till: Till, read: Read) -> None:
    till.undo(till.buys(cashier=till.ben), cashier=till.ben)
    columns = (Column.TOTAL, Column.DISCOUNT, Column.PAID, Column.POINTS_EARNED, Column.POINTS_SPENT)
    rows = list(csv.reader(exported(read(till.store), columns).splitlines()))[1:]
    assert rows == [["15.00", "4.50", "10.50", "10", "30"], ["-15.00", "-4.50", "-10.50", "-10", "-30"]]


def test_columns_come_in_the_order_chosen_and_without_a_mark_where_none_is_wanted(
    store: StationStore, read: Read
) -> None:
    member = identify(store, a_member(store, name='Ada; "L"').code)
    hand_in(store, an_order("0017"), at_till(member, identify(store, a_voucher(store)), cashier="c-1"))
    columns = (Column.MEMBER, Column.ORDER, Column.OFFERS, Column.KIND, Column.STAFF, Column.STANDING)
    text = exported(read(store), columns, Form(";", has_bom=False))
    assert text.splitlines() == [
        "MEMBER;ORDER;OFFERS;KIND;STAFF;STANDING",
        '"Ada; ""L""";\'0017;1.00 off coffee;kind/order;c-1;standing/waiting',
    ]


@pytest.mark.parametrize("text", EVIL)
def test_no_text_becomes_a_formula(text: str) -> None:
    (row,) = csv.reader([text_cell(text).replace("\r", " ").replace("\n", " ")])
    assert row[0].startswith("'") and row[0][1:].strip() == text.strip()


@pytest.mark.parametrize(
    ("given", "written"),
    [("4711", "4711"), ("0", "0"), ("0017", "'0017"), ("1" * 16, "'" + "1" * 16), ("12E4567890123", "'12E4567890123"),
     ("1-17", "'1-17"), ("A-17", "A-17"), ("3.5", "'3.5"), ("=A1", "'=A1"), ("", ""), ("a,b", '"a,b"')],
)  # fmt: skip
def test_a_number_of_the_till_stays_as_it_is(given: str, written: str) -> None:
    assert id_cell(given) == written


@pytest.mark.parametrize(
    ("digits", "minor", "written"),
    [(2, 5, "0,05"), (2, -1250, "-12,50"), (0, -1250, "-1250"), (3, 1, "0,001"), (2, 0, "0,00")],
)
def test_amounts_have_the_digits_of_their_currency(digits: int, minor: int, written: str) -> None:
    assert Sheet(Form(";"), BytesIO(), digits=digits).amount(minor) == written


def test_a_hostile_name_and_note_come_out_as_texts(store: StationStore, read: Read) -> None:
    member = identify(store, a_member(store, name="=HYPERLINK(1)").code)
    hand_in(store, an_order("@A1"), at_till(member))
    note(store, About(1, "void"), "=1+1", staff="")
    review = read(store)
    assert exported(review, (Column.MEMBER, Column.ORDER)).splitlines()[1] == "'=HYPERLINK(1),'@A1"
    to = BytesIO()
    assert write_trail(review, TODAY, TODAY, Form(","), to, say=say) == 1
    assert "'=1+1" in to.getvalue().decode()


def test_the_trail_has_who_did_what_and_who_let_them(till: Till, read: Read) -> None:
    order = till.buys(cashier=till.ben)
    till.undo(order, name="a", cashier=till.cem, approval=till.approved("a"))
    to = BytesIO()
    assert write_trail(read(till.store), TODAY, TODAY, Form(","), to, say=say) == 1
    (row,) = csv.DictReader(to.getvalue().decode("utf-8-sig").splitlines())
    assert list(row) == [name.upper() for name in HEADS]
    assert (row["KIND"], row["STAFF"], row["APPROVER"], row["WHY"], row["ORDER"]) == (
        "kind/void", "Ben", "Eva", "why/wrong_offer", order,
    )  # fmt: skip
    assert row["ENTRY_ID"].strip("'") == till.store.journal.entry_at(int(row["NUMBER"])).entry_id

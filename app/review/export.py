"""What was done, as a file for spreadsheet programs: the rows that a filter finds, in the columns that somebody chose.

Streamed: nothing of it is held but some rows, and the station's work goes on in between.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from app.core.money import CURRENCIES
from app.core.order import zone
from app.review.names import member_names, offer_names, staff_names
from app.review.rows import Filter, combos, conditions
from app.review.sheet import Form, Sheet, id_cell, text_cell
from app.review.sheet import form_for as form_for  # noqa: PLC0414 pages have all of it from here
from app.store.review.review import Review

AT_ONCE = 25  # rows, before the station's work goes on


class Column(StrEnum):
    """What may be written of a row, under which name."""

    NUMBER = "number"  # of the entry
    DAY = "day"
    TIME = "time"
    KIND = "kind"
    ORDER = "order"
    MEMBER = "member"
    MEMBER_REF = "member_ref"
    OFFERS = "offers"
    REFUSED = "refused"
    TOTAL = "total"
    DISCOUNT = "discount"
    PAID = "paid"  # the total less the discount; gift cards paid a part of it
    POINTS_EARNED = "points_earned"
    POINTS_SPENT = "points_spent"
    CARDS = "cards"  # what gift cards paid, or what was put on one
    STAFF = "staff"
    APPROVER = "approver"
    WHY = "why"
    REGISTER = "register"
    LINE = "line"  # "online" or "offline"
    STANDING = "standing"
    FLAGS = "flags"
    UNDONE = "undone"


USUAL = (
    Column.DAY,
    Column.TIME,
    Column.KIND,
    Column.ORDER,
    Column.MEMBER,
    Column.OFFERS,
    Column.TOTAL,
    Column.DISCOUNT,
    Column.POINTS_EARNED,
    Column.POINTS_SPENT,
    Column.STAFF,
    Column.APPROVER,
    Column.STANDING,
)
# How a page says a column's name (the column, "") and the words in it (the column, their code).
Say = Callable[[str, str], str]

# What stands in a column, of the tables of the derived file.
VALUES: Mapping[Column, str] = {
    Column.NUMBER: "seq",
    Column.DAY: "day",
    Column.TIME: "at_ms",
    Column.KIND: "kind",
    Column.ORDER: "order_id",
    Column.MEMBER: "member",
    Column.MEMBER_REF: "member",
    Column.OFFERS: "combo",
    Column.REFUSED: "combo",
    Column.TOTAL: "iif(kind IN ('void', 'return'), total + discount, total)",  # there the total is what comes back
    Column.DISCOUNT: "discount",
    Column.PAID: "iif(kind IN ('void', 'return'), total, total - discount)",
    Column.POINTS_EARNED: "earned",
    Column.POINTS_SPENT: "spent",
    Column.CARDS: "cards + put_on",
    Column.STAFF: "staff",
    Column.APPROVER: "approver",
    Column.WHY: "why",
    Column.REGISTER: "register",
    Column.LINE: "CASE WHEN is_online THEN 'online' ELSE 'offline' END",
    Column.STANDING: (
        "CASE word WHEN 2 THEN 'look' WHEN 1 THEN 'posted' ELSE iif(last_seq > {acked}, 'waiting', 'sent') END"
    ),
    Column.FLAGS: "COALESCE((SELECT group_concat(flags, ' ') FROM look WHERE look.action = action.seq), '')",
    Column.UNDONE: "undone",
}
Cell = Callable[[Any], str]


def write_csv(
    review: Review, wanted: Filter, columns: Sequence[Column], form: Form, to: BinaryIO, *, say: Say
) -> int:
    """Write what matches, the oldest first; return how many rows. Raises a `StoreFault`, and what `to` raises."""
    sheet = Sheet(form, to, digits=CURRENCIES[review.place.currency].digits)
    sheet.write([[text_cell(say(column, "")) for column in columns]])
    where, values = conditions(review, wanted)
    cells = _cells(review, columns, sheet, say, where=where, values=values)
    read = ", ".join(VALUES[column].format(acked=review.acked_seq()) for column in columns)
    count = 0
    found = f"SELECT {read} FROM action WHERE {where} ORDER BY seq"  # noqa: S608 ours
    for rows in review.stream(found, values, at_once=AT_ONCE):
        written = [map(cell, column) for cell, column in zip(cells, zip(*rows, strict=True), strict=True)]
        sheet.write(list(zip(*written, strict=True)))
        count += len(rows)
    return count


class _Once(dict[Any, str]):
    """Cells by their values: what comes again and again is made once."""

    def __init__(self, make: Cell) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> str:
        made = self[value] = self._make(value)
        return made


def _cells(
    review: Review, columns: Sequence[Column], sheet: Sheet, say: Say, *, where: str, values: Sequence[Any]
) -> list[Cell]:
    """Return how the values of each column are written."""
    amount, points = _Once(sheet.amount).__getitem__, str
    people = {key: text_cell(name) for key, name in staff_names(review).items()}
    together = combos(review) if {Column.OFFERS, Column.REFUSED}.intersection(columns) else {}
    members = _members(review, where, values) if Column.MEMBER in columns else {}
    offers = offer_names(review)

    def word(column: Column) -> Cell:
        return _Once(
            lambda codes: " + ".join(text_cell(say(column, code)) for code in codes.split())
        ).__getitem__

    def offered(number: int) -> str:
        return text_cell(" + ".join(offers.get(rule, rule) for rule in together[number].offers))

    def refused(number: int) -> str:
        return text_cell(" + ".join(say(Column.REFUSED, code) for _, code in together[number].refused))

    person = _Once(lambda staff_id: people.get(staff_id) or id_cell(staff_id)).__getitem__
    own: dict[Column, Cell] = {
        Column.DAY: _Once(lambda day: date.fromordinal(day).isoformat()).__getitem__,
        Column.TIME: partial(_time, zone(review.place.time_zone)),
        Column.ORDER: id_cell,
        Column.MEMBER: lambda ref: members.get(ref, ""),
        Column.MEMBER_REF: id_cell,
        Column.OFFERS: _Once(offered).__getitem__,
        Column.REFUSED: _Once(refused).__getitem__,
        Column.STAFF: person,
        Column.APPROVER: person,
        Column.REGISTER: _Once(id_cell).__getitem__,
    }
    own |= dict.fromkeys((Column.TOTAL, Column.DISCOUNT, Column.PAID, Column.CARDS), amount)
    own |= dict.fromkeys((Column.NUMBER, Column.POINTS_EARNED, Column.POINTS_SPENT), points)
    return [own.get(column) or word(column) for column in columns]


def _members(review: Review, where: str, values: Sequence[Any]) -> dict[str, str]:
    """Return the names of all members who occur, as cells."""
    found = review.rows(f"SELECT DISTINCT member FROM action WHERE {where}", values)  # noqa: S608 ours
    names = member_names(review, [ref for (ref,) in found if ref])
    return {ref: text_cell(name) for ref, name in names.items()}


def _time(time_zone: ZoneInfo, at_ms: int) -> str:
    return str(datetime.fromtimestamp(at_ms // 1000, time_zone))[11:19]

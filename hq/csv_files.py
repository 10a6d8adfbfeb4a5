"""Lists of HQ as files for spreadsheet programs: CSV (RFC 4180), streamed, with nothing in it that acts as a formula.

    return csv_answer("redemptions", ["Time", "Member"], by_pages(lambda cursor: list_some(hq, cursor)), to_row)

A text that begins like a formula gets an apostrophe in front, as OWASP advises ("CSV injection"); numbers that are
numbers stay so. A list is read page by page, each with a database connection of its own, so that a slow reader of the
file holds none meanwhile.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Response
from fastapi.responses import StreamingResponse

from app.core.money import CURRENCIES

T = TypeVar("T")

BOM = "\ufeff"  # without it spreadsheet programs take other letters than A–Z for something else
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
ROWS_AT_ONCE = 500
LAST_MS = 253_370_764_800_000  # the year 9999: what is later is no date
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Cell = str | int | None


def csv_answer(
    name: str, header: Sequence[str], found: Iterable[T], to_row: Callable[[T], Sequence[Cell]]
) -> Response:
    """Return a file with a heading and one row for each thing that was found.

    The first of them is read before anything is sent: what the list refuses is refused as usual. `name` is of ours:
    letters, digits and hyphens, without `.csv`.
    """
    rows = iter(found)
    first = list(islice(rows, 1))
    every = (to_row(each) for each in chain(first, rows))
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(write_csv(header, every), media_type="text/csv; charset=utf-8", headers=headers)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a file in parts of some rows each: UTF-8 with a byte order mark, commas, CR LF."""
    yield BOM.encode() + _part([header])
    left = iter(rows)
    while part := list(islice(left, ROWS_AT_ONCE)):
        yield _part(part)


def by_pages(read: Callable[[str | None], tuple[Sequence[T], str | None]]) -> Iterator[T]:
    """Yield all rows of a list whose pages a function returns: rows and the next page's cursor, from a cursor."""
    cursor: str | None = None
    while True:
        rows, cursor = read(cursor)
        yield from rows
        if cursor is None:
            return


def text_cell(text: str) -> str:
    """Return a text as a cell that is nothing but a text."""
    return "'" + text if text.lstrip(" \u00a0")[:1] in FORMULA and text.strip() else text


def unguarded(text: str) -> str:
    """Return a text of a file that may have come from here, as it was before it was made nothing but a text."""
    return text[1:] if text[:1] == "'" and text_cell(text[1:]) == text else text


def amount_cell(minor: int | None, currency: str) -> Cell:
    """Return minor units of a currency as a number with a point, or nothing."""
    if minor is None:
        return None
    digits = CURRENCIES[currency].digits if currency in CURRENCIES else 2
    units, cents = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return _Number(f"{sign}{units}.{cents:0{digits}d}" if digits else f"{sign}{units}")


def moment_cell(at_ms: int | None, time_zone: str) -> Cell:
    """Return UTC milliseconds as date and time in a zone, which all programs know, or nothing.

    What only a clock that is far off says stays the number that it is.
    """
    if not at_ms:
        return None
    if not 0 < at_ms < LAST_MS:
        return at_ms
    at = datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone(ZoneInfo(time_zone))
    return at.strftime("%Y-%m-%d %H:%M:%S")


class _Number(str):
    """A number that is written already: a minus sign in front makes no formula of it."""

    __slots__ = ()


def _part(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[_cell(each) for each in row] for row in rows])
    return text.getvalue().encode("utf-8")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    return text_cell(value) if isinstance(value, str) and not isinstance(value, _Number) else str(value)

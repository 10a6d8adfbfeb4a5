"""Pages of lists by cursor: where the last row stood in the list's order, so that rows that come and go move nothing.

A cursor is the order's values of the last row as URL-safe Base64 of JSON. It opens no door: whoever may see the list
may see it from anywhere.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field
from sqlalchemy import Column, ColumnElement, Select, and_, or_

from hq.api.models import Query
from hq.faults import Malformed

T = TypeVar("T")
LIMIT, LIMIT_MAX, CURSOR_MAX = 50, 200, 400


class Paging(Query):
    """Which part of a list. Lists with filters extend it."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT
    cursor: Annotated[str | None, Field(max_length=CURSOR_MAX)] = None


def write_cursor(values: Sequence[Any]) -> str:
    """Return the cursor behind a row whose values in the list's order these are."""
    return urlsafe_b64encode(json.dumps(list(values)).encode("utf-8")).decode("ascii").rstrip("=")


def read_cursor(text: str | None, kinds: Sequence[type]) -> list[Any] | None:
    """Return the values of a cursor, or None at the beginning. Raises `Malformed`."""
    if text is None:
        return None
    try:
        values = json.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as problem:
        raise Malformed("This cursor is none of HQ's. Begin without one.") from problem
    fits = isinstance(values, list) and len(values) == len(kinds)
    if not fits or any(type(value) is not kind for value, kind in zip(values, kinds, strict=True)):
        raise Malformed("This cursor is of another list. Begin without one.")
    if any(isinstance(value, str) and not _is_text(value) for value in values):
        raise Malformed("This cursor is none of HQ's. Begin without one.")
    if any(isinstance(value, int) and abs(value) >= 1 << 63 for value in values):
        raise Malformed("This cursor is none of HQ's. Begin without one.")
    return list(values)


def _is_text(value: str) -> bool:
    """Tell whether a database can look for a text: JSON may hold half characters, which no text has."""
    return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def after(
    columns: Sequence[Column[Any]], values: Sequence[Any], *, newest_first: bool
) -> ColumnElement[bool]:
    """Return the condition that a row stands behind these values in the order of the columns."""
    behind = []
    for place, column in enumerate(columns):
        same = [earlier == value for earlier, value in zip(columns[:place], values, strict=False)]
        beyond = column < values[place] if newest_first else column > values[place]
        behind.append(and_(*same, beyond))
    # The first column's bound stands for itself too: without it PostgreSQL would read the index from its beginning.
    bound = columns[0] <= values[0] if newest_first else columns[0] >= values[0]
    return and_(bound, or_(*behind))


def page_of(
    statement: Select[Any],
    columns: Sequence[Column[Any]],
    paging: Paging,
    *,
    kinds: Sequence[type],
    newest_first: bool = True,
) -> Select[Any]:
    """Return the statement of one page: one row more than asked for, which tells whether there is another page."""
    values = read_cursor(paging.cursor, kinds)
    if values is not None:
        statement = statement.where(after(columns, values, newest_first=newest_first))
    order = [column.desc() if newest_first else column.asc() for column in columns]
    return statement.order_by(*order).limit(paging.limit + 1)


def cut(rows: Sequence[T], paging: Paging, place: Callable[[T], Sequence[Any]]) -> tuple[list[T], str | None]:
    """Return the page's rows and the cursor of the next page, from rows of `page_of`."""
    shown = list(rows[: paging.limit])
    return shown, write_cursor(place(shown[-1])) if len(rows) > paging.limit else None

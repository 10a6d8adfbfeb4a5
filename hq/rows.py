"""Many rows in one go: what the two databases are fast at differs.

SQLite runs a prepared statement once a row, inside this process. For PostgreSQL each run is a message to another
process, so there the rows travel as one array a column, in the binary form, and one statement takes them apart
again (`unnest`). The statements are text for the driver: SQLAlchemy can't ask for the binary form, and looks at
every value of every row, which takes longer than the rows themselves. Array elements are cast to types without a
length, since a cast to `varchar(80)` would cut in silence what the column refuses.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

Row = Mapping[str, Any]


def storable(text: str) -> str:
    """Return a text with a mark in the place of the one character that PostgreSQL keeps in no text."""
    return text.replace("\x00", "\ufffd")


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns."""
    if rows:
        names = tuple(rows[0])
        insert_tuples(connection, table, names, list(map(itemgetter(*names), rows)))


def insert_tuples(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows whose values stand in the order of `names`, of which there are at least two."""
    if rows:
        _run(connection, table, names, rows, changes=())


def is_among(column: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that a text column has one of the values in the parameter `names`.

    One parameter a value would make a new statement for each number of values, to be written and read each time; so
    statements with it are built once, where modules begin.
    """
    return _IsAmong(column, bindparam("names", type_=_Names()))


def add_to(connection: Connection, column: Column[int], amounts: Mapping[str, int]) -> None:
    """Add to a number in the rows that have these primary keys (of one text). Whoever calls holds the rows."""
    moved = sorted((key, amount) for key, amount in amounts.items() if amount)
    if not moved:
        return
    (key,) = column.table.primary_key.columns
    table, name = _quote(key.table.name), _quote(column.name)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"UPDATE {table} SET {name} = {name} + ? WHERE {_quote(key.name)} = ?",  # noqa: S608 names of ours
            [(more, of) for of, more in moved],
        )
        return
    connection.exec_driver_sql(
        f"UPDATE {table} SET {name} = {table}.{name} + given.more "  # noqa: S608 names of ours
        f"FROM unnest(%b::text[], %b::int8[]) AS given (k, more) WHERE {table}.{_quote(key.name)} = given.k",
        tuple(map(list, zip(*moved, strict=True))),
    )


def set_texts(connection: Connection, column: Column[str], values: Mapping[str, str]) -> None:
    """Set a text in the rows that have these primary keys (of one text). Whoever calls holds the rows."""
    if not values:
        return
    (key,) = column.table.primary_key.columns
    table, name = _quote(key.table.name), _quote(column.name)
    given = sorted(values.items())
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"UPDATE {table} SET {name} = ? WHERE {_quote(key.name)} = ?",  # noqa: S608 names of ours
            [(text, of) for of, text in given],
        )
        return
    connection.exec_driver_sql(
        f"UPDATE {table} SET {name} = given.v "  # noqa: S608 names of ours
        f"FROM unnest(%b::text[], %b::text[]) AS given (k, v) WHERE {table}.{_quote(key.name)} = given.k",
        tuple(map(list, zip(*given, strict=True))),
    )


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, changes: Sequence[str]) -> None:
    """Insert rows; where the primary key is there already, set the columns `changes` to the new values.

    No two rows may have the same primary key.
    """
    if rows:
        names = tuple(rows[0])
        _run(connection, table, names, list(map(itemgetter(*names), rows)), changes=tuple(changes))


def _run(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    *,
    changes: tuple[str, ...],
) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_insert_one(table, names, changes), list(rows))
    else:
        columns = tuple(map(list, zip(*rows, strict=True)))
        connection.exec_driver_sql(_insert_arrays(table, names, changes), columns)


@cache
def _insert_one(table: Table, names: tuple[str, ...], changes: tuple[str, ...]) -> str:
    return f"{_insert(table, names)} VALUES ({', '.join('?' * len(names))}){_on_conflict(table, changes)}"


@cache
def _insert_arrays(table: Table, names: tuple[str, ...], changes: tuple[str, ...]) -> str:
    arrays = ", ".join(f"%b::{_element(table.c[name])}[]" for name in names)
    return f"{_insert(table, names)} SELECT * FROM unnest({arrays}){_on_conflict(table, changes)}"  # noqa: S608 names of ours


def _insert(table: Table, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {_quote(table.name)} ({', '.join(map(_quote, names))})"


def _on_conflict(table: Table, changes: tuple[str, ...]) -> str:
    if not changes:
        return ""
    keys = ", ".join(_quote(column.name) for column in table.primary_key.columns)
    values = ", ".join(f"{_quote(name)} = excluded.{_quote(name)}" for name in changes)
    return f" ON CONFLICT ({keys}) DO UPDATE SET {values}"


def _quote(name: str) -> str:
    return f'"{name}"'  # as they are written in tables.py: small letters and underscores


def _element(column: Column[Any]) -> str:
    if isinstance(column.type, BigInteger):
        return "int8"
    if isinstance(column.type, Integer):
        return "int4"
    return "bytea" if isinstance(column.type, LargeBinary) else "text"


class _Names(TypeDecorator[Sequence[str]]):
    """Texts as one parameter: an array, and for SQLite a JSON list."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Text))

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        names = list(value or ())
        return orjson.dumps(names).decode("utf-8") if dialect.name == "sqlite" else names


class _IsAmong(FunctionElement[bool]):
    """A column and a parameter of `_Names`."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_IsAmong":
        """Stay as it is: `… = 1` around it would keep SQLite from using an index."""
        return self


@compiles(_IsAmong, "sqlite")
def _in_json(element: _IsAmong, compiler: Any, **options: Any) -> str:
    column, names = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({names}))"  # noqa: S608 made by SQLAlchemy


@compiles(_IsAmong, "postgresql")
def _in_array(element: _IsAmong, compiler: Any, **options: Any) -> str:
    column, names = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({names})"

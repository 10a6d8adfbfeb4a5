"""Many rows in one go: what the two databases are fast at differs.

SQLite runs a prepared statement once a row, inside this process. For PostgreSQL each run is a message to another
process, so there the rows travel as one array a column, in the binary form, and one statement takes them apart
again (`unnest`). SQLAlchemy can't ask for the binary form; hence the statements in text. Array elements are cast
to types without a length, since a cast to `varchar(80)` would cut in silence what the column refuses.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Table,
    Text,
    any_,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import sqlite as sqlite_dialect

Row = Mapping[str, Any]


def storable(text: str) -> str:
    """Return a text with a mark in the place of the one character that PostgreSQL keeps in no text."""
    return text.replace("\x00", "\ufffd")


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), rows)
    else:
        _run(connection, _insert(table, tuple(rows[0]), ()), rows)


def is_among(connection: Connection, column: Column[Any], values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a text column has one of these values, which travel as one parameter.

    One parameter a value would make a new statement for each number of values, to be written and read each time.
    """
    if connection.dialect.name == "sqlite":
        listed = func.json_each(orjson.dumps(list(values)).decode("utf-8")).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(values), ARRAY(Text)))


def add_to(connection: Connection, column: Column[int], amounts: Mapping[str, int]) -> None:
    """Add to a number in the rows that have these primary keys (of one text). Whoever calls holds the rows."""
    moved = sorted((key, amount) for key, amount in amounts.items() if amount)
    if not moved:
        return
    (key,) = column.table.primary_key.columns
    if connection.dialect.name == "sqlite":
        statement = (
            update(column.table).where(key == bindparam("of")).values({column: column + bindparam("more")})
        )
        connection.execute(statement, [{"of": of, "more": more} for of, more in moved])
        return
    table, name = _quote(key.table.name), _quote(column.name)
    connection.exec_driver_sql(
        f"UPDATE {table} SET {name} = {table}.{name} + given.more "  # noqa: S608 names of ours
        f"FROM unnest(%b::text[], %b::int8[]) AS given (k, more) WHERE {table}.{_quote(key.name)} = given.k",
        tuple(map(list, zip(*moved, strict=True))),
    )


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, changes: Sequence[str]) -> None:
    """Insert rows; where the primary key is there already, set the columns `changes` to the new values.

    No two rows may have the same primary key.
    """
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        _run(connection, _insert(table, tuple(rows[0]), tuple(changes)), rows)
        return
    statement = sqlite_dialect.insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in changes},
    )
    connection.execute(statement, list(rows))


def _run(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    connection.exec_driver_sql(statement, tuple([row[name] for row in rows] for name in rows[0]))


@cache
def _insert(table: Table, names: tuple[str, ...], changes: tuple[str, ...]) -> str:
    columns = ", ".join(map(_quote, names))
    arrays = ", ".join(f"%b::{_element(table.c[name])}[]" for name in names)
    statement = f"INSERT INTO {_quote(table.name)} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608 names of ours
    if not changes:
        return statement
    keys = ", ".join(_quote(column.name) for column in table.primary_key.columns)
    values = ", ".join(f"{_quote(name)} = excluded.{_quote(name)}" for name in changes)
    return f"{statement} ON CONFLICT ({keys}) DO UPDATE SET {values}"


def _quote(name: str) -> str:
    return f'"{name}"'  # as they are written in tables.py: small letters and underscores


def _element(column: Column[Any]) -> str:
    if isinstance(column.type, BigInteger):
        return "int8"
    if isinstance(column.type, Integer):
        return "int4"
    return "bytea" if isinstance(column.type, LargeBinary) else "text"

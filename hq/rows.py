"""Many rows in one go: what the two databases are fast at differs.

SQLite runs a prepared statement once a row, inside this process. For PostgreSQL each run is a message to another
process, so there the rows travel as one array a column, in the binary form, and one statement takes them apart
again (`unnest`). SQLAlchemy can't ask for the binary form; hence the statements in text. Array elements are cast
to types without a length, since a cast to `varchar(80)` would cut in silence what the column refuses.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, insert
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

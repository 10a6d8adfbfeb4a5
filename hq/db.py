"""HQ's database: one engine, one door for writing (`atomic`), one for reading (`reading`).

SQLite by default, in the build that sqlcipher3 brings along (no key): the system's own may be one of those
whose WAL-reset fault can lose commits (fixed in 3.51.3, https://sqlite.org/wal.html#walresetbug). PostgreSQL
comes by another URL; what differs between the two (upsert, pragmas, isolation) stays in this file.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hq.faults import Busy, SetUpFault

SQLITE_OLDEST = (3, 51, 3)  # below it: the WAL-reset fault
BUSY_TIMEOUT_MS = 5_000  # a large batch holds the writer for well under a second
POOL_SIZE = 20  # uvicorn's threads (40) mostly wait for the writer; readers need one connection each
POOL_WAIT_S = 5
ROWS_AT_ONCE = 500  # of a bulk change by staff: a longer transaction would keep stations waiting
NAMES_AT_ONCE = 2_000  # values in one IN (…): well under SQLite's 32,766

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose the last acknowledged entries on power loss
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
)


class Database:
    """An engine and its two doors. Nobody else commits."""

    def __init__(self, url: str) -> None:
        """Connect lazily to a URL such as `sqlite:///…/hq.db`."""
        self.engine = _make_engine(url)
        self._writer = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a file beside us."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def atomic(self) -> Iterator[Connection]:
        """Open one writing transaction: all of it or nothing, committed on leaving. Raises `Busy`.

        SQLite has one writer. Threads of this process queue on a lock, which hands over at once; SQLite's own
        waiting, which polls, is left for other processes.
        """
        if not self.is_sqlite:
            with _transaction(self.engine, {}) as connection:
                yield connection
            return
        if not self._writer.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise Busy("HQ is storing other stations' entries. Try again in a moment.")
        try:
            with _transaction(self.engine, {"is_writer": True}) as connection:
                yield connection
        finally:
            self._writer.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one reading transaction: everything read in it is of the same moment. Raises `Busy`."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with _transaction(self.engine, options) as connection:
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def sqlite_url(path: Path) -> str:
    """Return the URL of a database file."""
    return f"sqlite:///{path}"


def upsert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, changes: Sequence[str]
) -> None:
    """Insert rows; where the primary key is there already, set the columns `changes` to the new values."""
    if not rows:
        return
    dialect = sqlite_dialect if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in changes},
    )
    connection.execute(statement, list(rows))


@contextmanager
def _transaction(engine: Engine, options: Mapping[str, Any]) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield connection
    except OperationalError as problem:
        if _is_busy(problem):
            raise Busy("HQ's database is held by another program. Try again in a moment.") from problem
        raise
    except PoolTimeout as problem:
        raise Busy("Too many stations are asking at once. Try again in a moment.") from problem


def _is_busy(problem: OperationalError) -> bool:
    text = str(problem.orig).lower()
    return "locked" in text or "busy" in text


def _make_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=POOL_SIZE, pool_timeout=POOL_WAIT_S)
    if sqlite.sqlite_version_info < SQLITE_OLDEST:
        raise SetUpFault(
            f"SQLite {sqlite.sqlite_version} can lose commits. Tillside needs 3.51.3 or newer: update sqlcipher3."
        )
    engine = create_engine(url, module=sqlite, pool_size=POOL_SIZE, pool_timeout=POOL_WAIT_S)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: Any, _record: Any) -> None:
    connection.isolation_level = (
        None  # we begin transactions ourselves: Python's own way begins them too late
    )
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """Writers take the lock at once: a reader that turns writer midway would be refused without waiting."""
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

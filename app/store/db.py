"""Opens the station's encrypted SQLite files and holds the one way to write to them.

Settings follow from what the journal must survive: WAL with synchronous=FULL (NORMAL may lose the last approvals when
the power fails), checked cells, no trusted schema. A SQLite inside the range of the WAL-reset fault (3.7.0 to 3.51.2:
two connections can lose a commit) is refused. See https://sqlite.org/wal.html#walreset.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from app.failpoints import failpoint
from app.store.faults import (
    DiskBroken,
    DiskFull,
    SqliteTooOld,
    StoreBusy,
    StoreDamaged,
    StoreFault,
    StoreReadOnly,
)

KEY_SIZE = 32
SQLITE_FIRST_SAFE = (3, 51, 3)
BUSY_TIMEOUT_MS = 2_000  # only our own reader and checkpoints can make us wait
CACHE_KIB = 1_024  # a look-up touches a handful of pages, and many stores may be open in one process

DatabaseError = dbapi2.DatabaseError
IntegrityError = dbapi2.IntegrityError

FAULT_BY_CODE: dict[int, type[StoreFault]] = {
    dbapi2.SQLITE_FULL: DiskFull,
    dbapi2.SQLITE_READONLY: StoreReadOnly,
    dbapi2.SQLITE_CANTOPEN: StoreReadOnly,
    dbapi2.SQLITE_PERM: StoreReadOnly,
    dbapi2.SQLITE_IOERR: DiskBroken,
    dbapi2.SQLITE_CORRUPT: StoreDamaged,
    dbapi2.SQLITE_NOTADB: StoreDamaged,
    dbapi2.SQLITE_BUSY: StoreBusy,
    dbapi2.SQLITE_LOCKED: StoreBusy,
}
PRIMARY_CODE = 0xFF  # extended result codes carry the primary one in their lowest byte

Settings = tuple[tuple[str, str | int], ...]
READER_SETTINGS: Settings = (
    ("cipher_memory_security", "OFF"),
    ("trusted_schema", "OFF"),
    ("cell_size_check", "ON"),
    ("busy_timeout", BUSY_TIMEOUT_MS),
    ("cache_size", -CACHE_KIB),
)
SETTINGS: Settings = (
    *READER_SETTINGS,
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("foreign_keys", "ON"),
)


# HQ's facts: what the power takes with it is fetched again, and each commit waits for the disk no longer.
REPLICA_SETTINGS: Settings = tuple(
    (name, "NORMAL" if name == "synchronous" else value) for name, value in SETTINGS
)
ALONE: Settings = (
    ("locking_mode", "EXCLUSIVE"),
)  # held from opening to closing, and no file of locks beside it


def open_database(
    path: Path, key: bytes, *, settings: Settings = SETTINGS, is_alone: bool = False
) -> Database:
    """Open or create an encrypted database. `key` is 32 raw bytes. Raises a `StoreFault`.

    With `is_alone` nobody else can look into it meanwhile, as doctor does; each statement is spared a lock.
    """
    return _open(path, "rwc", key, (*ALONE, *settings) if is_alone else settings)


def look_into_database(path: Path, key: bytes, *, settings: Settings = READER_SETTINGS) -> Database:
    """Open a database that exists, for reading only. Raises a `StoreFault`.

    Whoever closes the last writing connection folds the WAL into the file and drops it. What is being refused must
    stay as it was found, the WAL behind a broken frame above all: so a store is looked at before it is opened.
    """
    if not path.is_file():
        raise StoreDamaged(f"{path.name} is missing")
    return _open(path, "ro&immutable=1" if _is_still(path) else "ro", key, settings)


def _is_still(path: Path) -> bool:
    """Tell whether nobody can write to a database, as on a disk kept for evidence: SQLite wants files beside others."""
    wal = path.with_name(path.name + "-wal")
    return not os.access(path.parent, os.W_OK) and not (wal.exists() and wal.stat().st_size)


def _open(path: Path, mode: str, key: bytes, settings: Settings) -> Database:
    if dbapi2.sqlite_version_info < SQLITE_FIRST_SAFE:
        raise SqliteTooOld(f"SQLite {dbapi2.sqlite_version} is older than 3.51.3")
    if len(key) != KEY_SIZE:
        raise ValueError("a store key has 32 bytes")
    with faults_mapped():
        connection = _connect(path, mode, key, settings)
    return Database(connection)


def _connect(path: Path, mode: str, key: bytes, settings: Settings) -> Any:
    connection = dbapi2.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        factory=_Connection,
    )
    try:
        _prepare(connection, key, settings)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: Any, key: bytes, settings: Settings) -> None:
    script = ["PRAGMA cipher_log_level = NONE"]  # it would write to the cashier's terminal
    # SQLCipher takes a raw key only as a literal; hexadecimal digits can't carry SQL.
    script.append(f"PRAGMA key = \"x'{key.hex()}'\"")
    script += [f"PRAGMA {name} = {value}" for name, value in settings]
    connection.executescript("; ".join(script))  # at once, since stores are opened often in a replay


def check_pages(database: Database) -> None:
    """Read every page once and hold it against its check. Raises `StoreDamaged`."""
    broken = database.execute("PRAGMA cipher_integrity_check").fetchall()
    if not broken:
        broken = [row for row in database.execute("PRAGMA quick_check").fetchall() if row[0] != "ok"]
    if broken:
        raise StoreDamaged(str(broken[0][0]))


def check_pages_beside(database: Database) -> None:
    """The same beside a station that writes. Raises `StoreDamaged`.

    SQLCipher's own check reads the file behind SQLite's back and would see pages half-written by a checkpoint; this
    one reads what a transaction sees: each page that is in use, with its check.
    """
    broken = [row[0] for row in database.execute("PRAGMA quick_check").fetchall() if row[0] != "ok"]
    if broken:
        raise StoreDamaged(str(broken[0]))


def atomic(database: Database) -> "Transaction":
    """One transaction: all of the block is durable when it ends, or nothing of it. The only place that commits.

    It doesn't nest: a use case opens one, and the functions it calls write inside it. Raises a `StoreFault` when the
    disk refuses; whatever the block raises goes on after a rollback.
    """
    return Transaction(database.conn)  # sqlite-utils' own `execute` would read each statement's first word


class Transaction:
    """What `atomic` opens. A class, since after the wait for the disk a generator and its wrapper cost much more."""

    __slots__ = ("_connection",)
    BEFORE, AFTER = "before_commit", "after_commit"  # names of the places where a test may end the process

    def __init__(self, connection: Any) -> None:
        """Begin with the block."""
        self._connection = connection

    def __enter__(self) -> None:
        """Begin."""
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, or roll back what the block or the disk didn't let through."""
        connection = self._connection
        try:
            if kind is None:
                failpoint(self.BEFORE)
                connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        if kind is None:
            failpoint(self.AFTER)


@contextmanager
def faults_mapped() -> Iterator[None]:
    """Turn the database's complaints about the world into our faults. Our own bugs pass through."""
    try:
        yield
    except DatabaseError as problem:
        _raise_mapped(problem)


def _raise_mapped(problem: Any) -> NoReturn:
    """The one place that knows which complaint is which fault."""
    code = getattr(problem, "sqlite_errorcode", None)
    fault = FAULT_BY_CODE.get(code & PRIMARY_CODE) if code is not None else None
    if fault is None:
        raise problem
    raise fault(str(problem)) from problem


class _Cursor(dbapi2.Cursor):  # type: ignore[misc]  # the driver carries no types
    """Maps faults wherever the disk is touched: also while reading, when a damaged page turns up.

    Each method has its own `try`, which costs nothing until something is raised; `faults_mapped` costs a microsecond
    and a redemption would pay it twenty times.
    """

    def execute(self, *statement: Any) -> Any:
        try:
            return dbapi2.Cursor.execute(self, *statement)
        except DatabaseError as problem:
            _raise_mapped(problem)

    def executemany(self, *statement: Any) -> Any:
        try:
            return dbapi2.Cursor.executemany(self, *statement)
        except DatabaseError as problem:
            _raise_mapped(problem)

    def fetchone(self) -> Any:
        try:
            return dbapi2.Cursor.fetchone(self)
        except DatabaseError as problem:
            _raise_mapped(problem)

    def fetchall(self) -> Any:
        try:
            return dbapi2.Cursor.fetchall(self)
        except DatabaseError as problem:
            _raise_mapped(problem)

    def __next__(self) -> Any:
        try:
            return dbapi2.Cursor.__next__(self)
        except DatabaseError as problem:
            _raise_mapped(problem)


class _Connection(dbapi2.Connection):  # type: ignore[misc]  # the driver carries no types
    """Its own `execute` and `executemany` go through the cursor that this makes."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        return dbapi2.Connection.cursor(self, factory)

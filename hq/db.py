"""HQ's database: one engine, one door for writing (`atomic`), one for reading (`reading`).

SQLite by default, in the build that sqlcipher3 brings along (no key): the system's own may be one of those
whose WAL-reset fault can lose commits (fixed in 3.51.3, https://sqlite.org/wal.html#walresetbug). PostgreSQL
comes by another URL. What differs between the two stays in this file and in rows.py; why PostgreSQL is used as it
is here stands in docs/decisions/0016.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hq.faults import Busy, SetUpFault
from hq.together import Together

log = logging.getLogger(__name__)

SQLITE_OLDEST = (3, 51, 3)  # below it: the WAL-reset fault
BUSY_TIMEOUT_MS = 5_000  # a large batch holds the writer, or a row, for well under a second
IDLE_TIMEOUT_MS = (
    60_000  # an HQ that was frozen in a transaction lets go of its rows; none of ours waits so long
)
POOL_SIZE = 20  # uvicorn's threads (40) mostly wait for the writer; readers need one connection each
POOL_WAIT_S = 5
TRIES_MAX = 5  # each needs another writer to come in between at the same ids; then the station may ask again
ROWS_AT_ONCE = 500  # of a bulk change by staff: a longer transaction would keep stations waiting
CACHE_KIB = (
    16 << 10
)  # of a connection: what a large batch changes, which would go to the disk twice otherwise
CHECKPOINT_PAGES = 4_000  # 16 MiB: pages that many batches change are written back once
# What SQLite says of a disk that takes no more, and PostgreSQL's word for it (SQLSTATE disk_full).
DISK, FULL = ("database or disk is full", "disk I/O error", "attempt to write a readonly database"), "53100"
NAMES_AT_ONCE = 2_000  # values in one IN (…): well under SQLite's 32,766

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose the last acknowledged entries on power loss
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    f"cache_size=-{CACHE_KIB}",
    f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    "secure_delete=ON",  # of a member who was erased no page of the file keeps the name
)
SETTINGS = (
    "synchronous_commit = on",  # whatever the server's default: an answer promises that the entries are on disk
    f"lock_timeout = {BUSY_TIMEOUT_MS}",
    f"idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}",
    "client_min_messages = warning",
)
AS_WRITTEN = (
    "join_collapse_limit = 1",
    "from_collapse_limit = 1",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
)
DRIVER = "postgresql+psycopg"
GAVE_WAY = ("40001", "40P01")  # serialization failure, deadlock: PostgreSQL's advice is to try again
UNIQUE = "23505"
AWAY = (
    "55P03",  # waited longer than lock_timeout
    "25P03",  # idle_in_transaction_session_timeout
    "53300",  # too many connections
    "57P01",  # shut down by an administrator
    "57P02",  # another of its processes crashed
    "57P03",  # starting up
)
LOCK_SPACE = 0x7115DE  # ours among the advisory locks of a database that others may use too

T = TypeVar("T")


class Whole(IntEnum):
    """What a writer may have to hold as a whole, because the row that it is about isn't there yet."""

    SCHEMA = 1
    MEMBERS = 2
    PROGRAMS = 3  # and the stores, whose currency they share
    CLOSING = 4  # accounts of members who are erased: shared by whoever judges entries
    FIGURES = 5  # of reports: made anew by one at a time
    SEGMENTS = 6  # who belongs to them: worked out by one at a time
    OWN_CHAIN = 7  # of HQ's entries: the next one comes behind the last
    OFFICE = 8  # head office's people: whose names are taken, and who is left


class GaveWay(Busy):
    """PostgreSQL ended this transaction so that another could go on."""


class Database:
    """An engine and its two doors. Nobody else commits."""

    def __init__(self, url: str) -> None:
        """Connect lazily to a URL such as `sqlite:///…/hq.db` or `postgresql://…`. Raises `SetUpFault`."""
        self.engine = _make_engine(url)
        self._writer = threading.Lock()
        self._together = Together(self.atomic)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a file beside us."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def atomic(self) -> Iterator[Connection]:
        """Open one writing transaction: all of it or nothing, committed on leaving. Raises `Busy`.

        SQLite has one writer. Threads of this process queue on a lock, which hands over at once; SQLite's own
        waiting, which polls, is left for other processes. On PostgreSQL writers run side by side and hold rows.
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

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in one writing transaction, from its beginning again where another writer came in between.

        That is PostgreSQL's word for two that hold what the other wants, or that brought the same id at the same
        moment: the second try sees the other's rows. Raises `Busy`.
        """
        for left in reversed(range(TRIES_MAX)):
            try:
                with self.atomic() as connection:
                    return work(connection)
            except GaveWay:
                if not left:
                    raise
            except IntegrityError as problem:
                if not left or _state(problem) != UNIQUE:
                    raise
        raise AssertionError("the last try returns or raises")

    def write_together(self, work: Callable[[Connection], T]) -> T:
        """Do a small `work` as `write` does, in one transaction with those of others who wait. Raises `Busy`.

        For SQLite, whose writers wait for the disk one after the other; PostgreSQL does the same by itself.
        """
        return self._together.write(work) if self.is_sqlite else self.write(work)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one reading transaction: everything read in it is of the same moment. Raises `Busy`."""
        alone = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _transaction(self.engine, {} if self.is_sqlite else alone) as connection:
            yield connection

    def reach(self) -> None:
        """Make sure that the database answers and keeps every letter. Raises `SetUpFault`."""
        try:
            with self.engine.connect() as connection:
                encoding = "UTF8" if self.is_sqlite else connection.exec_driver_sql(ENCODING).scalar_one()
        except DBAPIError as problem:
            raise SetUpFault(f"HQ's database can't be reached: {problem.orig}") from problem
        if encoding != "UTF8":
            raise SetUpFault(f"HQ's database is encoded in {encoding}. Make it anew with the encoding UTF8.")

    def copy_to(self, path: Path) -> None:
        """Copy a database that is a file, as it is at one moment, into a new one. Raises `SetUpFault`."""
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("VACUUM INTO ?", (str(path),))
        except sqlite.Error as problem:
            raise SetUpFault(f"The database can't be copied: {problem}. Nothing was changed.") from problem
        finally:
            connection.close()

    def fold_wal(self) -> None:
        """Write SQLite's WAL back and empty it, if nobody reads: its frames hold pages as they were."""
        if self.is_sqlite:
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


ENCODING = "SHOW server_encoding"


def sqlite_url(path: Path) -> str:
    """Return the URL of a database file."""
    return f"sqlite:///{path}"


def hold_whole(connection: Connection, what: Whole, *, is_shared: bool = False) -> None:
    """Hold something whole until the commit, alone or with others who share. SQLite's only writer does so anyway."""
    if connection.dialect.name == "sqlite":
        return
    lock = func.pg_advisory_xact_lock_shared if is_shared else func.pg_advisory_xact_lock
    connection.execute(select(lock(LOCK_SPACE, int(what))))


def plan_by_values(connection: Connection) -> None:
    """Have PostgreSQL plan what this transaction asks for the very values, each time.

    By itself it plans a statement that comes often once for all values: a day would be looked for as ten years are.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


def join_as_written(connection: Connection) -> None:
    """Have PostgreSQL join tables in the order in which a statement names them, from row to row by an index.

    Where few of very many rows are wanted it can't always guess how few, and would begin with the largest table.
    """
    if connection.dialect.name != "sqlite":
        for setting in AS_WRITTEN:
            connection.exec_driver_sql(f"SET LOCAL {setting}")


@contextmanager
def _transaction(engine: Engine, options: Mapping[str, Any]) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield connection
    except DBAPIError as problem:
        fault = _fault_of(problem)
        if fault is None:
            raise
        raise fault from problem
    except PoolTimeout as problem:
        raise Busy("Too many stations are asking at once. Try again in a moment.") from problem


def _fault_of(problem: DBAPIError) -> Busy | None:
    """Return what a driver's exception means to those who ask, or None when it is a bug."""
    state = _state(problem)
    if state == FULL or (state is None and any(text in str(problem.orig) for text in DISK)):
        log.error("HQ's database could not write: %s", problem.orig)
        return Busy("HQ's disk is full or broken, and nothing was stored. Make room on it, then try again.")
    if state in GAVE_WAY:
        return GaveWay("HQ is storing other stations' entries. Try again in a moment.")
    if problem.connection_invalidated or state in AWAY:
        return Busy("HQ's database does not answer. Try again in a moment.")
    if not isinstance(problem, OperationalError) or state:
        return None
    text = str(problem.orig).lower()
    if "locked" in text or "busy" in text:
        return Busy("HQ's database is held by another program. Try again in a moment.")
    return None if isinstance(problem.orig, sqlite.Error) else Busy("HQ's database can't be reached.")


def _state(problem: DBAPIError) -> str | None:
    """Return the SQLSTATE, which only PostgreSQL gives, and not where there is no connection."""
    return getattr(problem.orig, "sqlstate", None)


def _make_engine(text: str) -> Engine:
    url = _read_url(text)
    if url.drivername == DRIVER:
        # By name and not by what the server takes for its default: docs/decisions/0016.
        engine = create_engine(
            url,
            pool_size=POOL_SIZE,
            pool_timeout=POOL_WAIT_S,
            isolation_level="READ COMMITTED",
            hide_parameters=True,  # they are people's names too, and would stand in the log
        )
        event.listen(engine, "connect", _prepare_session)
        return engine
    if sqlite.sqlite_version_info < SQLITE_OLDEST:
        raise SetUpFault(
            f"SQLite {sqlite.sqlite_version} can lose commits. Tillside needs 3.51.3 or newer: update sqlcipher3."
        )
    # The connection used last is used next: its pages are still good.
    engine = create_engine(
        url,
        module=sqlite,
        pool_size=POOL_SIZE,
        pool_timeout=POOL_WAIT_S,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _read_url(text: str) -> URL:
    """Read a URL without ever repeating it: it may hold a password."""
    try:
        url = make_url(text)
    except ArgumentError as problem:
        raise SetUpFault("HQ's database must be given as postgresql://user:password@host/name.") from problem
    if url.drivername == "postgresql":
        url = url.set(drivername=DRIVER)
    if url.drivername not in (DRIVER, "sqlite"):
        raise SetUpFault(f"HQ can't use {url.drivername}: its database is SQLite or postgresql://….")
    return url


def _prepare_connection(connection: Any, _record: Any) -> None:
    connection.isolation_level = (
        None  # we begin transactions ourselves: Python's own way begins them too late
    )
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _prepare_session(connection: Any, _record: Any) -> None:
    for setting in SETTINGS:
        connection.execute(f"SET SESSION {setting}").close()
    connection.commit()  # a SET that is rolled back is undone


def _begin(connection: Connection) -> None:
    """Writers take the lock at once: a reader that turns writer midway would be refused without waiting."""
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

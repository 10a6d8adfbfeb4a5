"""How a new database is filled as fast as the disk takes it: rows first, indexes and durability at the end.

Only for a file that counts for nothing before it is whole. Sorting the rows once for each index is many times faster
than finding each row's place in it, and SQLite sorts in memory, so nothing unencrypted reaches the disk.
"""

import os
from pathlib import Path

from sqlite_utils import Database

from app.store.db import REPLICA_SETTINGS, atomic
from app.store.faults import DiskBroken

FILLING = (("journal_mode", "MEMORY"), ("synchronous", "OFF"))
AS_ALWAYS = tuple((name, value) for name, value in REPLICA_SETTINGS if name in dict(FILLING))


def begin_filling(database: Database) -> list[str]:
    """Take the indexes of an empty database away, and what makes each commit durable. Returns the indexes."""
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    with atomic(database):
        for name, _ in indexes:
            database.execute(f"DROP INDEX {name}")
    _set(database, FILLING)
    return [sql for _, sql in indexes]


def end_filling(database: Database, indexes: list[str]) -> None:
    """Build the indexes and put everything on the disk; from then on it is written as a replica always is."""
    with atomic(database):
        for sql in indexes:
            database.execute(sql)
    _set(database, AS_ALWAYS)
    _flush(Path(database.execute("PRAGMA database_list").fetchone()[2]))


def _set(database: Database, settings: tuple[tuple[str, str | int], ...]) -> None:
    for name, value in settings:
        database.execute(f"PRAGMA {name} = {value}").fetchall()


def _flush(path: Path) -> None:
    """Wait until the disk has all of a file, whoever wrote it."""
    try:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as problem:
        raise DiskBroken(str(problem)) from problem

"""How a new database is filled as fast as the disk takes it: rows first, indexes and durability at the end.

Only for a file that counts for nothing before it is whole. Sorting the rows once for each index is many times faster
than finding each row's place in it, and SQLite sorts in memory, so nothing unencrypted reaches the disk.
"""

import os
from pathlib import Path

from sqlite_utils import Database

from app.store.db import REPLICA_SETTINGS, atomic, open_database
from app.store.faults import DiskBroken

FILLING = {"journal_mode": "MEMORY", "synchronous": "OFF"}
SETTINGS = tuple((name, FILLING.get(name, value)) for name, value in REPLICA_SETTINGS)
AS_ALWAYS = tuple((name, value) for name, value in REPLICA_SETTINGS if name in FILLING)


def new_database(path: Path, key: bytes, *, is_alone: bool = False) -> Database:
    """Make an encrypted database of which nothing is durable before `end_filling`. Raises a `StoreFault`."""
    return open_database(path, key, settings=SETTINGS, is_alone=is_alone)


def begin_filling(database: Database) -> list[str]:
    """Take the indexes of an empty new database away, and return what makes them again."""
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    with atomic(database):
        for name, _ in indexes:
            database.execute(f"DROP INDEX {name}")
    return [sql for _, sql in indexes]


def end_filling(database: Database, indexes: list[str]) -> None:
    """Build the indexes and put everything on the disk; from then on it is written as a replica always is."""
    if indexes:
        with atomic(database):
            for sql in indexes:
                database.execute(sql)
    for name, value in AS_ALWAYS:
        database.execute(f"PRAGMA {name} = {value}").fetchall()
    _flush(Path(database.execute("PRAGMA database_list").fetchone()[2]))


def _flush(path: Path) -> None:
    """Wait until the disk has all of a file, whoever wrote it."""
    try:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as problem:
        raise DiskBroken(str(problem)) from problem

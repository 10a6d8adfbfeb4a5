"""Writes into a store's files as somebody would who has the database key, past every rule of our own code."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from tests.builders import station_keys


@contextmanager
def through_key(path: Path) -> Iterator[Any]:
    """Yield a bare connection to an encrypted file; whoever changes protected rows drops the triggers first."""
    connection = dbapi2.connect(str(path), isolation_level=None)
    try:
        connection.execute(f"PRAGMA key = \"x'{station_keys().database.hex()}'\"")
        yield connection
    finally:
        connection.close()


@contextmanager
def without_triggers(folder: Path) -> Iterator[Any]:
    """Yield a bare connection to the journal with nothing left that would refuse a change."""
    with through_key(folder / "journal.db") as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection


def crash_image(folder: Path, target: Path) -> Path:
    """Copy the files of an open store: what a power cut right now would leave on the disk."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("lock", "*-shm"))
    return target


def flip(path: Path, offset: int, *, mask: int = 1) -> None:
    """Change one byte of a file."""
    content = bytearray(path.read_bytes())
    content[offset] ^= mask
    path.write_bytes(content)

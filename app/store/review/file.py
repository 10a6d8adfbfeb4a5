"""The derived file itself: opened if it fits this program, else begun anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from app.store.db import REPLICA_SETTINGS, DatabaseError, Settings, Transaction, open_database
from app.store.faults import ReviewDamaged, ReviewMissing, StoreDamaged, StoreFault
from app.store.review.schema import FORM, TABLES

NAME = "review.db"
# What the power takes is read again. While pages are looked through, all of a hundred thousand orders is in memory.
SETTINGS: Settings = (*REPLICA_SETTINGS, ("cache_size", -24_576))


class _Reading(Transaction):
    """A transaction of this file, which a test that ends the process at a redemption's must not meet."""

    __slots__ = ()
    BEFORE, AFTER = "before_review_commit", "after_review_commit"


def reading(database: Database) -> Transaction:
    """One transaction on the derived file. Raises a `StoreFault`."""
    return _Reading(database.conn)


@contextmanager
def own_faults() -> Iterator[None]:
    """Tell the derived file's damage from the station's."""
    try:
        yield
    except StoreDamaged as problem:
        raise ReviewDamaged(problem.detail) from problem


def open_review(folder: Path, key: bytes) -> Database:
    """Open the derived file of a store, or begin it. Raises `ReviewMissing` where none can be made."""
    try:
        try:
            return _opened(folder / NAME, key)
        except (
            StoreDamaged,
            DatabaseError,
        ):  # of another form, of another key, or torn: it holds nothing of its own
            drop_review(folder)
            return _opened(folder / NAME, key)
    except (StoreFault, OSError) as problem:
        raise ReviewMissing(str(problem)) from problem


def _opened(path: Path, key: bytes) -> Database:
    database = open_database(path, key, settings=SETTINGS)
    try:
        form = database.execute("PRAGMA user_version").fetchone()[0]
        if form not in (0, FORM):
            raise StoreDamaged(f"{path.name} has form {form}")
        if form == 0:
            with reading(database):
                for statement in TABLES:
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {FORM}")
    except BaseException:
        database.close()
        raise
    return database


def drop_review(folder: Path) -> None:
    """Throw the derived file away. Raises `OSError` where that is forbidden."""
    for part in folder.glob(f"{NAME}*"):
        part.unlink(missing_ok=True)

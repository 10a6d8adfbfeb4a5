"""A store looked at from outside, by whoever wants to know how it is: nothing in it is changed or set aside.

What `StationStore` checks when it opens is checked here too, by a reader beside the station that may be running.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from app.clock import Clock
from app.core.standing import Standing, read_standing
from app.store.checking import hold_against
from app.store.db import SQLITE_FIRST_SAFE, DatabaseError, check_pages, look_into_database
from app.store.device import DEVICE_FACTS, Device, read_card
from app.store.faults import StoreBusy, StoreDamaged, StoreFault
from app.store.journal import Journal
from app.store.keystore import KeyStore, StationKeys, load_keys, load_mark
from app.store.lock import StoreLock
from app.store.meta import read_meta
from app.store.migrate import refuse_newer
from app.store.store import JOURNAL, LOCK
from app.store.timekeeper import read_time


@dataclass(frozen=True, slots=True)
class Library:
    """The database library that this installation brought along."""

    sqlite: str
    cipher: str
    is_safe: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many entries a journal holds, and how many of them wait for HQ."""

    entries: int
    waiting: int


def library() -> Library:
    """Return the versions of SQLite and SQLCipher."""
    connection = dbapi2.connect(":memory:")
    try:
        cipher = connection.execute("PRAGMA cipher_version").fetchone()[0]
    finally:
        connection.close()
    return Library(dbapi2.sqlite_version, cipher, dbapi2.sqlite_version_info >= SQLITE_FIRST_SAFE)


def kind_of_key_store(folder: Path) -> str | None:
    """Return which kind of key store a store's keys are in, as its card says; None where that can't be read."""
    try:
        return read_card(folder).key_store
    except StoreFault:
        return None


def is_in_use(folder: Path) -> bool:
    """Whether a program runs on this store now."""
    if not (folder / LOCK).exists():
        return False
    try:
        StoreLock(folder / LOCK).release()
    except StoreBusy:
        return True
    return False


def device_of(folder: Path, keys: StationKeys) -> Device:
    """Return who a store says it is. Raises a `StoreFault`."""
    with _journal_database(folder, keys) as database:
        return _device(database)


def standing_of(folder: Path, keys: StationKeys) -> Standing:
    """Return how a station stands, by what its records say; its clock is not looked at. Raises a `StoreFault`."""
    with _journal_database(folder, keys) as database:
        kept = read_standing(read_meta(database, "standing"))
        time = read_time(database)
    is_doubted = time is not None and time.awaits_hq and not kept.outweighs(Standing.TIME_DOUBTFUL)
    return Standing.TIME_DOUBTFUL if is_doubted else kept


def verify_journal(folder: Path, key_store: KeyStore, *, clock: Clock) -> Count:
    """Hold every page, every entry and the mark in the key store against each other. Raises a `StoreFault`."""
    name = read_card(folder).name
    keys = load_keys(key_store, name)
    with _journal_database(folder, keys) as database:
        check_pages(database)
        device = _device(database)
        journal = Journal(database, owner=device.owner, nonce=device.nonce, key=keys.sign, clock=clock)
        head, mark = journal.verify(), load_mark(key_store, name)
        hold_against(journal, head, mark)
        return Count(head.seq, head.seq - int(read_meta(database, "acked_seq", 0)))


def _device(database: Database) -> Device:
    facts = {fact: read_meta(database, fact) for fact in DEVICE_FACTS}
    if None in facts.values():
        raise StoreDamaged("the journal does not say who this station is")
    return Device(**facts)


@contextmanager
def _journal_database(folder: Path, keys: StationKeys) -> Iterator[Database]:
    database = look_into_database(folder / JOURNAL, keys.database)
    try:
        if refuse_newer(database, "journal") == 0:
            raise StoreDamaged("the journal is empty")
        yield database
    except DatabaseError as problem:  # a table of ours is missing
        raise StoreDamaged(str(problem)) from problem
    finally:
        database.close()

"""An HQ that is open: its database, keys, clock and who it is. Every service is handed one."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.clock import Clock, SystemClock
from app.core.program import Program
from hq import restored, schema
from hq.authority import forgotten
from hq.db import Database, Whole, hold_whole, sqlite_url
from hq.faults import HqFault, SetUpFault
from hq.holders import Holders, read_holders
from hq.journal.deaths import NoWatch, Watch
from hq.keys import KeyRing, check_whole, read_keys, write_secret
from hq.keysets import kept
from hq.keysets.store import good_kids
from hq.mark import Mark, Reached, read_mark
from hq.members import closing
from hq.members import kept as erasures
from hq.stops import kept as kept_stops
from hq.stops.store import Lists
from sync.protocol import MIN_CLIENT

log = logging.getLogger(__name__)

DATABASE_FILE = "hq.db"
URL_FILE = "database-url"  # there when the database is elsewhere; of mode 0600, for it may hold a password
KEYS_FOLDER = "keys"
SNAPSHOTS_FOLDER = "snapshots"
JUDGING_FOLDER = "judging"
FOLDERS = KEYS_FOLDER, SNAPSHOTS_FOLDER, JUDGING_FOLDER, kept.FOLDER, erasures.FOLDER
BACKUP_FILE = "tillside-hq-keys.backup"
FOLDER_MODE = 0o700  # members and journals lie in it unencrypted


@dataclass(frozen=True)
class Hq:
    """What services need. `incarnation` and `set_id` change when HQ is restored or moved."""

    database: Database
    keys: KeyRing
    clock: Clock
    snapshots: Path
    incarnation: str
    set_id: str
    mark: Mark
    holders: Holders
    min_client: int = MIN_CLIENT
    watch: Watch = field(default_factory=NoWatch)  # over what is judged; a serving HQ has a real one
    programs: dict[int, Program] = field(
        default_factory=dict
    )  # compiled versions: campaigns.service keeps it
    stops: dict[int, Lists] = field(default_factory=dict)  # by the list's version: stops.service keeps it

    def close(self) -> None:
        """Give the database back."""
        self.mark.close()
        self.database.close()


def open_database(folder: Path) -> Database:
    """Open the database of an HQ and refuse one of another version. Raises `SetUpFault`."""
    database = Database(database_url(folder))
    try:
        database.reach()
        schema.check(database)
    except HqFault:
        database.close()
        raise
    return database


def folder_of(hq: Hq) -> Path:
    """Return the folder in which an HQ lies, beside its database wherever that is."""
    return hq.snapshots.parent


def needed_keys(folder: Path) -> frozenset[str]:
    """Return the ids of the keys that an HQ's database can't do without; none where there is no database."""
    try:
        database = open_database(folder)
    except SetUpFault:
        return frozenset()
    try:
        with database.reading() as connection:
            return frozenset(good_kids(connection))
    finally:
        database.close()


def write_database_url(folder: Path, url: str) -> None:
    """Remember where the database of an HQ is."""
    write_secret(folder / URL_FILE, url + "\n")


def database_url(folder: Path) -> str:
    """Return where the database of an HQ is, for SQLAlchemy. Raises `SetUpFault`."""
    try:
        return (folder / URL_FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if not (folder / DATABASE_FILE).exists():
            raise SetUpFault(f"There is no HQ in {folder}. `tillside hq init` makes one.") from None
        return sqlite_url(folder / DATABASE_FILE)
    except (OSError, UnicodeDecodeError) as problem:
        raise SetUpFault(f"{folder / URL_FILE} can't be read: {problem}") from problem


def open_hq(folder: Path, *, clock: Clock | None = None) -> Hq:
    """Open the HQ in a data folder. Without a clock it goes by the machine's. Raises `SetUpFault`."""
    database = open_database(folder)
    try:
        keys = read_keys(folder / KEYS_FOLDER)
        mark, holders = read_mark(folder), Holders(folder)
        with database.reading() as connection:
            about = restored.read_about(connection)
            is_older = restored.is_older(connection, mark, holders.names)
            known_holders = forgotten.known_holders(connection)
            has_forgotten = kept.is_behind(connection, folder) or kept_stops.is_behind(connection, folder)
        if has_forgotten:
            now_ms = (clock or SystemClock()).now_ms()
            with database.atomic() as connection:
                hold_whole(connection, Whole.PROGRAMS)
                kept.catch_up(connection, folder, now_ms=now_ms)
                kept_stops.catch_up(connection, folder, now_ms=now_ms)
                kept.sign_anew(connection, keys)  # by the key of then, which may be revoked by now
        with database.reading() as connection:
            check_whole(keys, good_kids(connection))
            kept.keep_newest(connection, folder)
            kept_stops.keep_newest(connection, folder)
        if is_older:
            log.info("HQ's database is older than what stations were shown: it was put back from a backup")
            about = take_as_restored(folder, database, keys, clock=clock or SystemClock())
        holders.note_all(known_holders)
        # Behind that: the feed's number, which tells that a database is older, moves with each erasure.
        if erased := closing.catch_up(database, folder, clock or SystemClock()):
            log.info("%s members had been erased since this database was backed up, and are again", erased)
    except HqFault:
        database.close()
        raise
    incarnation = about[restored.INCARNATION]
    reached = mark if mark is not None and mark.incarnation == incarnation else Reached(incarnation)
    return Hq(
        database=database,
        keys=keys,
        clock=clock or SystemClock(),
        snapshots=folder / SNAPSHOTS_FOLDER,
        incarnation=incarnation,
        set_id=about[restored.SET_ID],
        mark=Mark(folder, reached),
        holders=holders,
    )


def take_as_restored(
    folder: Path, database: Database, keys: KeyRing, *, clock: Clock, is_known: bool = False
) -> Mapping[str, str]:
    """Go on as a new incarnation, by what the mark says or (`is_known`) by a person's word; return who HQ is now."""
    mark, holders, now_ms = read_mark(folder), read_holders(folder), clock.now_ms()
    with database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        if is_known or restored.is_older(connection, mark, holders):  # another process may have been quicker
            restored.become_new(connection, keys, mark, now_ms=now_ms, holders=holders, is_known=is_known)
        about = restored.read_about(connection)
    with database.reading() as connection:
        kept_stops.keep_newest(connection, folder)
    restored.drop_snapshots(folder / SNAPSHOTS_FOLDER)
    return about

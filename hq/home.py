"""An HQ that is open: its database, keys, clock and who it is. Every service is handed one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from app.clock import Clock, SystemClock
from app.core.program import Program
from hq import schema
from hq.db import Database, sqlite_url
from hq.faults import HqFault, SetUpFault
from hq.keys import KeyRing, check_whole, read_keys, write_secret
from hq.keysets.store import good_kids
from hq.tables import meta
from sync.protocol import MIN_CLIENT

DATABASE_FILE = "hq.db"
URL_FILE = "database-url"  # there when the database is elsewhere; of mode 0600, for it may hold a password
KEYS_FOLDER = "keys"
SNAPSHOTS_FOLDER = "snapshots"
BACKUP_FILE = "tillside-hq-keys.backup"


@dataclass(frozen=True)
class Hq:
    """What services need. `incarnation` and `set_id` change when HQ is restored or moved."""

    database: Database
    keys: KeyRing
    clock: Clock
    snapshots: Path
    incarnation: str
    set_id: str
    min_client: int = MIN_CLIENT
    programs: dict[int, Program] = field(
        default_factory=dict
    )  # compiled versions: campaigns.service keeps it

    def close(self) -> None:
        """Give the database back."""
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
        with database.reading() as connection:
            about = _read_meta(connection)
            check_whole(keys, good_kids(connection))
    except HqFault:
        database.close()
        raise
    return Hq(
        database=database,
        keys=keys,
        clock=clock or SystemClock(),
        snapshots=folder / SNAPSHOTS_FOLDER,
        incarnation=about["hq_incarnation"],
        set_id=about["set_id"],
    )


def _read_meta(connection: Connection) -> Mapping[str, str]:
    return {row.k: row.v for row in connection.execute(select(meta))}

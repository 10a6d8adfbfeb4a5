"""An HQ that is open: its database, keys, clock and who it is. Every service is handed one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from app.clock import Clock, SystemClock
from app.core.program import Program
from hq import schema
from hq.db import Database, sqlite_url
from hq.faults import SetUpFault
from hq.keys import KeyRing, read_keys
from hq.tables import meta

DATABASE_FILE = "hq.db"
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
    programs: dict[int, Program] = field(
        default_factory=dict
    )  # compiled versions: campaigns.service keeps it

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


def open_database(folder: Path, *, database_url: str | None = None) -> Database:
    """Open the database of an HQ and refuse one of another version. Raises `SetUpFault`."""
    path = folder / DATABASE_FILE
    if database_url is None and not path.exists():
        raise SetUpFault(f"There is no HQ in {folder}. `tillside hq init` makes one.")
    database = Database(database_url or sqlite_url(path))
    schema.check(database)
    return database


def open_hq(folder: Path, *, database_url: str | None = None, clock: Clock | None = None) -> Hq:
    """Open the HQ in a data folder. Without a clock it goes by the machine's. Raises `SetUpFault`."""
    database = open_database(folder, database_url=database_url)
    with database.reading() as connection:
        about = _read_meta(connection)
    return Hq(
        database=database,
        keys=read_keys(folder / KEYS_FOLDER),
        clock=clock or SystemClock(),
        snapshots=folder / SNAPSHOTS_FOLDER,
        incarnation=about["hq_incarnation"],
        set_id=about["set_id"],
    )


def _read_meta(connection: Connection) -> Mapping[str, str]:
    return {row.k: row.v for row in connection.execute(select(meta))}

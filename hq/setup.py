"""`tillside hq init`: database, keys, their backup and the first administrator of a new HQ, all or nothing."""

from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, insert

from app.clock import Clock, SystemClock
from app.ids import new_id, new_number, new_secret
from hq import schema
from hq.backup import new_passphrase, write_backup
from hq.campaigns.store import insert_document
from hq.db import Database, sqlite_url
from hq.faults import SetUpFault
from hq.feed import COUNTER as FEED_COUNTER
from hq.home import BACKUP_FILE, DATABASE_FILE, FOLDER_MODE, KEYS_FOLDER, write_database_url
from hq.journal.cases import COUNTER as CASE_COUNTER
from hq.keys import KeyRing, keyset_body, new_keys, public_keys, root_fingerprint, sign_document, write_keys
from hq.staff.service import ADMIN, insert_staff
from hq.tables import counter, key, meta

FIRST_ADMIN = "admin"
PASSWORD_LENGTH = 16  # of 5 bits each: no list of passwords reaches it


@dataclass(frozen=True)
class Made:
    """What a person must write down: it is shown once and kept nowhere."""

    admin: str
    password: str
    backup: Path
    passphrase: str
    root_fingerprint: str


def init_hq(folder: Path, *, database_url: str | None = None, clock: Clock | None = None) -> Made:
    """Make a new HQ in an empty or missing folder, its database a file there or the empty one at `database_url`.

    Raises `SetUpFault` when something is there already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise SetUpFault(f"{folder} is not empty. Choose a new folder for HQ; nothing was changed.")
    database = Database(database_url or sqlite_url(folder / DATABASE_FILE))
    try:
        return _init(folder, database, database_url, now_ms=(clock or SystemClock()).now_ms())
    finally:
        database.close()


def _init(folder: Path, database: Database, database_url: str | None, *, now_ms: int) -> Made:
    if database_url is not None:  # before anything is written
        database.reach()
        schema.check_empty(database)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(FOLDER_MODE)
    if database_url is not None:
        write_database_url(folder, database_url)
    keys, passphrase, password = new_keys(), new_passphrase(), new_number(PASSWORD_LENGTH)
    backup = folder / BACKUP_FILE
    # Keys and backup come first: a crash in between leaves a folder that open_hq refuses, and never a database
    # without keys.
    write_keys(folder / KEYS_FOLDER, keys)
    write_backup(backup, keys, passphrase=passphrase)
    schema.upgrade(database)
    with database.atomic() as connection:
        _first_rows(connection, keys, now_ms=now_ms)
        insert_staff(connection, name=FIRST_ADMIN, role=ADMIN, password=password, now_ms=now_ms)
    return Made(FIRST_ADMIN, password, backup, passphrase, root_fingerprint(keys))


def _first_rows(connection: Connection, keys: KeyRing, *, now_ms: int) -> None:
    about = {"hq_incarnation": new_id(), "set_id": new_secret(8).hex()}
    connection.execute(insert(meta), [{"k": name, "v": value} for name, value in about.items()])
    connection.execute(insert(counter), [{"name": name, "n": 0} for name in (FEED_COUNTER, CASE_COUNTER)])
    published = public_keys(keys, nbf_ms=now_ms)
    connection.execute(insert(key), [asdict(public) for public in published])
    keyset = sign_document(keys, kind="keyset", version=1, body=keyset_body(1, published))
    insert_document(connection, keyset, now_ms=now_ms)

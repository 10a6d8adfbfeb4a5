"""Putting a whole HQ back from its backup, into a folder whose database is gone.

Who it was it is again: the same keys, from the folder or from their own backup. But it has forgotten what came after
the backup, so it goes on as a new incarnation: stations fetch all facts anew and send every entry that it lacks.
"""

from pathlib import Path

from app.clock import Clock, SystemClock
from hq import schema
from hq.archive import check_archive, put_files, put_rows
from hq.backup import read_backup, restore_keys
from hq.db import Database, sqlite_url
from hq.faults import SetUpFault
from hq.home import (
    DATABASE_FILE,
    FOLDER_MODE,
    KEYS_FOLDER,
    URL_FILE,
    database_url,
    needed_keys,
    open_database,
    open_hq,
    take_as_restored,
    write_database_url,
)
from hq.keys import read_keys
from hq.keysets.service import publish_anew

DRAFT_FILE = DATABASE_FILE + ".part"


def put_back(
    archive: Path,
    folder: Path,
    *,
    url: str | None = None,
    keys_backup: Path | None = None,
    passphrase: str = "",
    clock: Clock | None = None,
) -> int:
    """Make an HQ of a backup and return how many rows it has. Its database is a new file, or the empty one at `url`.

    Without `url` it is where the folder says. Keys that the folder has stay; otherwise they come from their backup.
    Raises `SetUpFault`, before anything is changed wherever that can be.
    """
    head = check_archive(archive)
    if not schema.is_known(head.schema):
        raise SetUpFault(
            f"This backup is of a newer Tillside (form {head.schema}). Update this program first."
        )
    has_keys = (folder / KEYS_FOLDER).is_dir() and any((folder / KEYS_FOLDER).iterdir())
    if not has_keys:
        if keys_backup is None:
            raise SetUpFault(
                f"{folder} has no keys, and the backup holds none. Name the backup of the keys too."
            )
        read_backup(keys_backup, passphrase=passphrase)
    where = _where(folder, url)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(FOLDER_MODE)
    rows = _fill(archive, folder, where, form=head.schema)
    put_files(archive, folder)
    if not has_keys and keys_backup is not None:
        restore_keys(keys_backup, folder / KEYS_FOLDER, passphrase=passphrase, needed=needed_keys(folder))
    tell_restored(folder, clock=clock)
    return rows


def tell_restored(folder: Path, *, clock: Clock | None = None) -> None:
    """Let an HQ whose database and folder were put back go on as a new incarnation. Raises `SetUpFault`."""
    database = open_database(folder)
    try:
        keys = read_keys(folder / KEYS_FOLDER)
        take_as_restored(folder, database, keys, clock=clock or SystemClock(), is_known=True)
    finally:
        database.close()
    hq = open_hq(folder, clock=clock)  # which publishes first what lies beside the database
    try:
        publish_anew(hq)
    finally:
        hq.close()


def _where(folder: Path, url: str | None) -> str | None:
    """Return where the database goes, None for a file in the folder. Raises `SetUpFault` where one is already."""
    if (folder / DATABASE_FILE).exists():
        raise SetUpFault(
            f"There is a database in {folder}. Move {DATABASE_FILE} and what begins like it away first; nothing was "
            "changed."
        )
    if url is None and (folder / URL_FILE).exists():
        url = database_url(folder)
    if url is None:
        return None
    database = Database(url)
    try:
        database.reach()
        schema.check_empty(database)
    finally:
        database.close()
    return url


def _fill(archive: Path, folder: Path, where: str | None, *, form: str) -> int:
    """Make the tables as they were when the backup was made, fill them, and bring them up to date.

    A file has its name only when it is whole.
    """
    part = folder / DRAFT_FILE
    part.unlink(missing_ok=True)
    database = Database(where or sqlite_url(part))
    try:
        schema.upgrade(database, to=form)
        rows = put_rows(archive, database)
        schema.upgrade(database)
        database.fold_wal()
    finally:
        database.close()
    if where is None:
        part.rename(folder / DATABASE_FILE)
    else:
        (folder / URL_FILE).unlink(missing_ok=True)
        write_database_url(folder, where)
    return rows

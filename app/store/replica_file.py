"""The files of replicas: the valid one is opened, a damaged one set aside, what an earlier run left dropped."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sqlite_utils import Database

from app.store.db import REPLICA_SETTINGS, check_pages, open_database
from app.store.faults import StoreDamaged
from app.store.migrate import migrate

SET_ASIDE = "damaged-"  # before the name of a replica's files


def open_replica(path: Path, key: bytes, *, is_alone: bool, is_trusted: bool) -> Database:
    """Open a replica, in place of a damaged one an empty one. With `is_trusted` its pages aren't looked at."""
    try:
        return _opened(path, key, is_alone=is_alone, is_trusted=is_trusted)
    except StoreDamaged:
        # Kept for whoever wants to know why. The journal holds what it must never lose: the highest versions seen.
        for part in path.parent.glob(f"{path.name}*"):
            part.replace(part.with_name(SET_ASIDE + part.name))
        return _opened(path, key, is_alone=is_alone, is_trusted=is_trusted)


def _opened(path: Path, key: bytes, *, is_alone: bool, is_trusted: bool) -> Database:
    database = open_database(path, key, settings=REPLICA_SETTINGS, is_alone=is_alone)
    try:
        if not is_trusted:
            check_pages(database)
        migrate(database, "replica")
    except BaseException:
        database.close()
        raise
    return database


def drop_stale_replicas(valid: Path) -> None:
    """Delete every replica but the valid one: what an earlier run left, and the one that a snapshot replaced.

    Only at the start and where a replica was just replaced: else another file may be a draft being filled.
    """
    for stale in valid.parent.glob("replica-*.db*"):
        if not stale.name.startswith(valid.name):
            with suppress(
                PermissionError
            ):  # on Windows, while somebody looks into it: the next start drops it
                stale.unlink(missing_ok=True)


def drop_old_copies(folder: Path, former: Iterable[Path]) -> None:
    """Delete replicas that nobody decides by, since they name members: damaged ones, and those of `former` stores."""
    damaged = folder.glob(f"{SET_ASIDE}replica-*.db*")
    for copy in (*damaged, *(path for each in former for path in each.glob("*replica-*.db*"))):
        with suppress(PermissionError):
            copy.unlink(missing_ok=True)

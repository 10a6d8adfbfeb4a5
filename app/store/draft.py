"""A replica that is being filled beside the valid one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.store.db import atomic
from app.store.faults import DiskFull
from app.store.filling import begin_filling, end_filling, new_database
from app.store.migrate import migrate
from app.store.replica import Replica
from app.store.room import is_room_low


def replica_name(number: int) -> str:
    """Return the file name of a replica."""
    return f"replica-{number}.db"


class ReplicaDraft:
    """A replica that is being filled and isn't valid yet. It belongs to whoever fills it, not to the store's thread.

    Until it is finished nothing of it is durable and its look-ups have no index: with indexes in place each row of a
    large replica would touch a page of its own in each of them, and an interrupted draft is made anew anyway.
    """

    def __init__(self, folder: Path, number: int, *, key: bytes, is_alone: bool) -> None:
        """Make the file anew; what an interrupted attempt left is dropped."""
        path = self._path = folder / replica_name(number)
        for leftover in folder.glob(path.name + "*"):
            leftover.unlink()
        self.number = number
        self.database = new_database(path, key, is_alone=is_alone)
        migrate(self.database, "replica")
        self.replica = Replica(self.database, is_new=True)
        self._indexes = begin_filling(self.database)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """One transaction on the draft. Raises `DiskFull` rather than take the room that is kept for records."""
        if is_room_low(self._path.parent):
            raise DiskFull("a new replica would take the room that is kept for records")
        with atomic(self.database):
            yield

    def drop(self) -> None:
        """Let an attempt that failed go, with its file: members' names are in it. A second time does nothing."""
        self.database.close()
        for part in self._path.parent.glob(self._path.name + "*"):
            part.unlink(missing_ok=True)

    def finish(self) -> None:
        """Build the indexes and bring all of it to the disk; a second time does nothing. Raises a `StoreFault`."""
        if self._indexes:
            end_filling(self.database, self._indexes)
            self._indexes = []

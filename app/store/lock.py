"""One program per store: a lock on a file that the system lets go when the process ends, however it ends."""

import os
import sys
from pathlib import Path

from app.store.faults import StoreBusy, StoreReadOnly

RELEASED = -1


class StoreLock:
    """Holds the store from construction to `release`."""

    def __init__(self, path: Path) -> None:
        """Take the lock or raise `StoreBusy`."""
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise StoreReadOnly(str(problem)) from problem
        try:
            _lock(self._descriptor)
        except OSError as problem:
            os.close(self._descriptor)
            raise StoreBusy(str(path)) from problem

    def release(self) -> None:
        """Let the store go. Twice is no harm: the number may be another file's by then."""
        if self._descriptor != RELEASED:
            os.close(self._descriptor)
            self._descriptor = RELEASED


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""Which devices were ever let hold a lease, noted beside HQ's database: one that was put back knows whom it lacks.

A station that was enrolled after the backup was made is unknown to the database, and may be cut off with leases that
would be handed out again. The file lies in HQ's folder, a name a line, and is only ever added to, until a person has
written off one whom the database doesn't know.
"""

import os
import threading
from collections.abc import Iterable
from pathlib import Path

from hq.drafts import write_whole
from hq.faults import SetUpFault

HOLDERS_FILE = "holders.txt"


class Holders:
    """The names in the folder of an open HQ."""

    def __init__(self, folder: Path) -> None:
        """Go on from what is noted. Raises `SetUpFault`."""
        self._path = folder / HOLDERS_FILE
        self._lock = threading.Lock()
        self._names = read_holders(folder)

    @property
    def names(self) -> frozenset[str]:
        """The ids of all that are noted."""
        return frozenset(self._names)

    def note(self, device_id: str) -> None:
        """Note a device before it hears what it holds; once, and safe from a power cut."""
        if device_id in self._names:
            return
        with (
            self._lock,
            self._path.open("a", encoding="ascii") as file,
        ):  # another process of this HQ may add, too
            file.write(f"{device_id}\n")
            file.flush()
            os.fsync(file.fileno())
            self._names.add(device_id)

    def note_all(self, device_ids: Iterable[str]) -> None:
        """Note those whom the database knows: there may be no file yet, or an older one."""
        for device_id in sorted(set(device_ids) - self._names):
            self.note(device_id)

    def drop(self, device_id: str) -> None:
        """Forget one who was written off, so that no backup is waiting for it again."""
        with self._lock:
            self._names = read_holders(self._path.parent) - {device_id}
            write_whole(self._path, "".join(f"{name}\n" for name in sorted(self._names)).encode("ascii"))


def read_holders(folder: Path) -> set[str]:
    """Return the names in an HQ's folder. Raises `SetUpFault`."""
    path = folder / HOLDERS_FILE
    try:
        return set(path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        return set()
    except (OSError, ValueError) as problem:
        raise SetUpFault(
            f"{path} can't be read ({problem}). Put it back from a backup; without it HQ can't know which "
            "stations it has forgotten."
        ) from problem

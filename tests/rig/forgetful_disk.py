"""A disk that forgets at a power cut what was not synced, for SQLite by apsw's VFS.

The production library can't be given a VFS of ours, so the same SQLite with the same settings runs here on a plain
file: what is held is that our settings, and the way we commit, ask the disk for enough. A real disk may keep some of
what was not synced and lose the rest, in any order: `after_power_cut` draws which.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import apsw

from app.store.db import ALONE, SETTINGS, Settings

NAME = "forgetful"


@dataclass
class _Contents:
    """What a file holds for certain, and what was written to it since the last sync."""

    synced: bytearray = field(default_factory=bytearray)
    unsynced: list[tuple[int, bytes | None]] = field(default_factory=list)  # None: cut off at this place


class ForgetfulDisk(apsw.VFS):
    """Hands everything on to the real disk, and remembers what a power cut would leave of it."""

    def __init__(self) -> None:
        self._files: dict[str, _Contents] = {}
        self.fails_next_sync = False
        super().__init__(NAME, "")

    def xOpen(self, name, flags):  # noqa: N802 SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return _File(self, self._files.setdefault(path, _Contents()), name, flags)

    def xDelete(self, name, sync_folder):  # noqa: N802 SQLite's name
        super().xDelete(name, sync_folder)
        self._files.pop(name, None)

    def after_power_cut(self, folder: Path, chance: random.Random, *, keeps: float) -> None:
        """Lay out what is left: all that was synced, and of the rest each write with the likelihood `keeps`."""
        for path, contents in self._files.items():
            left = bytearray(contents.synced)
            for write in contents.unsynced:
                if chance.random() < keeps:
                    _apply(left, write)
            (folder / Path(path).name).write_bytes(left)


def _apply(content: bytearray, write: tuple[int, bytes | None]) -> None:
    place, written = write
    if written is None:
        del content[place:]
        return
    content.extend(bytes(max(place + len(written) - len(content), 0)))
    content[place : place + len(written)] = written


class _File(apsw.VFSFile):
    def __init__(self, disk: ForgetfulDisk, contents: _Contents, name, flags) -> None:
        self._disk = disk
        self._contents = contents
        super().__init__("", name, flags)

    def xWrite(self, content, place):  # noqa: N802 SQLite's name
        super().xWrite(content, place)
        self._contents.unsynced.append((place, bytes(content)))

    def xTruncate(self, size):  # noqa: N802 SQLite's name
        super().xTruncate(size)
        self._contents.unsynced.append((size, None))

    def xSync(self, flags):  # noqa: N802 SQLite's name
        if self._disk.fails_next_sync:
            # As Linux does: the pages are dropped, and whoever asks again is told that all is well.
            self._disk.fails_next_sync = False
            self._contents.unsynced.clear()
            raise apsw.IOError("fsync: the disk said no")
        super().xSync(flags)
        for write in self._contents.unsynced:
            _apply(self._contents.synced, write)
        self._contents.unsynced.clear()


def open_on(path: Path, *, vfs: str = NAME, settings: Settings = SETTINGS) -> SimpleNamespace:
    """Open a database with a station's settings, as `app.store.db.atomic` wants to have it."""
    connection = apsw.Connection(str(path), vfs=vfs)
    # A VFS of Python's has no memory to share between processes: alone, the WAL needs none.
    for name, value in (*ALONE, *settings):
        connection.execute(f"PRAGMA {name} = {value}")
    return SimpleNamespace(conn=connection)

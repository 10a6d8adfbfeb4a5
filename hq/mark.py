"""How far HQ has come, noted beside its database: so that a database which is older than that is found out.

A database put back from a backup would give numbers of the feed a second time, to other facts, and stations that had
read on would never hear of them. The mark holds the highest number that a station was ever shown. It lies in HQ's
folder and not in the database; who puts back the whole folder has to say so (`tillside hq restored`).
"""

import json
import threading
from dataclasses import asdict, dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any

from hq.drafts import write_whole
from hq.faults import SetUpFault

MARK_FILE = "mark.json"
SIZE = 160  # bytes, of which an incarnation has 32 and each number at most 16


@dataclass(frozen=True, slots=True)
class Reached:
    """How far an incarnation of HQ has come: the feed's number, and the newest program a station was told of."""

    incarnation: str
    feed: int = 0
    program: int = 0


def read_mark(folder: Path) -> Reached | None:
    """Return the mark in HQ's folder, or None where there is none yet. Raises `SetUpFault`."""
    path = folder / MARK_FILE
    try:
        return _read(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SetUpFault(
            f"{path} can't be read ({problem}). If HQ's database was put back from a backup, delete this file and run "
            "`tillside hq restored`; otherwise delete it."
        ) from problem


class Mark:
    """The mark of an open HQ. Written in its place, a few bytes at once: a page must not wait for the disk."""

    def __init__(self, folder: Path, reached: Reached) -> None:
        """Go on from what the database holds."""
        self._path = folder / MARK_FILE
        self._reached = reached
        self._lock = threading.Lock()
        self._file: FileIO | None = None

    def note(self, *, feed: int, program: int) -> None:
        """Note what a station is about to be shown, if there is something new in it."""
        if feed <= self._reached.feed and program <= self._reached.program:
            return
        with self._lock:
            self._file = self._file or self._begin()
            self._file.seek(0)
            try:
                others = _read(self._file.read(SIZE))  # another process of this HQ may have come further
            except (ValueError, KeyError, TypeError):
                others = self._reached
            known = others if others.incarnation == self._reached.incarnation else self._reached
            self._reached = replace(
                self._reached, feed=max(feed, known.feed), program=max(program, known.program)
            )
            self._file.seek(0)
            self._file.write(_written(self._reached))

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _begin(self) -> FileIO:
        """Open the file; one that is missing, or of another incarnation, is made whole first."""
        kept = read_mark(self._path.parent)
        if kept is None or kept.incarnation != self._reached.incarnation:
            write_whole(self._path, _written(self._reached))
        return FileIO(self._path, "r+")


def _read(content: bytes) -> Reached:
    kept: Any = json.loads(content)
    return Reached(str(kept["incarnation"]), int(kept["feed"]), int(kept["program"]))


def _written(reached: Reached) -> bytes:
    return json.dumps(asdict(reached)).encode("ascii").ljust(SIZE)

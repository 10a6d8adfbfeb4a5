"""How far HQ has come, noted beside its database: so that a database which is older than that is found out.

A database put back from a backup would give numbers of the feed a second time, to other facts, and stations that had
read on would never hear of them. The mark holds the highest number that a station was ever shown. It lies in HQ's
folder and not in the database; who puts back the whole folder has to say so (`tillside hq restored`).
"""

import json
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.ids import new_id
from hq.faults import SetUpFault

MARK_FILE = "mark.json"


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
        kept: Any = json.loads(path.read_text(encoding="utf-8"))
        return Reached(str(kept["incarnation"]), int(kept["feed"]), int(kept["program"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SetUpFault(
            f"{path} can't be read ({problem}). If HQ's database was put back from a backup, delete this file and run "
            "`tillside hq restored`; otherwise delete it."
        ) from problem


class Mark:
    """The mark of an open HQ."""

    def __init__(self, folder: Path, reached: Reached) -> None:
        """Go on from what the database holds."""
        self._path = folder / MARK_FILE
        self._reached = reached
        self._lock = threading.Lock()

    def note(self, *, feed: int, program: int) -> None:
        """Note what a station is about to be shown. Written only when there is something new, and whole."""
        if feed <= self._reached.feed and program <= self._reached.program:
            return
        with self._lock:
            feed, program = max(feed, self._reached.feed), max(program, self._reached.program)
            reached = replace(self._reached, feed=feed, program=program)
            draft = self._path.with_name(f"{new_id()}.draft")
            draft.write_text(json.dumps(asdict(reached)), encoding="utf-8")
            draft.replace(self._path)
            self._reached = reached

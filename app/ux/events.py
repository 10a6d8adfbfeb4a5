"""What was done at the window and what it showed, kept in two small files: a name and milliseconds, nothing else.

A line is `milliseconds name`. The milliseconds are the machine's since it was started, so that durations can be told
and times of day can't. Keys that somebody types one after the other are one event: neither what was typed nor how fast
stands here, a PIN least of all. When a file is full it takes the place of the older one.
"""

import logging
import threading
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from typing import Final

log = logging.getLogger(__name__)

FILE: Final = "ux.log"
OLDER: Final = "ux.1.log"
BYTES_MAX: Final = 1 << 20  # some 60,000 events, more than 4,000 redemptions


class Event(StrEnum):
    """What there is to note."""

    START = "start"  # a window came up: nothing of before goes on
    # done
    SCAN = "scan"
    TYPED = "typed"  # any number of keys in a row
    ENTER = "enter"
    KEY = "key"  # one that does something by itself
    TOUCH = "touch"
    # shown
    MEMBER = "member"
    GIVEN = "given"  # offers, of which one is given
    REASONS = "reasons"  # offers, of which one is not possible, and why
    APPROVED = "approved"
    QUEUED = "approved_queued"
    LOOK = "look"
    NOT_POSSIBLE = "not_possible"
    UNKNOWN = "unknown"
    UNDO = "undo"
    UNDONE = "undone"
    QUEUE = "queue"
    MANAGER = "manager"  # the manager's pages came up
    EXCEPTIONS = "exceptions"  # among them what wants to be looked at
    EXPORTED = "exported"  # some of that was written to a file
    IDLE = "idle"


Noted = tuple[int, Event]  # milliseconds, and what


class KeptEvents:
    """Writes events by a thread of its own: the window never waits for the disk, and does without the file."""

    def __init__(self, folder: Path) -> None:
        """Write to the file in `folder`, which is made."""
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._is_lost = False
        self._thread = threading.Thread(target=self._write, args=(folder,), name="kept events", daemon=True)
        self._thread.start()

    def note(self, event: Event, t_ms: int) -> None:
        """Keep one event."""
        if not self._is_lost:
            self._lines.put(f"{t_ms} {event.value}\n")

    def close(self) -> None:
        """Write what there is and end."""
        self._lines.put(None)
        self._thread.join(timeout=2)

    def _write(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            while self._fill(folder / FILE):
                (folder / FILE).replace(folder / OLDER)
        except OSError as problem:
            self._is_lost = True
            log.info("what the window shows can't be noted: %s", problem.strerror)

    def _fill(self, path: Path) -> bool:
        """Write until the file is full; False once there is nothing more to come."""
        with path.open("a", encoding="ascii") as file:
            while file.tell() < BYTES_MAX:
                line = self._lines.get()
                if line is None:
                    return False
                file.write(line)
                file.flush()
        return True


def read_events(folder: Path) -> Iterator[Noted]:
    """Yield what was kept, oldest first. What is no line of ours, or of a newer program, is left out."""
    for name in (OLDER, FILE):
        try:
            text = (folder / name).read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        for line in text.splitlines():
            t_ms, _space, event = line.partition(" ")
            if t_ms.isdecimal() and event in set(Event):
                yield int(t_ms), Event(event)

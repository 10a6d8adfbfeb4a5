"""Which entry HQ was judging when it died, so that an entry which kills it does so three times and no more.

An entry may end the process itself: memory without bounds, or code that never comes back from a library and is killed
from outside. Its station would bring it again to each new process. So what is being judged stands in a file that
outlives the process: a few bytes of memory that the system writes to it, a slot a batch, and nothing to wait for.
Whoever starts next counts what it finds there.

Several batches may be under way when a process dies, and it may be killed from outside; nothing tells the deadly entry
from those beside it. But an innocent one is judged in the end, and then nothing is counted of it any more. Whoever
judges an entry again that was set aside (a person, or a newer HQ) makes a trial of its own, which one death ends.

Only a serving HQ watches itself. The file is locked for as long as its process lives, since several may share a folder.
"""

import json
import logging
import mmap
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from app.core.chain import ChainOwner
from app.ids import new_id
from hq.drafts import draft_of

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)

DEATHS_MAX = 3  # once or twice may be chance: a deployment, a power cut
TRIAL_DEATHS_MAX = 1  # it was set aside before: there is less to lose
SLOT, SLOTS = 96, 64  # bytes, and batches at once: more than uvicorn has threads
DEATHS_FILE = "deaths.json"
KEPT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Watched:
    """A batch under watch; entries by their place in it."""

    begin: Callable[[int], None]
    is_deadly: Callable[[int], bool]
    survive: Callable[[int], None]


UNWATCHED = Watched(begin=lambda place: None, is_deadly=lambda place: False, survive=lambda place: None)


class Watch(Protocol):
    """Watches batches while they are judged."""

    @contextmanager
    def batch(self, owner: ChainOwner, numbers: Sequence[int], *, trial: str = "") -> Iterator[Watched]:
        """Watch entries of a device while the block lasts. `trial` names a further one of what was set aside."""
        ...


class NoWatch:
    """For commands, which judge little and are repeated by nobody."""

    @contextmanager
    def batch(self, owner: ChainOwner, numbers: Sequence[int], *, trial: str = "") -> Iterator[Watched]:
        """See `Watch.batch`."""
        yield UNWATCHED


class DeathWatch:
    """The watch of a serving process."""

    def __init__(self, folder: Path) -> None:
        """Count what earlier processes left in the folder, and begin a file of this one's."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._deaths = _counted(folder)
        self._path = folder / f"{new_id()}.judging"
        self._file = self._path.open("w+b")
        _lock(self._file)
        self._file.truncate(SLOT * SLOTS)
        self._slots = mmap.mmap(self._file.fileno(), SLOT * SLOTS)
        self._free = list(range(SLOTS))

    @contextmanager
    def batch(self, owner: ChainOwner, numbers: Sequence[int], *, trial: str = "") -> Iterator[Watched]:
        """See `Watch.batch`."""
        names = [
            " ".join([owner.device_id, str(owner.epoch), str(number), *trial.split()]) for number in numbers
        ]
        most = TRIAL_DEATHS_MAX if trial else DEATHS_MAX
        try:
            slot = self._free.pop() * SLOT  # one step for the interpreter, as append is
        except IndexError:
            yield UNWATCHED
            return

        def begin(place: int) -> None:
            self._slots[slot : slot + SLOT] = names[place].encode("utf-8")[:SLOT].ljust(SLOT)

        def survive(place: int) -> None:
            self._slots[slot : slot + SLOT] = bytes(SLOT)
            if self._deaths.pop(names[place], 0):
                self._write()

        try:
            yield Watched(begin, lambda place: self._deaths[names[place]] >= most, survive)
        finally:
            self._slots[slot : slot + SLOT] = bytes(SLOT)
            self._free.append(slot // SLOT)

    def _write(self) -> None:
        """Let the next process know too. Another of this HQ may write over it: then it is forgotten a little later."""
        now = Counter(dict(self._deaths))  # copied in one step: others go on counting meanwhile
        try:
            _write(self._folder, now)
        except OSError as problem:
            log.info("what was counted could not be written: %s", problem)

    def close(self) -> None:
        """End in order: nothing was being judged."""
        self._slots.close()
        self._file.close()
        self._path.unlink(missing_ok=True)


def _counted(folder: Path) -> Counter[str]:
    """Add what dead processes were judging to the deaths counted before."""
    try:
        deaths = Counter[str](json.loads((folder / DEATHS_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        deaths = Counter()  # none yet, or a file that a dying process left half: then it is three times again
    found = [name for path in sorted(folder.glob("*.judging")) for name in _left_by_dead(path)]
    if found:
        log.info("HQ ended while it judged %s", ", ".join(found))
        deaths.update(found)
        _write(folder, deaths)
    return deaths


def _write(folder: Path, deaths: Counter[str]) -> None:
    with draft_of(folder / DEATHS_FILE) as draft:
        draft.write_text(json.dumps(dict(deaths.most_common(KEPT_MAX))), encoding="utf-8")


def _left_by_dead(path: Path) -> list[str]:
    """Return what stands in the file of a process that lives no more, and delete it."""
    try:
        with path.open("r+b") as file:
            if not _lock(file):
                return []
            content = file.read(SLOT * SLOTS)
        path.unlink(missing_ok=True)
    except OSError:
        return []  # somebody else was quicker
    slots = [content[start : start + SLOT] for start in range(0, len(content), SLOT)]
    return [slot.decode("utf-8", "replace").strip() for slot in slots if slot.strip(b"\x00 ")]


def _lock(file: BinaryIO) -> bool:
    if sys.platform == "win32":  # which has no such locks: there nothing is counted
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

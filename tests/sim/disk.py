"""The disk of a simulated world: where a program is killed, when a write fails, and what a dead program leaves behind.

A killed program leaves its files as they are; closing a connection would fold its log in, so the files are set aside
first and put back afterwards. A power cut leaves only what SQLite had waited for: with `synchronous` FULL every commit,
with less only what the last start found.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

JOURNAL_LOG = "journal.db-wal"
SHARED_MEMORY = "-shm"
FULL = 2  # what `PRAGMA synchronous` answers

Image = dict[str, bytes]


class Room(NamedTuple):
    """What a disk has left."""

    free: int


class Disks:
    """How much room there is, as the product asks for it (in the place of `shutil`)."""

    def __init__(self) -> None:
        self.low: set[Path] = set()  # folders on disks that are nearly full

    def disk_usage(self, folder: Path) -> Room:
        return Room(1 << 20 if folder in self.low else 1 << 40)


class Killed(BaseException):
    """A process ends here. No fault of the product's: nothing in it may catch this."""


class FailPoints:
    """Told by the product where it is; does once what was armed there."""

    def __init__(self) -> None:
        self._armed: dict[str, tuple[int, Callable[[], None]]] = {}

    def arm(self, name: str, passing: int, act: Callable[[], None]) -> None:
        """Do `act` when the product passes `name` for the given time."""
        self._armed[name] = passing, act

    def disarm(self, *names: str) -> None:
        for name in names or tuple(self._armed):
            self._armed.pop(name, None)

    def __call__(self, name: str) -> None:
        if name not in self._armed:
            return
        left, act = self._armed.pop(name)
        if left == 1:
            act()
        else:
            self._armed[name] = left - 1, act


def kill() -> None:
    raise Killed


def image_of(folder: Path) -> Image:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def put_back(folder: Path, image: Image) -> None:
    """Make a folder hold these files and no others."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file() and path.name not in image:
            path.unlink()
    for name, content in image.items():
        (folder / name).write_bytes(content)


def after_power_cut(image: Image) -> Image:
    """Return what is left of an image when the machine goes off too: shared memory is memory."""
    return {name: content for name, content in image.items() if not name.endswith(SHARED_MEMORY)}


def torn(image: Image, *, before: int, cut: float) -> Image:
    """Return an image whose newest commit reached the disk in part: `cut` (0 to 1) of what it added to the log."""
    log = image.get(JOURNAL_LOG, b"")
    if len(log) <= before:
        return image
    return image | {JOURNAL_LOG: log[: before + int((len(log) - before) * cut)]}

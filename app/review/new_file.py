"""A new file in a folder that somebody chose, maybe on a USB stick: whole or not at all, and never over another one.

What can't be done is said by its kind, for the disk's own words are nobody's at a till. It has another name until it is
whole, so that half of it, left by a computer that went off, is taken for nothing else. And it is on the disk before it
is said to be there: a stick is pulled out as soon as the page says so.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

NAMES_MAX: Final = 1_000  # files of one name in one folder: `day.csv`, `day-2.csv` and so on
PART: Final = ".part"  # of the name, until it is whole
ROW_END: Final = b"\r\n"


class Cannot(StrEnum):
    """Why nothing was written."""

    MISSING = "missing"  # there is no such folder, or no longer: the stick was pulled out
    FORBIDDEN = "forbidden"  # nobody may write there, or it can only be read
    FULL = "full"
    OTHER = "other"


class NotWritten(Exception):
    """Nothing was written, and nothing was left behind where that could be helped."""

    def __init__(self, why: Cannot) -> None:
        """Keep why."""
        super().__init__(why.value)
        self.why = why


class Stopped(Exception):
    """Whoever asked for the file wants it no more."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is there now: its name, where it lies, and how many rows or pages it has."""

    name: str
    folder: Path
    count: int


KINDS = {
    errno.ENOENT: Cannot.MISSING,
    errno.ENOTDIR: Cannot.MISSING,
    errno.ENODEV: Cannot.MISSING,
    errno.ENXIO: Cannot.MISSING,
    errno.EIO: Cannot.MISSING,  # what a stick says that is gone
    errno.EACCES: Cannot.FORBIDDEN,
    errno.EPERM: Cannot.FORBIDDEN,
    errno.EROFS: Cannot.FORBIDDEN,
    errno.ENOSPC: Cannot.FULL,
    errno.EDQUOT: Cannot.FULL,
    errno.EFBIG: Cannot.FULL,
}


def write_new(folder: Path, name: str, write: Callable[[BinaryIO], int]) -> Written:
    """Write a new file by `write`, which returns how many rows it wrote, under `name` or the next free one like it.

    Raises `NotWritten`, and whatever `write` raises.
    """
    try:
        part, file = _begun(folder, name)
    except OSError as problem:
        raise NotWritten(KINDS.get(problem.errno or 0, Cannot.OTHER)) from problem
    try:
        with file:
            count = write(file)
            file.flush()
            os.fsync(file.fileno())
        path = _named(part, folder, name)
    except OSError as problem:
        _take_away(part)
        raise NotWritten(KINDS.get(problem.errno or 0, Cannot.OTHER)) from problem
    except BaseException:
        _take_away(part)
        raise
    return Written(path.name, folder, count)


def _names(folder: Path, name: str) -> Iterator[Path]:
    stem, _point, suffix = name.rpartition(".")
    for number in range(1, NAMES_MAX):
        yield folder / (name if number == 1 else f"{stem}-{number}.{suffix}")


def _begun(folder: Path, name: str) -> tuple[Path, BinaryIO]:
    for path in _names(folder, name + PART):
        with suppress(FileExistsError):  # what a computer that went off has left
            return path, path.open("xb")
    raise NotWritten(Cannot.FULL)


def _named(part: Path, folder: Path, name: str) -> Path:
    """Give the file, which is whole, the next free name."""
    for path in _names(folder, name):
        if path.exists():
            continue
        try:
            os.link(part, path)  # never over another one
        except FileExistsError:
            continue
        except OSError:  # sticks know no links
            part.rename(path)
        else:
            part.unlink()
        _settle(folder)
        return path
    raise NotWritten(Cannot.FULL)


def _settle(folder: Path) -> None:
    """Have the name on the disk as well, where a folder can be asked for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _take_away(path: Path) -> None:
    with suppress(OSError):  # the stick is gone, and the half of a file with it
        path.unlink()


class Watched:
    """A file that tells now and then how many rows went into it, and stops when nobody wants it any more."""

    def __init__(
        self, file: BinaryIO, *, told: Callable[[int], None], is_stopped: Callable[[], bool]
    ) -> None:
        """Write to `file`; `told` is called with each write."""
        self._file, self._told, self._is_stopped = file, told, is_stopped
        self._rows = 0

    def write(self, part: bytes) -> int:
        """Write on. Raises `Stopped`."""
        if self._is_stopped():
            raise Stopped
        self._rows += part.count(ROW_END)
        self._told(self._rows)
        return self._file.write(part)

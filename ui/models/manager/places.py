"""Where a file can be put: the folder for documents, and whatever stick is plugged in."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QStorageInfo

STICKS_AT = ("/media/", "/run/media/", "/Volumes/")  # where systems show what is plugged in
OURS = "Tillside"


class PlaceKind(StrEnum):
    """What a place is."""

    DOCUMENTS = "documents"
    STICK = "stick"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder; `name` is what a stick calls itself."""

    path: str
    kind: PlaceKind
    name: str = ""


def places() -> tuple[Place, ...]:
    """Return where something can be put now. It may wait for a disk, so no thread that draws calls it."""
    where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(where) if where else Path.home()
    if not folder.is_dir():  # a bare system has none, and what is saved by one key must go somewhere
        folder = Path.home()
    return (Place(str(folder), PlaceKind.DOCUMENTS), *_sticks())


def _sticks() -> tuple[Place, ...]:
    return tuple(
        Place(volume.rootPath(), PlaceKind.STICK, volume.name() or Path(volume.rootPath()).name)
        for volume in QStorageInfo.mountedVolumes()
        if volume.isValid() and volume.isReady() and not volume.isRoot() and _is_plugged_in(volume.rootPath())
    )


def _is_plugged_in(root: str) -> bool:
    return sys.platform == "win32" or root.startswith(STICKS_AT)

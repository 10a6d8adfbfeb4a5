"""The folder a demo leaves behind. An earlier demo in it is replaced; anything else is refused."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

MARK = "tillside-demo.json"


class FolderTaken(Exception):
    """The folder holds something that no demo made."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where everything of a demo lies."""

    path: Path

    @property
    def hq(self) -> Path:
        """HQ's data folder."""
        return self.path / "hq"

    @property
    def state(self) -> Path:
        """The stations' key store, kept apart from their stores as on a real PC."""
        return self.path / "state"

    @property
    def stores(self) -> Path:
        """The stations' stores, a folder a shop."""
        return self.path / "stores"

    @property
    def summary(self) -> Path:
        """The summary that a demo ends with."""
        return self.path / "summary.json"

    def store(self, shop: int) -> Path:
        """A shop's store folder."""
        return self.stores / f"shop-{shop}"


def prepare(path: Path) -> DemoFolder:
    """Return an empty folder for a demo. Raises `FolderTaken`."""
    if path.exists() and not path.is_dir():
        raise FolderTaken(f"{path} is a file. Choose a folder with --out.")
    if path.exists() and any(path.iterdir()):
        if not (path / MARK).is_file():
            raise FolderTaken(f"{path} holds something that no demo made. Choose another folder with --out.")
        shutil.rmtree(path)
    path.mkdir(parents=True, exist_ok=True)
    (path / MARK).write_text(json.dumps({"made_by": "tillside demo"}), encoding="utf-8")
    return DemoFolder(path)


def find(path: Path) -> DemoFolder:
    """Return the folder of a demo that has run. Raises `FolderTaken`."""
    if not (path / MARK).is_file():
        raise FolderTaken(f"There is no demo in {path}. `tillside demo --out {path}` makes one.")
    return DemoFolder(path)

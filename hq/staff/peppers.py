"""The peppers of stores: files among HQ's keys, one a store, made when the store's first PIN is set.

Never in the database: whoever has a copy of that has the hashes of PINs too. One that is lost (keys put back from a
backup that was made before it) costs no money: the next PIN that is set in that store makes another, and the others are
set anew.
"""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from app.core.pepper import PEPPER_SIZE
from app.ids import new_secret
from hq.faults import SetUpFault
from hq.keys import write_secret

FILE_NAME = re.compile(r"pepper-([0-9a-f]{16})\.key")


def read_pepper(folder: Path, store_id: str) -> bytes | None:
    """Return the pepper of a store, or None when it has none. Raises `SetUpFault` for a damaged file."""
    return _read(_path(folder, store_id))


def make_pepper(folder: Path, store_id: str) -> tuple[bytes, bool]:
    """Return the pepper of a store and whether it was made just now. Raises `SetUpFault`."""
    found, is_new = read_pepper(folder, store_id), False
    if found is None:
        is_new = True
        with suppress(FileExistsError):  # somebody else was quicker: then theirs is it
            write_secret(_path(folder, store_id), new_secret(PEPPER_SIZE).hex() + "\n")
        found = read_pepper(folder, store_id)
    assert found is not None, "it has just been written"
    return found, is_new


def all_peppers(folder: Path) -> dict[str, bytes]:
    """Return all peppers by the names of their files, for a backup."""
    names = sorted(path.name for path in folder.iterdir() if FILE_NAME.fullmatch(path.name))
    found = {name: _read(folder / name) for name in names}
    return {name: pepper for name, pepper in found.items() if pepper is not None}


def write_peppers(folder: Path, peppers: Mapping[str, bytes]) -> None:
    """Put the peppers of a backup back. Names that no pepper has are left alone."""
    for name, pepper in peppers.items():
        if FILE_NAME.fullmatch(name):
            write_secret(folder / name, pepper.hex() + "\n")


def _path(folder: Path, store_id: str) -> Path:
    """Return where a store's pepper lies. The store is hashed: its id may hold what no file name should."""
    return folder / f"pepper-{hashlib.sha256(store_id.encode('utf-8')).hexdigest()[:16]}.key"


def _read(path: Path) -> bytes | None:
    try:
        pepper = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise SetUpFault(f"{path} can't be read: {problem}. Put it back from the keys' backup.") from problem
    if len(pepper) != PEPPER_SIZE:
        raise SetUpFault(f"{path} is damaged. Put it back from the keys' backup.")
    return pepper

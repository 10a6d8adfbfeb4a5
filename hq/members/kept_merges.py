"""The list of mergings, as files in HQ's folder beside the database: a small one for each, named by the reference.

A database that is put back from a backup has both accounts again. Stations gave by the one that they were told of; held
against half of it, they would be flagged for what was right. So HQ merges them once more. A file is written before its
merging is committed, and names nobody but random references; it goes when the member is erased.
"""

from pathlib import Path
from typing import NamedTuple

from msgspec import DecodeError, Struct
from msgspec.json import decode, encode

from hq.drafts import DRAFT, write_whole
from hq.faults import SetUpFault

FOLDER = "mergings"


class Kept(NamedTuple):
    """A merging: when (UTC ms), of whom into whom, and by whose word."""

    at_ms: int
    ref: str
    into: str
    who: str


class _File(Struct):
    at_ms: int
    into: str
    who: str


def keep(folder: Path, kept: Kept) -> None:
    """Note a merging, whole or not at all."""
    path = folder / FOLDER / kept.ref
    path.parent.mkdir(exist_ok=True)
    write_whole(path, encode(_File(kept.at_ms, kept.into, kept.who)))


def forget(folder: Path, ref: str) -> None:
    """Note no more that somebody was merged: they were erased."""
    (folder / FOLDER / ref).unlink(missing_ok=True)


def all_kept(folder: Path) -> list[Kept]:
    """Return all mergings as the files know them, first ones first. Raises `SetUpFault`."""
    try:
        paths = [path for path in (folder / FOLDER).iterdir() if not path.name.endswith(DRAFT)]
    except FileNotFoundError:
        return []
    return sorted(map(_read, paths))


def _read(path: Path) -> Kept:
    try:
        found = decode(path.read_bytes(), type=_File)
    except (OSError, DecodeError) as problem:
        raise SetUpFault(
            f"{path} can't be read ({problem}). Its name is the reference of a member who was merged. Delete the file, "
            "and merge them anew: `tillside hq member merge`."
        ) from problem
    return Kept(found.at_ms, path.name, found.into, found.who)

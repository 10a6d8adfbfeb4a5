"""The list of erasures, as files in HQ's folder beside the database: a small one for each, named by the reference.

A database that is put back from a backup has everybody again who was erased since. HQ erases them once more when it
opens that database, before it serves. The files hold nothing personal. One is written before its erasure is committed,
so that no moment is left in which only the database knows of it; what a lost folder had is written again at a start.
"""

from pathlib import Path

from msgspec import DecodeError, Struct
from msgspec.json import decode, encode

from hq.drafts import DRAFT, write_whole
from hq.faults import SetUpFault

FOLDER = "erasures"


class _Kept(Struct):
    at_ms: int


def keep(folder: Path, ref: str, *, at_ms: int) -> None:
    """Note that a member is erased, whole or not at all; a second time does nothing."""
    path = folder / FOLDER / ref
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    write_whole(path, encode(_Kept(at_ms)))


def kept_refs(folder: Path) -> set[str]:
    """Return the references of all who were erased, as far as the files know."""
    try:
        return {path.name for path in (folder / FOLDER).iterdir() if not path.name.endswith(DRAFT)}
    except FileNotFoundError:
        return set()


def kept_ms(folder: Path, ref: str) -> int:
    """Return when a member was erased (UTC ms). Raises `SetUpFault`."""
    path = folder / FOLDER / ref
    try:
        return decode(path.read_bytes(), type=_Kept).at_ms
    except (OSError, DecodeError) as problem:
        raise SetUpFault(
            f"{path} can't be read ({problem}). Its name is the reference of somebody who was erased. Delete the file, "
            f"start HQ, and erase them anew: `tillside hq erase {ref} --confirm`."
        ) from problem

"""Files that come into being whole: written under a name of their own first, which no failure leaves behind.

A process that is killed can't tidy up; so HQ drops drafts at its start that are too old to be anybody's work.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.ids import new_id

DRAFT = ".draft"
OLD_MS = 60 * 60 * 1000  # longer than the largest snapshot takes


@contextmanager
def draft_of(path: Path, *, is_hidden: bool = False) -> Iterator[Path]:
    """Yield another name beside `path`. What the block wrote there takes its place, or is gone if the block fails."""
    draft = path.with_name(f"{'.' if is_hidden else ''}{new_id()}{DRAFT}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all, also when the power fails: its name may be there before its content."""
    with draft_of(path) as draft, draft.open("wb") as file:  # closed before it takes its place
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def drop_old_drafts(folders: Iterable[Path], *, now_ms: int) -> int:
    """Delete drafts of processes that were killed, by the machine's clock; return how many there were."""
    dropped = 0
    for folder in folders:
        for path in folder.glob(f"*{DRAFT}"):
            try:
                if path.stat().st_mtime * 1000 < now_ms - OLD_MS:
                    path.unlink()
                    dropped += 1
            except FileNotFoundError:
                continue  # another process was quicker
    return dropped

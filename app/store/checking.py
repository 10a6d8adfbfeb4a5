"""What of a store is looked at before it is used, and what may be taken on trust for now."""

from enum import Enum
from pathlib import Path

from app.core.chain import Head
from app.store.faults import StoreRolledBack
from app.store.journal import Journal
from app.store.verifying import Reached

LARGE_BYTES = (
    8 << 20
)  # of a file: some four thousand entries, of which all are looked at in a tenth of a second


class Check(Enum):
    """How much of a store is held against its hashes before it is used."""

    EVERYTHING = "everything"  # every page of both files, and the whole journal
    SINCE_MARK = (
        "since mark"  # the entries after the last mark: what came before was looked at when it was saved
    )
    BESIDE = "beside"  # of large files what was never verified; the rest beside the work, by a `Watch`

    def trusts_journal(self, path: Path, *, mark: Head | None, noted: Reached | None) -> bool:
        """Tell whether the older entries may be taken on trust for now.

        `mark` and `noted` come from the key store, where nobody writes who can only write the journal.
        """
        if mark is None:
            return False
        if self is Check.BESIDE:
            return noted is not None and noted.head.seq > 0 and _is_large(path)
        return self is Check.SINCE_MARK

    def trusts_replica(self, path: Path) -> bool:
        """Tell whether the pages of the replica may be taken on trust for now."""
        return self is Check.SINCE_MARK or (self is Check.BESIDE and _is_large(path))


def _is_large(path: Path) -> bool:
    """Tell whether a customer would wait for a look at all of a file."""
    return path.is_file() and path.stat().st_size > LARGE_BYTES


def hold_against(journal: Journal, head: Head, noted: Head | None) -> None:
    """Raise `StoreRolledBack` if a journal that stands at `head` is behind what was noted, or another one."""
    if noted is not None and (head.seq < noted.seq or journal.at(noted.seq) != noted):
        raise StoreRolledBack(f"the journal stands at {head.seq}, it has been at {noted.seq}")


def check_since(journal: Journal, *, mark: Head, noted: Reached | None) -> Reached:
    """Look only at the entries after what was verified, else after the mark. Raises `JournalBroken`."""
    head = journal.head()
    hold_against(journal, head, mark)
    if noted is None:
        return journal.verification(since=journal.reached_at(mark)).finish()
    hold_against(journal, head, noted.head)
    return journal.verification(since=noted).finish()

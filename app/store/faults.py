"""What can go wrong with the station's files, in the words of the person at the till.

A fault is the world's doing (a full disk, a damaged file). Each carries a stable code for logs and other programs and a
sentence to show. After a fault nothing counts as recorded, and nothing is deleted.
"""


class StoreFault(Exception):
    """The base of all: `code` is stable, `sentence` can be shown to a cashier, `detail` is for whoever repairs it."""

    code = "store_fault"
    sentence = "This station can't read or write its records right now. Nothing was recorded."

    def __init__(self, detail: str = "") -> None:
        """Keep what helps to repair it."""
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail


class DiskFull(StoreFault):
    """No room for the entry."""

    code = "disk_full"
    sentence = "The disk of this station is full, so this was not recorded. Free some space, then try again."


class StoreReadOnly(StoreFault):
    """The files can't be written."""

    code = "store_read_only"
    sentence = "This station may not write its records, so this was not recorded. Call support."


class DiskBroken(StoreFault):
    """Reading or writing failed below us."""

    code = "disk_broken"
    sentence = "The disk of this station reports a fault, so this was not recorded. Call support."


class StoreDamaged(StoreFault):
    """A file isn't what was written: a page that fails its check, or no database at all."""

    code = "store_damaged"
    sentence = (
        "The records of this station are damaged, so it stopped. "
        "Nothing was deleted: keep the folder and call support."
    )


class JournalBroken(StoreDamaged):
    """The chain of entries doesn't hold: a row was changed, dropped or put in."""

    code = "journal_broken"
    sentence = (
        "The journal of this station was changed from outside, so it stopped. "
        "Nothing was deleted: keep the folder and call support."
    )

    def __init__(self, *, first_bad_seq: int, detail: str) -> None:
        """Keep the number of the first entry that doesn't hold."""
        super().__init__(f"entry {first_bad_seq}: {detail}")
        self.first_bad_seq = first_bad_seq


class StoreRolledBack(StoreFault):
    """The journal is older than the mark in the key store: a restored backup, or its newest part was lost."""

    code = "store_rolled_back"
    sentence = (
        "The records of this station are older than they should be, so it stopped. "
        "Nothing was deleted: keep the folder and call support."
    )


class ReviewDamaged(StoreDamaged):
    """The file that manager's pages read is damaged; it is made anew, and nothing of the records is meant."""

    code = "review_damaged"
    sentence = (
        "These figures could not be read and are being made anew from the records. Try again in a moment."
    )


class ReviewMissing(StoreFault):
    """The file that manager's pages read can't be made: no room for it, or nobody may."""

    code = "review_missing"
    sentence = (
        "These figures can't be worked out now: the disk of this station is full or may not be written. "
        "Free some space, or call support. The till is not affected."
    )


class StoreBusy(StoreFault):
    """Another process has the store."""

    code = "store_busy"
    sentence = "This program is already running on this store. Use the window that is open."


class StoreMissing(StoreFault):
    """There is no store here yet."""

    code = "store_missing"
    sentence = "This station is not set up yet. Pair it with head office first."


class StoreErased(StoreFault):
    """Head office had shut this station out and let it erase itself, once all its entries were there."""

    code = "store_erased"
    sentence = (
        "Head office has shut this station out and erased its records here. Pair it anew to use it again."
    )


class KeysMissing(StoreFault):
    """The key store has nothing for this store: a copied folder, or a lost key file."""

    code = "keys_missing"
    sentence = "The keys of this station are missing, so it can't open its records. Keep the folder and call support."


class KeyStoreMissing(StoreFault):
    """There is no key store of this kind on the computer, so nothing was set up."""

    code = "key_store_missing"
    sentence = (
        "This computer has no keyring to keep the station's keys in. Set it up with the keys in a file."
    )


class StoreTooNew(StoreFault):
    """A newer program wrote these files."""

    code = "store_too_new"
    sentence = "A newer version of this program has used this store. Install that version again."


class SqliteTooOld(StoreFault):
    """The SQLite library has a known fault that can lose commits."""

    code = "sqlite_too_old"
    sentence = "This installation of the program is not safe to use: its database library is too old. Install it anew."

"""The station's own files: the journal, the replica and the keys. One connection, owned by one thread."""

import sys


def _import_sqlite_utils_alone() -> None:
    """Import sqlite-utils without numpy, which it loads only to know how to store numpy's types; we store none.

    numpy would be a seventh of the station's memory, where no camera brings it along anyway. Whoever imports it
    later gets it: https://github.com/simonw/sqlite-utils, "If numpy is available, add more types" in db.py.
    """
    if "numpy" in sys.modules:
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]  # Python's own way to say: not to be found
    try:
        import sqlite_utils  # noqa: F401, PLC0415 here and not above, where it would find numpy
    finally:
        del sys.modules["numpy"]


_import_sqlite_utils_alone()

"""A copy of a journal that tests change through the key and then try to open."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.store.faults import JournalBroken
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from tests.builders import NOW_MS
from tests.store.through_key import without_triggers

Change = Callable[[Any], object]
CHANGED_COLUMNS = {
    "body": 'CAST(replace(CAST(body AS TEXT), \'"cashier":""\', \'"cashier":"x"\') AS BLOB)',
    "amount": "CAST(replace(CAST(body AS TEXT), '\"discount\":100', '\"discount\":999') AS BLOB)",
    "entry_id": "'0' || substr(entry_id, 2) || '0'",
    "type": "'scan_denied'",
    "prev": "zeroblob(32)",
    "hash": "zeroblob(32)",
    "wall_ms": "wall_ms + 1",
    "boot": "zeroblob(15)",
    "boot_ms": "boot_ms - 1",
    "tq": "'strong'",
}


def set_column(column: str, value: str, seq: int) -> Change:
    """Return the change that sets a column of an entry to an SQL expression."""
    statement = f"UPDATE journal SET {column} = {value} WHERE seq = ?"  # noqa: S608 both are ours
    return lambda db: db.execute(statement, (seq,))


class Victim:
    """A copy of the journal, to be changed and opened."""

    def __init__(self, folder: Path, keys_in: MemoryKeyStore) -> None:
        self.folder, self._keys_in = folder, keys_in

    def change(self, change: Change) -> None:
        with without_triggers(self.folder) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            change(connection)

    def open(self, *, with_mark: bool = True) -> None:
        keys_in = MemoryKeyStore()
        for name, text in self._keys_in._texts.items():
            if with_mark or not name.endswith(".mark"):
                keys_in.write(name, text)
        StationStore(self.folder, key_store=keys_in, clock=SetClock(NOW_MS)).close()

    def first_bad_seq(self, *, with_mark: bool = True) -> int:
        before = (self.folder / "journal.db").read_bytes()
        with pytest.raises(JournalBroken) as caught:
            self.open(with_mark=with_mark)
        assert (self.folder / "journal.db").read_bytes() == before
        return caught.value.first_bad_seq

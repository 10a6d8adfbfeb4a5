"""Erasing a station because head office asked for it: replica, journal and keys.

The keys go first: from that moment nothing in the files can be read any more, wherever a disk may have kept copies of
their pages. A power cut in between leaves files that nobody can open. Who calls this has made sure that HQ keeps all
entries; the last look is taken here, on the store's own thread.
"""

import shutil

from app.core.chain import Head
from app.store.faults import StoreErased
from app.store.store import StationStore


def erase_store(store: StationStore, *, kept: Head) -> None:
    """Erase a store if HQ keeps all of it up to its very last entry, `kept`; else do nothing.

    Raises `StoreErased` when it is done; so does every later use of the store.
    """
    if store.journal.head() != kept:
        return
    erased = StoreErased(f"device {store.device.device_id}")
    store.let_go_for_good(erased)
    shutil.rmtree(store.folder, ignore_errors=True)  # without the keys it says nothing to anybody
    raise erased

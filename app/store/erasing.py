"""Erasing a station because head office asked for it: replica, journal and keys.

The keys go first: from that moment nothing in the files can be read any more, wherever a disk may have kept copies of
their pages. A power cut in between leaves files that nobody can open. Who calls this has made sure that HQ keeps all
entries; the last look is taken here, on the store's own thread. What an earlier epoch left beside the store goes with
it: what HQ had not acknowledged of that was carried over into this journal.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.core.chain import Head
from app.store.device import former_stores, read_card
from app.store.faults import StoreErased, StoreFault
from app.store.store import StationStore


def erase_store(store: StationStore, *, kept: Head) -> None:
    """Erase a store if HQ keeps all of it up to its very last entry, `kept`; else do nothing.

    Raises `StoreErased` when it is done; so does every later use of the store.
    """
    if store.journal.head() != kept:
        return
    erased = StoreErased(f"device {store.device.device_id}")
    former = former_stores(store.folder)
    store.let_go_for_good(erased, former=_names(former))
    for folder in (store.folder, *former):
        shutil.rmtree(folder, ignore_errors=True)  # without the keys it says nothing to anybody
    raise erased


def _names(folders: Sequence[Path]) -> list[str]:
    names = []
    for folder in folders:
        with suppress(StoreFault):  # no card: nobody could find its keys
            names.append(read_card(folder).name)
    return names

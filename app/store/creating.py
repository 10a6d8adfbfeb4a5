"""Laying out a new store: all of it, or nothing."""

import json
import shutil
from pathlib import Path

from app.ids import new_ref
from app.store.db import atomic
from app.store.device import CARD, DEVICE_FACTS, Device
from app.store.draft import replica_name
from app.store.faults import StoreReadOnly
from app.store.filling import end_filling, new_database
from app.store.keystore import KeyStore, StationKeys, save_keys
from app.store.meta import write_meta
from app.store.migrate import migrate
from app.store.store import JOURNAL


def create_store(
    folder: Path, *, device: Device, keys: StationKeys, key_store: KeyStore, key_store_kind: str
) -> None:
    """Lay out a new store for an enrolled device: all of it, or nothing.

    Raises a `StoreFault`; a folder that holds anything is never touched.
    """
    name = new_ref()
    draft = folder.with_name(f".{folder.name}.{name}")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise StoreReadOnly(f"{folder} is not empty")
        draft.mkdir(parents=True)
        _lay_out(draft, device, keys.database)
        card = {"name": name, "key_store": key_store_kind, "device": device.device_id}
        (draft / CARD).write_text(json.dumps(card), encoding="utf-8")
        save_keys(key_store, name, keys)
        draft.replace(folder)
    except OSError as problem:
        raise StoreReadOnly(str(problem)) from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # gone by then, unless something stood in the way


def _lay_out(folder: Path, device: Device, key: bytes) -> None:
    """Make both files, each with one wait for the disk: before the folder has its name, none of it counts."""
    journal = new_database(folder / JOURNAL, key)
    migrate(journal, "journal")
    with atomic(journal):
        facts = {fact: getattr(device, fact) for fact in DEVICE_FACTS}
        write_meta(journal, **facts, acked_seq=0, replica=1)
    end_filling(journal, [])
    journal.close()
    replica = new_database(folder / replica_name(1), key)
    migrate(replica, "replica")
    end_filling(replica, [])
    replica.close()

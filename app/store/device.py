"""Who a station is: the card in its folder, which says where the keys are, and what the journal's file says of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from app.core.chain import ChainOwner
from app.store.faults import StoreDamaged, StoreMissing
from app.store.keystore import FileKeyStore, KeyStore, KeyStoreKind, OsKeyStore

CARD = "store.json"
SET_ASIDE_EPOCH = (
    ".epoch-"  # between a store's name and the epoch, in the name that re-enrolling gives the old folder
)


@dataclass(frozen=True, slots=True)
class Device:
    """Who this station is: what HQ gave it at enrolment."""

    device_id: str
    epoch: int
    nonce: bytes
    store_id: str
    store_name: str
    time_zone: str
    currency: str
    hq_url: str
    hq_incarnation: str
    root_key: bytes  # HQ's root public key (Ed25519, 32 bytes), known by its fingerprint in the pairing code

    @property
    def owner(self) -> ChainOwner:
        """Whose journal this is."""
        return ChainOwner(self.device_id, self.epoch)


DEVICE_FACTS = tuple(Device.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Card:
    """What store.json says: under which name, and in which kind of key store, the keys are kept.

    The device stands there for people, when nothing else can be read; older stores don't say it.
    """

    name: str
    key_store: str
    device_id: str = ""


def key_store_of(kind: str, state_dir: Path) -> KeyStore:
    """Return the key store of a kind that survives the process."""
    return OsKeyStore() if kind == KeyStoreKind.OS else FileKeyStore(state_dir / "keys")


def former_stores(folder: Path) -> list[Path]:
    """Return the folders in which re-enrolments set aside what was in this one."""
    beginning = folder.name + SET_ASIDE_EPOCH
    return sorted(path for path in folder.parent.iterdir() if path.name.startswith(beginning))


def read_device(database: Database) -> Device:
    """Return who the journal in this file is of. Raises `StoreDamaged`."""
    kept: dict[str, Any] = dict(database.execute("SELECT k, v FROM meta").fetchall())
    facts: dict[str, Any] = {fact: kept.get(fact) for fact in DEVICE_FACTS}
    missing = [fact for fact, value in facts.items() if value is None]
    if missing:
        raise StoreDamaged(f"the journal does not say its {missing[0]}")
    return Device(**facts)


def read_card(folder: Path) -> Card:
    """Return a store's card. Raises `StoreMissing` or `StoreDamaged`."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return Card(str(card["name"]), str(card["key_store"]), str(card.get("device", "")))
    except FileNotFoundError as problem:
        raise StoreMissing(str(folder)) from problem
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise StoreDamaged(f"{CARD}: {problem}") from problem

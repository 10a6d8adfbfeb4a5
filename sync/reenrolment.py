"""Going on under a new epoch: for a station whose records are damaged, older than they should be, copied, or shut out.

What can be read of the old journal is read first. HQ then gives the device its next epoch, from which moment nothing
of the old one is posted by itself. The new store begins with an `epoch_start` entry and carries, each as a `salvaged`
entry, what HQ had not acknowledged; a person at HQ decides about those. The old files are set aside beside the store,
and their keys stay in the key store: nothing is deleted.

A machine that is switched off in between has used its pairing text up and nothing else: the old store is still in its
place, or set aside under a name that says so, and the next text begins again from there.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.clock import Clock
from app.core.chain import Head
from app.core.entry import EPOCH_START, SALVAGED, EntryInvalid, read_entry
from app.core.salvaged import (
    EpochReason,
    Salvaged,
    SalvageInvalid,
    epoch_start_record,
    read_salvaged,
    salvaged_record,
)
from app.ids import new_ref
from app.store.device import SET_ASIDE_EPOCH, Device, read_card
from app.store.faults import (
    KeysMissing,
    StoreDamaged,
    StoreFault,
    StoreMissing,
    StoreReadOnly,
    StoreRolledBack,
)
from app.store.health import verify_journal
from app.store.journal import Draft
from app.store.keystore import KeyStore, StationKeys, load_keys
from app.store.lock import StoreLock
from app.store.meta import write_meta
from app.store.salvage import Found, Row, device_said, salvage, salvaged_of
from app.store.store import JOURNAL, LOCK, StationStore
from app.store.timekeeper import TIME, carried_time
from sync.client import HttpEnrolment
from sync.enrolment import Pairing, enrol_station
from sync.protocol import EnrolProtocol

log = logging.getLogger(__name__)

AT_ONCE = 200  # entries in one transaction
HIGHEST = "highest_"  # of the documents that this device has ever seen: no new store goes below them


@dataclass(frozen=True, slots=True)
class Old:
    """What was found of the old store."""

    device: Device | None
    keys: StationKeys | None
    found: Found
    reason: EpochReason

    def waiting(self) -> list[Row]:
        """Return the entries that HQ had not acknowledged, as far as is known."""
        epoch = self.found.epoch
        return [row for row in self.found.rows if row.epoch == epoch and row.seq > self.found.acked_seq]


@dataclass(frozen=True, slots=True)
class Reenrolled:
    """What came of it. `lost` are entries that no longer can be read, as far as their numbers show it."""

    device: Device
    salvaged: int
    lost: int
    aside: Path


def reenrol_station(
    pairing: Pairing,
    *,
    folder: Path,
    key_store: KeyStore,
    key_store_kind: str,
    clock: Clock,
    connect: Callable[[str], EnrolProtocol] = HttpEnrolment,
    on_waiting: Callable[[], object] = lambda: None,
) -> Reenrolled:
    """Give the station in `folder` a new epoch. Raises what `enrol_station` does."""
    if not folder.is_dir() or not any(folder.iterdir()):
        raise StoreMissing(str(folder))
    lock = StoreLock(folder / LOCK)
    try:
        old = look_at_old(folder, key_store, clock=clock)
        draft = folder.with_name(f".{folder.name}.{new_ref()}")
        device = enrol_station(
            pairing,
            folder=draft,
            key_store=key_store,
            key_store_kind=key_store_kind,
            clock=clock,
            connect=connect,
            on_waiting=on_waiting,
        )
        store = StationStore(draft, key_store=key_store, clock=clock)
        try:
            count = _carry_over(store, old)
        finally:
            store.close()
    finally:
        lock.release()
    aside = _set_aside(folder, old, draft)
    return Reenrolled(device, count, _lost(old.found), aside)


def look_at_old(folder: Path, key_store: KeyStore, *, clock: Clock) -> Old:
    """Read what can be read of a store, and say what is wrong with it. Changes nothing."""
    try:
        keys = load_keys(key_store, read_card(folder).name)
    except (KeysMissing, StoreDamaged, StoreMissing) as fault:
        log.info("nothing of the old store can be read: %s", fault)
        return Old(None, None, Found(is_complete=False), EpochReason.KEYS_MISSING)
    found = salvage(folder / JOURNAL, keys.database)
    return Old(device_said(found), keys, found, _reason(folder, key_store, clock=clock))


def _reason(folder: Path, key_store: KeyStore, *, clock: Clock) -> EpochReason:
    try:
        verify_journal(folder, key_store, clock=clock)
    except StoreRolledBack:
        return EpochReason.ROLLED_BACK
    except StoreFault:
        return EpochReason.DAMAGED
    return EpochReason.SHUT_OUT


def _carry_over(store: StationStore, old: Old) -> int:
    """Begin the new journal with what is known of the old one. Returns how many entries are carried."""
    with store.atomic():
        _note_versions(store, old.found.facts)
        store.journal.append([Draft(EPOCH_START, _start(store, old))])
    carried = [] if old.keys is None else _carried(store, old, old.keys)
    for first in range(0, len(carried), AT_ONCE):
        records = [
            salvaged_record(each, store=store.device.store_id) for each in carried[first : first + AT_ONCE]
        ]
        with store.atomic():
            store.journal.append([Draft(SALVAGED, record) for record in records])
    time = carried_time(
        old.found.facts.get(TIME), ((row.epoch, row.seq, row.body) for row in reversed(old.found.rows))
    )
    if time is not None:
        with store.atomic():
            write_meta(store._db, **{TIME: time})  # last: what this run says of the time knows nothing yet
    return len(carried)


def _note_versions(store: StationStore, facts: dict[str, object]) -> None:
    """Begin no lower than this device has ever been: what was seen once is never gone below by a new epoch."""
    for name, version in facts.items():
        kind = name.removeprefix(HIGHEST)
        if kind != name and isinstance(version, int) and version > store.versions.highest(kind):
            store.versions.set_to(kind, version, signer=str(facts.get(f"{name}_signer", "")))


def _start(store: StationStore, old: Old) -> dict[str, object]:
    epoch = old.found.epoch
    rows = [row for row in old.found.rows if row.epoch == epoch]
    last = Head(rows[-1].seq, rows[-1].hash) if rows else None
    from_epoch = epoch if epoch is not None else max(store.device.epoch - 1, 1)
    return epoch_start_record(
        store=store.device.store_id, from_epoch=from_epoch, last=last, reason=old.reason
    )


def _carried(store: StationStore, old: Old, keys: StationKeys) -> list[Salvaged]:
    """Return what is carried: entries as they lay there, and those that the old journal itself had carried, as such."""
    device_id = store.device.device_id if old.device is None else old.device.device_id
    key = keys.sign.public_key()
    return [_inner(row) or salvaged_of(row, device_id=device_id, key=key) for row in old.waiting()]


def _inner(row: Row) -> Salvaged | None:
    """Return what a row carries that was itself saved out of a journal before: it isn't wrapped a second time."""
    try:
        entry = read_entry(row.body)
        return read_salvaged(entry.data) if entry.type == SALVAGED and row.is_whole else None
    except (EntryInvalid, SalvageInvalid):
        return None


def _set_aside(folder: Path, old: Old, draft: Path) -> Path:
    """Put the new store in the place of the old one, which keeps all its files under another name."""
    name = f"{folder.name}{SET_ASIDE_EPOCH}{old.found.epoch or 'unknown'}"
    aside = next(
        path
        for n in range(1, 1000)
        if not (path := folder.with_name(name if n == 1 else f"{name}-{n}")).exists()
    )
    try:
        folder.replace(aside)
        draft.replace(folder)
    except OSError as problem:
        raise StoreReadOnly(str(problem)) from problem
    return aside


def _lost(found: Found) -> int:
    """Return how many numbers are missing between the first and the last entry that was read."""
    seqs = [row.seq for row in found.rows if row.epoch == found.epoch]
    return 0 if not seqs else max(seqs) - len(seqs)

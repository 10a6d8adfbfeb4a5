"""Going on under a new epoch: for a station whose records are damaged, older than they should be, copied, or shut out.

What can be read of the old journal is read first. HQ then gives the device its next epoch, from which moment nothing
of the old one is posted by itself. The new store begins with an `epoch_start` entry and carries, each as a `salvaged`
entry, what HQ does not hold (see carrying.py); a person at HQ decides about those. The old files are set aside beside
the store, and their keys stay in the key store: nothing is deleted.

A machine that is switched off in between has used its pairing text up and nothing else: the old store is still in its
place, or set aside under a name that says so, and the next text begins again from there.

For whom a text is, it says itself: one that is for another device than the one whose records lie here, or for a new
station, is refused before anything is used up. A text for a new station is right where HQ knows this one no more:
another HQ than before, or one that was put back to before this station's time.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from app.clock import Clock
from app.core.chain import Head
from app.core.entry import EPOCH_START, SALVAGED
from app.core.keyset import KeyState, KeyUse, read_keyset
from app.core.salvaged import EpochReason, Salvaged, epoch_start_record, salvaged_record
from app.core.standing import Standing
from app.core.stops import StopsInvalid, read_stops
from app.ids import new_ref
from app.store.device import SET_ASIDE_EPOCH, Device
from app.store.faults import StoreFault, StoreMissing, StoreReadOnly, StoreRolledBack
from app.store.health import verify_journal
from app.store.journal import Draft
from app.store.keystore import KeyStore
from app.store.lock import StoreLock
from app.store.meta import write_meta
from app.store.store import LOCK, StationStore
from app.store.timekeeper import TIME, carried_time
from sync.carrying import (
    Old,
    look_at_records,
    missing_at_hq,
    salvaged_rows,
    set_aside_before,
)
from sync.client import HttpEnrolment
from sync.enrolment import Pairing, PairingInvalid, Records, take_up
from sync.enrolment_wire import EnrolProtocol
from sync.protocol import SignedDocument

AT_ONCE = 200  # entries in one transaction
NOTHING_SHOWS_IT = (
    "This pairing code is for {meant}, and the old records can't be read, so nothing shows whose this machine is. "
    "If the code is meant for it, say so with --believe-text. Nothing was used up."
)
NOTHING_CARRIED = (
    "The old records can't be opened: their keys are not where this station looks for them (state_dir), or store.json "
    "is gone. So nothing of them could be carried over, and sales that were not sent yet would be lost. Put back what "
    "is missing, or say --believe-text to go on without. Nothing was used up."
)
FOR_A_NEW_STATION = (
    "This pairing code is for a new station, and this machine is {here} already. Nothing was used up. Ask head office "
    "for one of `hq enrol --device {here}`; if it knows that device no more, say --believe-text."
)
FOR_ANOTHER = (
    "This pairing code is for {meant}, and this machine is {here}. "
    "Nothing was used up; ask head office for one of `hq enrol --device {here}`."
)
HIGHEST = "highest_"  # of the documents that this device has ever seen: no new store goes below them


@dataclass(frozen=True, slots=True)
class Reenrolled:
    """What came of it. `lost` are entries that no longer can be read, as far as numbers show it; None: who knows."""

    device: Device
    salvaged: int
    lost: int | None
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
    is_text_believed: bool = False,
) -> Reenrolled:
    """Give the station in `folder` a new epoch. Raises what `enrol_station` does.

    With `is_text_believed` a person says that the text is meant for this machine where nothing here shows it.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        raise StoreMissing(str(folder))
    lock = StoreLock(folder / LOCK)
    try:
        old = look_at_old(folder, key_store, clock=clock)
        draft = folder.with_name(f".{folder.name}.{new_ref()}")
        device, answer = take_up(
            pairing,
            folder=draft,
            key_store=key_store,
            key_store_kind=key_store_kind,
            clock=clock,
            connect=connect,
            on_waiting=on_waiting,
            records=Records(
                old.epoch,
                old.believed_seq,
                lambda keyset: _check_text(pairing, old, keyset, is_text_believed=is_text_believed),
            ),
        )
        is_same_hq = _is_same_hq(old, answer.keyset)
        if is_same_hq or old.device is None:
            aside = set_aside_before(folder, key_store, old)
            carried = missing_at_hq(old, aside, answer.former, device_id=device.device_id)
        else:  # what another HQ had acknowledged is not this one's
            carried = salvaged_rows(old, old.waiting(), device_id=device.device_id)
        store = StationStore(draft, key_store=key_store, clock=clock)
        try:
            _carry_over(store, old, carried, is_same_hq=is_same_hq)
        finally:
            store.close()
    finally:
        lock.release()
    return Reenrolled(device, len(carried), old.lost, _set_aside(folder, old, draft))


def look_at_old(folder: Path, key_store: KeyStore, *, clock: Clock) -> Old:
    """Read what can be read of a store, and say what is wrong with it. Changes nothing."""
    old = look_at_records(folder, key_store)
    return old if old.keys is None else replace(old, reason=_reason(folder, key_store, clock=clock))


def _check_text(pairing: Pairing, old: Old, keyset: SignedDocument, *, is_text_believed: bool) -> None:
    """Make sure that the text is meant for the machine whose records lie here. Raises `PairingInvalid`.

    Where two devices are named nobody's word helps: the text is for another machine.
    """
    here, meant = old.device_id, pairing.device_id
    if here and meant and here != meant:
        raise PairingInvalid(FOR_ANOTHER.format(meant=meant, here=here))
    if is_text_believed:
        return
    if not here:
        raise PairingInvalid(NOTHING_SHOWS_IT.format(meant=meant or "a new station"))
    if meant is None:
        is_other_hq = old.device is not None and not _is_same_hq(old, keyset)
        if not is_other_hq and old.found.facts.get("standing") != Standing.UNKNOWN_AT_HQ:
            raise PairingInvalid(FOR_A_NEW_STATION.format(here=here))
    if old.keys is None:
        raise PairingInvalid(NOTHING_CARRIED)


def _is_same_hq(old: Old, keyset: SignedDocument) -> bool:
    """Tell whether it is the HQ that the old store knew: its root key stays in the set of keys when it is replaced."""
    roots = read_keyset(keyset.body).of(KeyUse.ROOT, *KeyState).values()
    return old.device is not None and old.device.root_key in {root.public for root in roots}


def _reason(folder: Path, key_store: KeyStore, *, clock: Clock) -> EpochReason:
    try:
        verify_journal(folder, key_store, clock=clock)
    except StoreRolledBack:
        return EpochReason.ROLLED_BACK
    except StoreFault:
        return EpochReason.DAMAGED
    return EpochReason.SHUT_OUT


def _carry_over(store: StationStore, old: Old, carried: Sequence[Salvaged], *, is_same_hq: bool) -> None:
    """Begin the new journal with what is known of the old one."""
    with store.atomic():
        if is_same_hq:  # another one numbers its documents itself
            _note_versions(store, old.found.facts)
            _go_on_refusing(store, old.found.facts.get("stops"))
            store.enrolments.keep(old.found.boxes, seq=0)  # sealed for it, and of use to no other
        store.journal.append([Draft(EPOCH_START, _start(store, old))])
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


def _note_versions(store: StationStore, facts: dict[str, object]) -> None:
    """Begin no lower than this device has ever been: what was seen once is never gone below by a new epoch."""
    for name, version in facts.items():
        kind = name.removeprefix(HIGHEST)
        if kind != name and isinstance(version, int) and version > store.versions.highest(kind):
            store.versions.set_to(kind, version, signer=str(facts.get(f"{name}_signer", "")))


def _go_on_refusing(store: StationStore, stops: object) -> None:
    """Obey what was heard to be stopped, as far as it can be read, until the newest list has come."""
    if isinstance(stops, bytes):
        with suppress(StopsInvalid):
            read_stops(stops)
            store.stops.keep(stops, 0)


def _start(store: StationStore, old: Old) -> dict[str, object]:
    rows, epoch = old.rows, old.found.epoch
    last = Head(rows[-1].seq, rows[-1].hash) if rows else None
    from_epoch = epoch if epoch is not None else max(store.device.epoch - 1, 1)
    return epoch_start_record(
        store=store.device.store_id, from_epoch=from_epoch, last=last, reason=old.reason
    )


def _set_aside(folder: Path, old: Old, draft: Path) -> Path:
    """Put the new store in the place of the old one, which keeps all its files under another name."""
    name = f"{folder.name}{SET_ASIDE_EPOCH}{old.epoch or 'unknown'}"
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

"""Devices: the stations HQ knows, one row each, with the head of the journal it holds of them.

A device is in one of four states. It waits until a person has said that it is the machine they mean; then it is
active; it is forked when HQ was sent two histories of it, and revoked when a person shut it out. Only what an active
device sends under its present epoch is posted. Where an earlier epoch had come to stays known, with its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, bindparam, insert, select, update

from app.core.chain import ChainOwner, Head
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.tables import device, device_epoch, enrol_token, journal
from hq.webhooks.outbox import Kind, announce_event
from sync.devices_wire import DEVICES_MAX, DeviceTold
from sync.protocol import PROTO_OLDEST

SKEWS_LEAST = 3  # clocks of which most can be right


class DeviceState(StrEnum):
    """Whether what a device sends is posted."""

    WAITING = "waiting"
    ACTIVE = "active"
    FORKED = "forked"
    REVOKED = "revoked"


ACTIVE, REVOKED = DeviceState.ACTIVE, DeviceState.REVOKED
PROTO_KEPT_MAX = 10_000  # what a device says of itself must fit into its column

READ = select(device).where(device.c.device_id == bindparam("of"))
LOCKED = READ.with_for_update()
READ_EPOCH = select(device_epoch).where(
    device_epoch.c.device_id == bindparam("of"), device_epoch.c.epoch == bindparam("in_epoch")
)


@dataclass(frozen=True)
class Device:
    """A station as HQ holds it, in its present epoch."""

    owner: ChainOwner
    store: str
    state: DeviceState
    sign_pub: bytes
    nonce: bytes
    head: Head
    is_to_wipe: bool = False
    proto: int = PROTO_OLDEST  # the framing of its last push

    @property
    def is_active(self) -> bool:
        """Whether what it sends is posted."""
        return self.state is DeviceState.ACTIVE

    @property
    def key(self) -> Ed25519PublicKey:
        """The key it signs with."""
        return Ed25519PublicKey.from_public_bytes(self.sign_pub)


@dataclass(frozen=True)
class Listed:
    """A device as people see it. Times are UTC milliseconds."""

    device_id: str
    store: str
    state: str
    epoch: int
    head_seq: int
    name: str
    hw: str
    sw: str
    enrolled_ms: int
    last_seen_ms: int
    is_to_wipe: bool
    wiped_ms: int | None
    clock_skew_ms: int  # its wall clock less HQ's, at its last push
    asked_by: str = (
        ""  # the station at which a manager asked for it, by HQ's books; empty: head office itself did
    )
    approver: str = ""  # that manager


def read_device(connection: Connection, device_id: str, *, for_update: bool = False) -> Device | None:
    """Return a device, or None; with `for_update` nobody else moves it until the commit."""
    row = connection.execute(LOCKED if for_update else READ, {"of": device_id}).one_or_none()
    return None if row is None else _device(row)


def read_epoch(connection: Connection, present: Device, epoch: int) -> Device | None:
    """Return a device as it was in an epoch: the present one, or one that was replaced. None when there was none."""
    if epoch == present.owner.epoch:
        return present
    of = {"of": present.owner.device_id, "in_epoch": epoch}
    row = connection.execute(READ_EPOCH, of).one_or_none()
    if row is None:
        return None
    return Device(
        owner=ChainOwner(row.device_id, row.epoch),
        store=present.store,
        state=DeviceState.REVOKED,
        sign_pub=row.sign_pub,
        nonce=row.nonce,
        head=Head(row.head_seq, row.head_hash),
        is_to_wipe=bool(row.wipe),
        proto=present.proto,
    )


def keys_of_old_epochs(connection: Connection, device_id: str) -> dict[int, Ed25519PublicKey]:
    """Return what a device signed with in its epochs that were replaced, by epoch."""
    statement = select(device_epoch.c.epoch, device_epoch.c.sign_pub)
    rows = connection.execute(statement.where(device_epoch.c.device_id == device_id))
    return {epoch: Ed25519PublicKey.from_public_bytes(sign_pub) for epoch, sign_pub in rows}


def end_epoch(connection: Connection, device_id: str, *, now_ms: int) -> None:
    """Put a device's present epoch among those that were replaced. The same commit puts a new one in its place."""
    row = connection.execute(LOCKED, {"of": device_id}).one()
    kept = (
        "device_id",
        "epoch",
        "sign_pub",
        "nonce",
        "head_seq",
        "head_hash",
        "enrolled_ms",
        "wipe",
        "wiped_ms",
        "written_off_ms",
    )
    ended = {name: getattr(row, name) for name in kept}
    connection.execute(insert(device_epoch), {**ended, "ended_ms": now_ms})


def former_heads(
    connection: Connection, device_id: str, *, said: tuple[int, int], limit: int
) -> list[tuple[int, Head]]:
    """Return where a device's replaced epochs had come to, the newest first.

    In the epoch that `said` names it is the entry of the number there, if HQ holds that.
    """
    ended = select(device_epoch).where(device_epoch.c.device_id == device_id)
    rows = connection.execute(ended.order_by(device_epoch.c.epoch.desc()).limit(limit)).all()
    heads = {row.epoch: Head(row.head_seq, row.head_hash) for row in rows}
    epoch, seq = said
    of = journal.c.device == device_id, journal.c.epoch == epoch, journal.c.seq == seq
    known = connection.execute(select(journal.c.hash).where(*of)).scalar_one_or_none()
    if epoch in heads and known is not None:
        heads[epoch] = Head(seq, known)
    return list(heads.items())


def devices(hq: Hq) -> list[Device]:
    """Return all devices by id."""
    with hq.database.reading() as connection:
        return [_device(row) for row in connection.execute(select(device).order_by(device.c.device_id))]


def list_devices(hq: Hq) -> list[Listed]:
    """Return all devices as people see them, those that wait first."""
    with hq.database.reading() as connection:
        rows = connection.execute(select(device).order_by(device.c.device_id)).all()
        asked = select(enrol_token.c.paired, enrol_token.c.asked_by, enrol_token.c.approver)
        by_manager = enrol_token.c.paired.is_not(None), enrol_token.c.asked_by.is_not(None)
        who = {paired: (at, by) for paired, at, by in connection.execute(asked.where(*by_manager))}
    found = [
        Listed(
            device_id=row.device_id,
            store=row.store,
            state=row.state,
            epoch=row.epoch,
            head_seq=row.head_seq,
            name=row.name,
            hw=row.hw,
            sw=row.sw,
            enrolled_ms=row.enrolled_ms,
            last_seen_ms=row.last_seen_ms,
            is_to_wipe=bool(row.wipe),
            wiped_ms=row.wiped_ms,
            clock_skew_ms=row.clock_skew_ms,
            asked_by=who.get(row.device_id, ("", ""))[0],
            approver=who.get(row.device_id, ("", ""))[1],
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: each.state != DeviceState.WAITING)


def devices_of_store(connection: Connection, store_id: str) -> list[DeviceTold]:
    """Return a store's devices as its stations may know them; of very many those that were heard of last."""
    of_store = select(device).where(device.c.store == store_id)
    rows = connection.execute(
        of_store.order_by(device.c.last_seen_ms.desc(), device.c.device_id).limit(DEVICES_MAX)
    )
    return [
        DeviceTold(
            device_id=row.device_id,
            name=row.name,
            state=row.state,
            software=row.sw,
            enrolled_ms=row.enrolled_ms,
            seen_ms=row.last_seen_ms,
            behind=row.behind,
            behind_since_ms=row.behind_since_ms,
        )
        for row in rows
    ]


def median_skew_ms(found: Sequence[Listed]) -> int | None:
    """Return by how much the clocks of active stations lead HQ's in the median: many that agree mean that HQ is wrong.

    None for fewer than three, of which nobody can say who is wrong.
    """
    skews = [each.clock_skew_ms for each in found if each.state == DeviceState.ACTIVE and each.last_seen_ms]
    return int(median(skews)) if len(skews) >= SKEWS_LEAST else None


def check_device(hq: Hq, device_id: str | None) -> None:
    """Refuse a device that there isn't. Raises `NotHere`."""
    with hq.database.reading() as connection:
        if device_id is not None and read_device(connection, device_id) is None:
            raise NotHere(f"There is no device {device_id}.")


def confirm(hq: Hq, device_id: str, *, actor: Actor = SYSTEM) -> None:
    """Say that a device that waits is the machine it should be. Raises `NotHere`, `NotPossible`."""
    with hq.database.atomic() as connection:
        found = _hold(connection, device_id, actor)
        if found.state is not DeviceState.WAITING:
            raise NotPossible(f"Device {device_id} does not wait to be confirmed: it is {found.state}.")
        set_state(connection, device_id, DeviceState.ACTIVE)
        told = {"device": device_id, "store": found.store}
        announce_event(connection, Kind.DEVICE_CONFIRMED, told, now_ms=hq.clock.now_ms())
        record(connection, actor, "device.confirmed", f"device:{device_id}", now_ms=hq.clock.now_ms())


def revoke(hq: Hq, device_id: str, *, wipe: bool = False, actor: Actor = SYSTEM, reason: str = "") -> None:
    """Shut a device out: nothing it sends is posted from now on. Raises `NotHere`.

    With `wipe` it erases itself on its next contact, once all of its entries are kept here; its earlier epochs too.
    """
    with hq.database.atomic() as connection:
        before = _hold(connection, device_id, actor)
        set_state(connection, device_id, DeviceState.REVOKED)
        if wipe:
            connection.execute(update(device).where(device.c.device_id == device_id).values(wipe=1))
            connection.execute(
                update(device_epoch).where(device_epoch.c.device_id == device_id).values(wipe=1)
            )
        told = {"device": device_id, "store": before.store, "is_to_wipe": wipe or before.is_to_wipe}
        announce_event(connection, Kind.DEVICE_REVOKED, told, now_ms=hq.clock.now_ms())
        record(
            connection,
            actor,
            "device.revoked",
            f"device:{device_id}",
            now_ms=hq.clock.now_ms(),
            reason=reason,
            before={"state": before.state.value, "is_to_wipe": before.is_to_wipe},
            after={"state": DeviceState.REVOKED.value, "is_to_wipe": wipe or before.is_to_wipe},
        )


def note_device(hq: Hq, device_id: str, note: str, *, actor: Actor) -> None:
    """Keep a note of people on a device, up to 200 characters. Raises `NotHere`."""
    with hq.database.atomic() as connection:
        _hold(connection, device_id, actor)
        of = device.c.device_id == device_id
        before = connection.execute(select(device.c.note).where(of)).scalar_one()
        connection.execute(update(device).where(of).values(note=note))
        record(
            connection,
            actor,
            "device.noted",
            f"device:{device_id}",
            now_ms=hq.clock.now_ms(),
            before={"note": before},
            after={"note": note},
        )


def _hold(connection: Connection, device_id: str, actor: Actor) -> Device:
    """Return a device that nobody else moves until the commit. Raises `NotHere`."""
    found = read_device(connection, device_id, for_update=True)
    if found is None or not actor.sees_store(found.store):
        raise NotHere(f"There is no device {device_id}.")
    return found


def note_contact(connection: Connection, present: Device, epoch: int, *, now_ms: int) -> None:
    """Remember when a device whose push is refused was heard of last. Replaced epochs don't count as the device."""
    if epoch == present.owner.epoch:
        of = device.c.device_id == present.owner.device_id
        connection.execute(update(device).where(of).values(last_seen_ms=now_ms))


def move_epoch_head(connection: Connection, owner: ChainOwner, head: Head) -> None:
    """Move the head of a device's epoch, the present one or one that was replaced."""
    moved = {"head_seq": head.seq, "head_hash": head.hash}
    for table in (device, device_epoch):
        of = table.c.device_id == owner.device_id, table.c.epoch == owner.epoch
        connection.execute(update(table).where(*of).values(moved))


def note_wiped(connection: Connection, owner: ChainOwner, *, now_ms: int) -> None:
    """Remember that a station said it has erased itself."""
    for table in (device, device_epoch):
        of = table.c.device_id == owner.device_id, table.c.epoch == owner.epoch
        connection.execute(update(table).where(*of).values(wiped_ms=now_ms))


def set_state(connection: Connection, device_id: str, state: DeviceState) -> None:
    """Move a device to a state."""
    connection.execute(update(device).where(device.c.device_id == device_id).values(state=state.value))


def _device(row: Any) -> Device:
    return Device(
        owner=ChainOwner(row.device_id, row.epoch),
        store=row.store,
        state=DeviceState(row.state),
        sign_pub=row.sign_pub,
        nonce=row.nonce,
        head=Head(row.head_seq, row.head_hash),
        is_to_wipe=bool(row.wipe),
        proto=row.proto,
    )

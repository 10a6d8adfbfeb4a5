"""Devices: the stations HQ knows, one row each, with the head of the journal it holds of them."""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, bindparam, select, update

from app.core.chain import ChainOwner, Head
from hq.faults import NotHere
from hq.home import Hq
from hq.tables import device

ACTIVE, REVOKED = "active", "revoked"

READ = select(device).where(device.c.device_id == bindparam("of"))
LOCKED = READ.with_for_update()


@dataclass(frozen=True)
class Device:
    """A station as HQ holds it."""

    owner: ChainOwner
    store: str
    is_active: bool
    sign_pub: bytes
    nonce: bytes
    head: Head

    @property
    def key(self) -> Ed25519PublicKey:
        """The key it signs with."""
        return Ed25519PublicKey.from_public_bytes(self.sign_pub)


def read_device(connection: Connection, device_id: str, *, for_update: bool = False) -> Device | None:
    """Return a device, or None; with `for_update` nobody else moves it until the commit."""
    row = connection.execute(LOCKED if for_update else READ, {"of": device_id}).one_or_none()
    return None if row is None else _device(row)


def devices(hq: Hq) -> list[Device]:
    """Return all devices by id."""
    with hq.database.reading() as connection:
        return [_device(row) for row in connection.execute(select(device).order_by(device.c.device_id))]


def revoke(hq: Hq, device_id: str) -> None:
    """Shut a device out: nothing it sends is posted from now on. Raises `NotHere`."""
    with hq.database.atomic() as connection:
        done = connection.execute(update(device).where(device.c.device_id == device_id).values(state=REVOKED))
    if done.rowcount != 1:
        raise NotHere(f"There is no device {device_id}.")


def _device(row: Any) -> Device:
    return Device(
        owner=ChainOwner(row.device_id, row.epoch),
        store=row.store,
        is_active=row.state == ACTIVE,
        sign_pub=row.sign_pub,
        nonce=row.nonce,
        head=Head(row.head_seq, row.head_hash),
    )

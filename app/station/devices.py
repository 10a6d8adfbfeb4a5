"""The store's devices as its manager sees them: this one, with a line or without one; and asking for a new one.

The others are head office's to tell (sync/devices.py). A manager may ask it for a pairing text; that they did is an
entry before it is asked, since an approval is worth one thing. Whatever machine comes with that text, a person at head
office has to confirm it.
"""

from dataclasses import dataclass
from typing import Final

from app.core.approvals import Approval
from app.core.entry import PAIRING
from app.core.standing import Standing
from app.station.approval import use
from app.store.journal import Draft
from app.store.store import StationStore

PAIR: Final = "pairing"  # how an approval names it


@dataclass(frozen=True, slots=True)
class ThisDevice:
    """This station. Moments are UTC milliseconds, 0 for none.

    `waiting`: entries that head office has not acknowledged, the oldest since `waiting_since_ms`; `synced_ms`: head
    office's moment of the facts held here.
    """

    device_id: str
    epoch: int
    store_id: str
    store_name: str
    standing: Standing
    waiting: int
    waiting_since_ms: int
    synced_ms: int


@dataclass(frozen=True, slots=True)
class PairingWanted:
    """What head office is told of a manager who asks for a new device."""

    epoch: int
    approver: str
    approval_id: str


def this_device(store: StationStore) -> ThisDevice:
    """Return how this station is. On the store's thread."""
    device, position = store.device, store.replica.position()
    waiting = store.waiting_count()
    return ThisDevice(
        device_id=device.device_id,
        epoch=device.epoch,
        store_id=device.store_id,
        store_name=device.store_name,
        standing=store.standing,
        waiting=max(waiting, 0),
        waiting_since_ms=store.journal.entry_at(store.acked_seq() + 1).wall_ms if waiting > 0 else 0,
        synced_ms=position.as_of_ms if position else 0,
    )


def want_pairing(store: StationStore, approval: Approval, *, cashier: str = "") -> PairingWanted:
    """Record that a manager asks for a new device, and return what to ask head office with.

    On the store's thread. Raises `ApprovalOver` or a `StoreFault`, and then nothing was recorded.
    """
    said = {"store": store.device.store_id, "t_eff": store.now_ms(), "cashier": cashier}
    with store.atomic():
        store.journal.append([Draft(PAIRING, {**said, **use(store, approval, action=PAIR)})])
    return PairingWanted(store.device.epoch, approval.approver, approval.approval_id)

"""Pairing texts that a manager asks for at a station of the store.

A station vouches for the manager, and a station can be lied with: so there are few texts an hour, each as short-lived
as head office's own, and whatever machine comes with one waits until a person at head office has confirmed it.
"""

from sqlalchemy import Connection, func, select, update

from app.core.pins import Role
from hq.home import Hq
from hq.staff.store import ACTIVE
from hq.stores.devices import Device
from hq.stores.pairing import TOKEN_LIFE_MS, make_pairing
from hq.tables import enrol_token, store, store_staff
from sync.devices_wire import PairingAnswer, PairingRefusal, PairingRequest

WITHIN_MS, TEXTS_MAX = 60 * 60_000, 5  # of a store: a text that was mistyped, a station or two, and no more


def pairing_for(hq: Hq, connection: Connection, asking: Device, request: PairingRequest) -> PairingAnswer:
    """Make a text for a new device of the asking one's store. Asked again by one approval, the text before is void."""
    connection.execute(
        select(store.c.store_id).where(store.c.store_id == asking.store).with_for_update(key_share=True)
    )
    refusal = _refusal(hq, connection, asking, request)
    if refusal is not None:
        return PairingAnswer(refusal=refusal.value)
    before = enrol_token.c.approval == request.approval, enrol_token.c.used_ms.is_(None)
    connection.execute(update(enrol_token).where(*before).values(used_ms=hq.clock.now_ms(), approval=None))
    made = make_pairing(
        hq,
        connection,
        asking.store,
        device_id=None,
        url=request.url,
        is_trusted=False,
        asked_by=asking.owner.device_id,
        approver=request.approver,
        approval=request.approval,
    )
    return PairingAnswer(text=made.text, expires_ms=made.expires_ms)


def _refusal(
    hq: Hq, connection: Connection, asking: Device, request: PairingRequest
) -> PairingRefusal | None:
    of = store_staff.c.staff_id == request.approver, store_staff.c.store == asking.store
    is_manager = store_staff.c.role == Role.MANAGER.value, store_staff.c.state == ACTIVE
    if connection.execute(select(store_staff.c.staff_id).where(*of, *is_manager)).first() is None:
        return PairingRefusal.NOT_A_MANAGER
    used = enrol_token.c.approval == request.approval, enrol_token.c.used_ms.is_not(None)
    if connection.execute(select(enrol_token.c.store).where(*used)).first() is not None:
        return PairingRefusal.USED
    since_ms = hq.clock.now_ms() - WITHIN_MS + TOKEN_LIFE_MS  # a text is as old as its end less its life
    asked = (
        enrol_token.c.store == asking.store,
        enrol_token.c.asked_by.is_not(None),
        enrol_token.c.expires_ms > since_ms,
    )
    count = connection.execute(select(func.count()).select_from(enrol_token).where(*asked)).scalar_one()
    return PairingRefusal.TOO_OFTEN if count >= TEXTS_MAX else None

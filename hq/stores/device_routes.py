"""Devices, by the API: the stations of all stores."""

from typing import Annotated, Any

from fastapi import Query as Parameters
from pydantic import Field

from hq.access.scopes import Scope
from hq.api.models import PATTERN, Page, to_page
from hq.api.paging import Paging, read_cursor, write_cursor
from hq.api.routing import Asked, Routes
from hq.stores import devices, seeing
from hq.stores.pairing import new_epoch_pairing
from hq.stores.schemas import (
    DeviceAnswer,
    DeviceChange,
    EpochAnswer,
    PairingAnswer,
    PairingAsked,
    RevocationAsked,
)

routes = Routes("devices", "Stations: who was heard of when, what waits there, and who is let in.")


class DeviceList(Paging):
    """Which devices."""

    store: Annotated[str | None, Field(max_length=40, pattern=PATTERN)] = None
    state: devices.DeviceState | None = None
    only: seeing.Only | None = None


@routes.get("", needs=Scope.DEVICES_READ, answers=Page[DeviceAnswer])
def list_devices(ask: Asked, asked: Annotated[DeviceList, Parameters()]) -> Any:
    """List devices by id."""
    place = read_cursor(asked.cursor, (str,))
    found = seeing.devices_of(
        ask.hq,
        ask.actor,
        store_id=asked.store,
        state=asked.state,
        only=asked.only,
        after_id=None if place is None else place[0],
        limit=asked.limit + 1,
    )
    shown = found[: asked.limit]
    following = write_cursor([shown[-1].device_id]) if len(found) > asked.limit else None
    return to_page(DeviceAnswer, shown, following)


@routes.get("/{device_id}", needs=Scope.DEVICES_READ, answers=DeviceAnswer, faults=(404,))
def read_device(ask: Asked, device_id: str) -> Any:
    """Read one device."""
    return _answer(ask, device_id)


@routes.patch(
    "/{device_id}", needs=Scope.DEVICES_WRITE, answers=DeviceAnswer, faults=(404,), is_versioned=False
)
def update_device(ask: Asked, device_id: str, asked: DeviceChange) -> Any:
    """Keep a note on a device."""
    devices.note_device(ask.hq, device_id, asked.note, actor=ask.actor)
    return _answer(ask, device_id)


@routes.get("/{device_id}/epochs", needs=Scope.DEVICES_READ, answers=Page[EpochAnswer], faults=(404,))
def list_epochs(ask: Asked, device_id: str) -> Any:
    """List a device's replaced incarnations, the newest first, on one page."""
    seeing.find_device(ask.hq, ask.actor, device_id)
    return to_page(EpochAnswer, seeing.epochs_of(ask.hq, device_id), None)


@routes.post(
    "/{device_id}/confirm", needs=Scope.DEVICES_WRITE, answers=DeviceAnswer, status=200, faults=(404,)
)
def confirm_device(ask: Asked, device_id: str) -> Any:
    """Say that a device that waits is the machine that was meant."""
    devices.confirm(ask.hq, device_id, actor=ask.actor)
    return _answer(ask, device_id)


@routes.post(
    "/{device_id}/revoke", needs=Scope.DEVICES_WRITE, answers=DeviceAnswer, status=200, faults=(404,)
)
def revoke_device(ask: Asked, device_id: str, asked: RevocationAsked) -> Any:
    """Shut a device out: nothing it sends is posted from now on, all of it is kept."""
    devices.revoke(ask.hq, device_id, wipe=asked.wipe, actor=ask.actor, reason=asked.reason)
    return _answer(ask, device_id)


@routes.post("/{device_id}/new-epoch", needs=Scope.DEVICES_WRITE, answers=PairingAnswer, faults=(404,))
def create_epoch_pairing(ask: Asked, device_id: str, asked: PairingAsked) -> Any:
    """Make a pairing text that gives a device a new epoch; its present one ends when the text is used."""
    made = new_epoch_pairing(
        ask.hq, device_id=device_id, url=asked.url, is_trusted=asked.is_trusted, actor=ask.actor
    )
    return PairingAnswer.model_validate(made)


def _answer(ask: Asked, device_id: str) -> DeviceAnswer:
    return DeviceAnswer.model_validate(seeing.find_device(ask.hq, ask.actor, device_id))

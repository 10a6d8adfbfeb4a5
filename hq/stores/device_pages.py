"""Devices in the console: the stations of all stores."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response
from sqlalchemy import func, select

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.api.paging import read_cursor, write_cursor
from hq.console.alerts import Alert, alert
from hq.console.finding import FOUND_MAX, Found, finder
from hq.console.program_of_pages import stores_to_choose
from hq.console.routing import Page, Pages
from hq.console.texts import N_
from hq.csv_files import by_pages, csv_answer, moment_cell
from hq.faults import HqFault, Malformed
from hq.home import Hq
from hq.stores import devices
from hq.stores.devices import DeviceState
from hq.stores.pairing import new_epoch_pairing
from hq.stores.pairing_pages import pairing_typed, read_pairing_form, show_pairing
from hq.stores.seeing import (
    OFFLINE_MS,
    QUEUE_OLD_MS,
    DeviceSeen,
    Only,
    devices_of,
    epochs_of,
    find_device,
    rows_waiting,
)
from hq.tables import device

ROWS = 100
NOTE_LENGTH_MAX, REASON_LENGTH_MAX = 200, 300
SKEW_TOLD_MS = 5 * 60_000  # a station signs by HQ's time from here on: its own clock is of no use to it
REPLICA_OLD_MS = 15 * 60_000  # a connected station fetches what changed within a minute
DEVICE_ID_MAX = 20
# The word of a state, and how it is drawn.
states: Mapping[str, tuple[str, str]] = {
    DeviceState.ACTIVE: (N_("Active"), "ok"),
    DeviceState.WAITING: (N_("To be confirmed"), "warn"),
    DeviceState.FORKED: (N_("Two histories"), "stop"),
    DeviceState.REVOKED: (N_("Shut out"), "plain"),
}
ONLYS: Mapping[str, str] = {
    Only.SILENT: N_("Not heard of"),
    Only.QUEUED: N_("With an old queue"),
    Only.BEHIND: N_("With an old replica"),
}
pages = Pages("devices", N_("Devices"), place="/console/devices", needs=Scope.DEVICES_READ)


@pages.get("")
def show_devices(ask: Page) -> Response:
    """Show devices by id, as far as they fit the filters."""
    rows, following = _page(ask, ask.query.get("cursor"), ROWS)
    return ask.page(
        "devices/list.html",
        rows=rows,
        following=following,
        states=states,
        stores=stores_to_choose(ask.hq, ask.actor),
        onlys=ONLYS,
        now_ms=ask.hq.clock.now_ms(),
        skew_told_ms=SKEW_TOLD_MS,
        replica_old_ms=REPLICA_OLD_MS,
    )


@pages.get("/list.csv")
def get_devices(ask: Page) -> Response:
    """Return the same as a file."""
    header = [
        *("device", "store", "area", "state", "epoch", "head", "machine", "hardware", "software", "note"),
        *("last seen", "queue", "clock ahead by ms", "holds facts of", "program", "held", "exceptions"),
    ]
    zone = ask.look.time_zone

    def to_row(each: DeviceSeen) -> list[str | int | None]:
        return [
            *(each.device_id, each.store, each.area, each.state, each.epoch, each.head_seq),
            *(each.name, each.hardware, each.software, each.note, moment_cell(each.last_seen_ms, zone)),
            *(each.queue, each.clock_skew_ms, moment_cell(each.replica_ms, zone)),
            *(each.program_version, each.held, each.cases),
        ]

    return csv_answer("devices", header, by_pages(lambda cursor: _page(ask, cursor, ROWS)), to_row)


@pages.get("/{device_id}")
def show_device(ask: Page, device_id: str) -> Response:
    """Show one device."""
    return ask.page("devices/one.html", **_of(ask, device_id))


@pages.post("/{device_id}/confirm", needs=Scope.DEVICES_WRITE)
def post_confirm(ask: Page, device_id: str) -> Response:
    """Say that it is the machine that was meant."""
    try:
        devices.confirm(ask.hq, device_id, actor=ask.actor)
    except HqFault as fault:
        return _again(ask, device_id, fault)
    return ask.go(f"/console/devices/{device_id}", said=ask.said("The device is confirmed."))


@pages.post("/{device_id}/note", needs=Scope.DEVICES_WRITE)
def post_note(ask: Page, device_id: str) -> Response:
    """Keep a note."""
    note = ask.text("note")
    try:
        if len(note) > NOTE_LENGTH_MAX or not (note.isprintable() or not note):
            raise Malformed("A note has 200 printable characters at most.")
        devices.note_device(ask.hq, device_id, note, actor=ask.actor)
    except HqFault as fault:
        return _again(ask, device_id, fault)
    return ask.go(f"/console/devices/{device_id}", said=ask.said("The note is kept."))


@pages.post("/{device_id}/revoke", needs=Scope.DEVICES_WRITE)
def post_revoke(ask: Page, device_id: str) -> Response:
    """Shut it out."""
    reason = ask.text("reason")
    try:
        if not reason or len(reason) > REASON_LENGTH_MAX:
            raise Malformed("Say why, in 300 characters at most: it is kept.")
        devices.revoke(ask.hq, device_id, wipe=bool(ask.text("wipe")), actor=ask.actor, reason=reason)
    except HqFault as fault:
        return _again(ask, device_id, fault)
    return ask.go(f"/console/devices/{device_id}", said=ask.said("The device is shut out."))


@pages.post("/{device_id}/new-epoch", needs=Scope.DEVICES_WRITE)
def post_new_epoch(ask: Page, device_id: str) -> Response:
    """Show a pairing text that gives it a new epoch."""
    try:
        url, is_trusted = read_pairing_form(ask)
        made = new_epoch_pairing(ask.hq, device_id=device_id, url=url, is_trusted=is_trusted, actor=ask.actor)
    except HqFault as fault:
        return _again(ask, device_id, fault)
    back = f"/console/devices/{device_id}"
    return show_pairing(ask, made, about=device_id, back=back, is_trusted=is_trusted)


def _again(ask: Page, device_id: str, fault: HqFault) -> Response:
    return ask.again("devices/one.html", fault, **_of(ask, device_id))


def _of(ask: Page, device_id: str) -> dict[str, Any]:
    found = find_device(ask.hq, ask.actor, device_id)
    return {
        "device": found,
        "epochs": epochs_of(ask.hq, device_id),
        "rows_waiting": 0 if found.is_replica_current else rows_waiting(ask.hq, device_id),
        "states": states,
        "now_ms": ask.hq.clock.now_ms(),
        "skew_told_ms": SKEW_TOLD_MS,
        "typed": {
            "note": ask.text("note", found.note),
            "reason": ask.text("reason"),
            "wipe": ask.text("wipe") == "1",
            **pairing_typed(ask),
        },
    }


def _page(ask: Page, cursor: str | None, count: int) -> tuple[list[DeviceSeen], str | None]:
    place = read_cursor(cursor, (str,))
    found = devices_of(
        ask.hq,
        ask.actor,
        store_id=ask.query.get("store", "").replace("\x00", "") or None,
        state=ask.query.get("state", "").replace("\x00", "") or None,
        only=next((each for each in Only if each == ask.query.get("only")), None),
        after_id=None if place is None else place[0],
        limit=count + 1,
    )
    return found[:count], write_cursor([found[count - 1].device_id]) if len(found) > count else None


@finder(N_("Devices"), needs=Scope.DEVICES_READ)
def _find_devices(hq: Hq, actor: Actor, text: str) -> list[Found]:
    if len(text) > DEVICE_ID_MAX:
        return []
    begins = device.c.device_id.startswith(text.upper(), autoescape=True)
    with hq.database.reading() as connection:
        rows = connection.execute(
            select(device).where(begins).order_by(device.c.device_id).limit(FOUND_MAX)
        ).all()
    return [
        Found(row.device_id, f"/console/devices/{row.device_id}", row.name)
        for row in rows
        if actor.sees_store(row.store)
    ]


@alert(needs=Scope.DEVICES_READ)
def _tell_of_devices(hq: Hq, actor: Actor) -> list[Alert]:
    now_ms = hq.clock.now_ms()
    own = device.c.store.in_(actor.ceilings.stores) if actor.ceilings.stores else device.c.store != ""
    counted = select(
        func.count().filter(device.c.state == DeviceState.WAITING),
        func.count().filter(device.c.state == DeviceState.FORKED),
        func.count().filter(
            device.c.state == DeviceState.ACTIVE, device.c.last_seen_ms < now_ms - OFFLINE_MS
        ),
        func.count().filter(device.c.behind > 0, device.c.behind_since_ms < now_ms - QUEUE_OLD_MS),
    ).where(own)
    with hq.database.reading() as connection:
        waiting, forked, silent, queued = connection.execute(counted).one()
    return [
        Alert(N_("Machines that wait to be confirmed: {n}"), "/console/devices?state=waiting", waiting),
        Alert(
            N_("Stations with two histories: {n}"), "/console/devices?state=forked", forked, is_urgent=True
        ),
        Alert(N_("Stations not heard of for five minutes: {n}"), "/console/devices?only=silent", silent),
        Alert(
            N_("Stations whose entries wait for more than a day: {n}"),
            "/console/devices?only=queued",
            queued,
        ),
    ]


def a_device(hq: Hq) -> str | None:
    """Return a device to look at: the one heard of last."""
    newest = select(device.c.device_id).order_by(device.c.last_seen_ms.desc(), device.c.device_id).limit(1)
    with hq.database.reading() as connection:
        found: str | None = connection.execute(newest).scalar()
    return found


pages.example("/{device_id}", device_id=a_device)

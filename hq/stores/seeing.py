"""Stores and devices as people see them: who was heard of when, what waits there, and how old what they hold is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select

from hq.access.actor import Actor
from hq.campaigns.store import newest_version
from hq.faults import NotHere
from hq.feed import EVERYWHERE
from hq.home import Hq
from hq.journal.case_tables import case
from hq.journal.cases import OPEN
from hq.journal.held import HeldState
from hq.journal.held_tables import held_push
from hq.stops.document import STOPS
from hq.stores.devices import DeviceState
from hq.tables import device, device_epoch, enrol_token, feed, store

OFFLINE_MS = 5 * 60_000  # a station syncs every half minute: by then ten times in vain
QUEUE_OLD_MS = 24 * 3_600_000  # what waits for longer is worth a call to the shop
STORES_MAX = 5_000  # listed at once: more than a chain has
WAITS_FOR = or_(feed.c.scope == device.c.store, feed.c.scope == EVERYWHERE)
IS_BEHIND = exists().where(WAITS_FOR, feed.c.n > device.c.pull_cursor).correlate(device)
_TABLE = device.c


class Only(StrEnum):
    """What is the matter with the devices that somebody looks for."""

    SILENT = "silent"
    QUEUED = "queued"
    BEHIND = "behind"


@dataclass(frozen=True)
class DeviceSeen:
    """A device with all that people look at. Times are UTC milliseconds, 0 where nothing is known.

    `queue` entries waited behind its last push, since `queue_since_ms` by its own clock. `replica_ms`: of when what it
    holds of HQ's facts is. `held` entries of it are kept aside, and `cases` open ones wait for people.
    """

    device_id: str
    store: str
    area: str
    state: str
    epoch: int
    head_seq: int
    name: str
    hardware: str
    software: str
    note: str
    enrolled_ms: int
    last_seen_ms: int
    is_online: bool
    queue: int
    queue_since_ms: int
    clock_skew_ms: int
    is_replica_current: bool
    replica_ms: int
    rows_skipped: int
    program_version: int
    is_program_current: bool
    stops_version: int
    is_stops_current: bool
    is_to_wipe: bool
    wiped_ms: int | None
    written_off_ms: int | None
    held: int
    cases: int
    asked_by: str = ""
    approver: str = ""


@dataclass(frozen=True)
class EpochSeen:
    """A replaced incarnation of a device: where its journal had come to, and when it ended."""

    epoch: int
    head_seq: int
    enrolled_ms: int
    ended_ms: int
    is_to_wipe: bool
    wiped_ms: int | None
    written_off_ms: int | None


@dataclass(frozen=True)
class StoreSeen:
    """A store with what its devices come to; `queue` are the entries that wait at them."""

    store_id: str
    name: str
    area: str
    time_zone: str
    currency: str
    devices: int
    online: int
    waiting: int
    queue: int
    last_seen_ms: int


def devices_of(
    hq: Hq,
    actor: Actor,
    *,
    store_id: str | None = None,
    state: str | None = None,
    only: Only | None = None,
    after_id: str | None = None,
    limit: int,
) -> list[DeviceSeen]:
    """Return devices by id, those after one where it is given, as far as they are somebody's to see."""
    statement = _statement(actor).order_by(_TABLE.device_id).limit(limit)
    if store_id is not None:
        statement = statement.where(_TABLE.store == store_id)
    if state is not None:
        statement = statement.where(_TABLE.state == state)
    if after_id is not None:
        statement = statement.where(_TABLE.device_id > after_id)
    now_ms = hq.clock.now_ms()
    if only is not None:
        statement = statement.where(*_matters(only, now_ms))
    with hq.database.reading() as connection:
        return _seen(connection, connection.execute(statement).all(), now_ms=now_ms)


def count_silent(hq: Hq, actor: Actor) -> int:
    """Return how many stations were not heard of for a while: those that `Only.SILENT` lists."""
    silent = _statement(actor).where(*_matters(Only.SILENT, hq.clock.now_ms())).subquery()
    with hq.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(silent)).scalar_one())


def _matters(only: Only, now_ms: int) -> tuple[ColumnElement[bool], ...]:
    if only is Only.SILENT:
        return _TABLE.state == DeviceState.ACTIVE, _TABLE.last_seen_ms < now_ms - OFFLINE_MS
    if only is Only.QUEUED:
        return _TABLE.behind > 0, _TABLE.behind_since_ms < now_ms - QUEUE_OLD_MS
    return _TABLE.state == DeviceState.ACTIVE, IS_BEHIND


def find_device(hq: Hq, actor: Actor, device_id: str) -> DeviceSeen:
    """Return a device. Raises `NotHere`, also for one that is not somebody's to see."""
    with hq.database.reading() as connection:
        rows = connection.execute(_statement(actor).where(_TABLE.device_id == device_id)).all()
        if not rows:
            raise NotHere(f"There is no device {device_id}.")
        return _seen(connection, rows, now_ms=hq.clock.now_ms())[0]


def epochs_of(hq: Hq, device_id: str) -> list[EpochSeen]:
    """Return a device's replaced epochs, the newest first."""
    ended = select(device_epoch).where(device_epoch.c.device_id == device_id)
    with hq.database.reading() as connection:
        return [
            EpochSeen(
                epoch=row.epoch,
                head_seq=row.head_seq,
                enrolled_ms=row.enrolled_ms,
                ended_ms=row.ended_ms,
                is_to_wipe=bool(row.wipe),
                wiped_ms=row.wiped_ms,
                written_off_ms=row.written_off_ms,
            )
            for row in connection.execute(ended.order_by(device_epoch.c.epoch.desc()))
        ]


def rows_waiting(hq: Hq, device_id: str) -> int:
    """Return how many facts changed since a device last said how far its replica is."""
    waiting = select(func.count()).select_from(feed.join(device, WAITS_FOR))
    with hq.database.reading() as connection:
        of = _TABLE.device_id == device_id, feed.c.n > _TABLE.pull_cursor
        return int(connection.execute(waiting.where(*of)).scalar_one())


def stores_of(hq: Hq, actor: Actor, *, area: str | None = None) -> list[StoreSeen]:
    """Return stores by area and id, as far as they are somebody's to see."""
    statement = select(store).order_by(store.c.area, store.c.store_id).limit(STORES_MAX)
    if area is not None:
        statement = statement.where(store.c.area == area)
    if actor.ceilings.stores:
        statement = statement.where(store.c.store_id.in_(actor.ceilings.stores))
    with hq.database.reading() as connection:
        return _stores(connection, connection.execute(statement).all(), now_ms=hq.clock.now_ms())


def find_store(hq: Hq, actor: Actor, store_id: str) -> StoreSeen:
    """Return a store. Raises `NotHere`, also for one that is not somebody's to see."""
    with hq.database.reading() as connection:
        rows = connection.execute(select(store).where(store.c.store_id == store_id)).all()
        if not rows or not actor.sees_store(store_id):
            raise NotHere(f"There is no store {store_id}.")
        return _stores(connection, rows, now_ms=hq.clock.now_ms())[0]


def areas_of(hq: Hq, actor: Actor) -> list[str]:
    """Return the areas of the stores that are somebody's to see, by name."""
    areas = select(store.c.area).distinct().order_by(store.c.area)
    if actor.ceilings.stores:
        areas = areas.where(store.c.store_id.in_(actor.ceilings.stores))
    with hq.database.reading() as connection:
        found = connection.execute(areas)
        return [area for (area,) in found if area]


def _statement(actor: Actor) -> Select[Any]:
    joined = select(device, store.c.area, IS_BEHIND.label("is_behind")).join(
        store, store.c.store_id == _TABLE.store
    )
    if actor.ceilings.stores:
        joined = joined.where(_TABLE.store.in_(actor.ceilings.stores))
    return joined


def _seen(connection: Connection, rows: Sequence[Row[Any]], *, now_ms: int) -> list[DeviceSeen]:
    ids = [row.device_id for row in rows]
    held = _counts(
        connection,
        select(held_push.c.device, func.sum(held_push.c.to_seq - held_push.c.from_seq + 1))
        .where(held_push.c.device.in_(ids), held_push.c.state == HeldState.HELD.value)
        .group_by(held_push.c.device),
    )
    open_cases = _counts(
        connection,
        select(case.c.device, func.count())
        .where(case.c.device.in_(ids), case.c.state == OPEN)
        .group_by(case.c.device),
    )
    asked = select(enrol_token.c.paired, enrol_token.c.asked_by, enrol_token.c.approver).where(
        enrol_token.c.paired.in_(ids), enrol_token.c.asked_by.is_not(None)
    )
    by_manager = {paired: (station, person) for paired, station, person in connection.execute(asked)}
    program, stops = newest_version(connection, "program"), newest_version(connection, STOPS)
    return [
        DeviceSeen(
            device_id=row.device_id,
            store=row.store,
            area=row.area,
            state=row.state,
            epoch=row.epoch,
            head_seq=row.head_seq,
            name=row.name,
            hardware=row.hw,
            software=row.sw,
            note=row.note,
            enrolled_ms=row.enrolled_ms,
            last_seen_ms=row.last_seen_ms,
            is_online=_is_online(row, now_ms),
            queue=row.behind,
            queue_since_ms=row.behind_since_ms,
            clock_skew_ms=row.clock_skew_ms,
            is_replica_current=not row.is_behind,
            replica_ms=row.pulled_ms if row.is_behind else row.last_seen_ms,
            rows_skipped=row.rows_skipped,
            program_version=row.program_version,
            is_program_current=row.program_version >= program,
            stops_version=row.stops_version,
            is_stops_current=row.stops_version >= stops,
            is_to_wipe=bool(row.wipe),
            wiped_ms=row.wiped_ms,
            written_off_ms=row.written_off_ms,
            held=held.get(row.device_id, 0),
            cases=open_cases.get(row.device_id, 0),
            asked_by=by_manager.get(row.device_id, ("", ""))[0],
            approver=by_manager.get(row.device_id, ("", ""))[1],
        )
        for row in rows
    ]


def _counts(connection: Connection, statement: Select[Any]) -> Mapping[str, int]:
    return {name: int(count) for name, count in connection.execute(statement)}


def _is_online(row: Any, now_ms: int) -> bool:
    return bool(row.state == DeviceState.ACTIVE and now_ms - row.last_seen_ms < OFFLINE_MS)


def _stores(connection: Connection, rows: Sequence[Row[Any]], *, now_ms: int) -> list[StoreSeen]:
    found: dict[str, list[Any]] = {}
    of_devices = select(_TABLE.store, _TABLE.state, _TABLE.behind, _TABLE.last_seen_ms)
    if len(rows) == 1:
        of_devices = of_devices.where(_TABLE.store == rows[0].store_id)
    for row in connection.execute(of_devices):
        if row.state != DeviceState.REVOKED:
            found.setdefault(row.store, []).append(row)
    return [
        StoreSeen(
            store_id=row.store_id,
            name=row.name,
            area=row.area,
            time_zone=row.time_zone,
            currency=row.currency,
            devices=len(here := found.get(row.store_id, [])),
            online=sum(_is_online(each, now_ms) for each in here),
            waiting=sum(each.state == DeviceState.WAITING for each in here),
            queue=sum(each.behind for each in here),
            last_seen_ms=max((each.last_seen_ms for each in here), default=0),
        )
        for row in rows
    ]

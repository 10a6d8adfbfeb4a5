"""Leases in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from app.core.chain import ChainOwner
from app.core.entry import EntryInvalid, read_entry
from hq.authority.rights import OPEN, OUT
from hq.authority.tables import lease
from hq.db import NAMES_AT_ONCE
from hq.members.store import parts_of
from hq.rows import insert_rows, is_among
from hq.tables import journal
from hq.webhooks.outbox import Event, Kind, announce_event, announce_events

HELD = select(lease).where(is_among(lease.c.lease_id)).order_by(lease.c.lease_id).with_for_update()


@dataclass(slots=True)
class LeaseRow:
    """A lease as HQ keeps it; `used` and `state` move on while a batch is judged. Times are UTC milliseconds."""

    lease_id: str
    scope: str
    owner: ChainOwner
    units: int
    used: int
    from_ms: int
    until_ms: int
    state: str = OPEN

    @property
    def left(self) -> int:
        """What is still to be given by it."""
        return max(self.units - self.used, 0)


def lock_leases(connection: Connection, ids: Iterable[str]) -> dict[str, LeaseRow]:
    """Hold the rows of these leases until the commit, in sorted order, and return those that exist."""
    found: dict[str, LeaseRow] = {}
    for some in parts_of(sorted(set(ids)), NAMES_AT_ONCE):
        found.update((row.lease_id, _lease(row)) for row in connection.execute(HELD, {"names": some}))
    return found


def lock_open_leases(
    connection: Connection, *, device: str | None = None, scopes: Iterable[str] = ()
) -> list[LeaseRow]:
    """Hold the leases of which some may be out: those of a device, of all its epochs, or those of these scopes."""
    which = lease.c.scope.in_(sorted(set(scopes))) if device is None else lease.c.device == device
    statement = (
        select(lease).where(which, lease.c.state.in_(OUT)).order_by(lease.c.lease_id).with_for_update()
    )
    return [_lease(row) for row in connection.execute(statement)]


def insert_leases(connection: Connection, rows: Sequence[LeaseRow]) -> None:
    """Add leases that were just given."""
    new = [
        {
            "lease_id": row.lease_id,
            "scope": row.scope,
            "device": row.owner.device_id,
            "epoch": row.owner.epoch,
            "units": row.units,
            "used": row.used,
            "from_ms": row.from_ms,
            "until_ms": row.until_ms,
            "state": row.state,
            "ended_ms": None,
            "ended_by": "",
        }
        for row in rows
    ]
    insert_rows(connection, lease, new)


def tell_of_leases(connection: Connection, rows: Sequence[LeaseRow], *, store: str, now_ms: int) -> None:
    """Let other programs hear of leases that were just given."""
    events = [
        Event(
            Kind.LEASE_GIVEN,
            {
                "lease": row.lease_id,
                "scope": row.scope,
                "units": row.units,
                "until_ms": row.until_ms,
                "device": row.owner.device_id,
                "store": store,
            },
            row.lease_id,
        )
        for row in rows
    ]
    announce_events(connection, events, now_ms=now_ms)


def note_used(connection: Connection, row: LeaseRow) -> None:
    """Write down how much of a lease entries have told, and of how much."""
    moved = {"used": row.used, "units": row.units}
    connection.execute(update(lease).where(lease.c.lease_id == row.lease_id).values(moved))


def end_lease(connection: Connection, lease_id: str, state: str, *, by: str, now_ms: int) -> None:
    """Write down that nothing more will be given by a lease, and by whose word."""
    ended = {"state": state, "ended_ms": now_ms, "ended_by": by}
    connection.execute(update(lease).where(lease.c.lease_id == lease_id).values(ended))
    told = {"lease": lease_id, "state": state, "by": by}
    announce_event(connection, Kind.LEASE_ENDED, told, now_ms=now_ms, name=f"{lease_id} {state}")


def head_time(connection: Connection, owner: ChainOwner) -> int:
    """Return the effective time (UTC ms) of the last entry that HQ holds of a device's epoch; 0 where there is none."""
    statement = (
        select(journal.c.body)
        .where(journal.c.device == owner.device_id, journal.c.epoch == owner.epoch)
        .order_by(journal.c.seq.desc())
        .limit(1)
    )
    body = connection.execute(statement).scalar_one_or_none()
    try:
        told = 0 if body is None else read_entry(body).data.get("t_eff")
    except EntryInvalid:
        return 0
    return told if type(told) is int else 0


def _lease(row: Any) -> LeaseRow:
    return LeaseRow(
        lease_id=row.lease_id,
        scope=row.scope,
        owner=ChainOwner(row.device, row.epoch),
        units=row.units,
        used=row.used,
        from_ms=row.from_ms,
        until_ms=row.until_ms,
        state=row.state,
    )

"""Writing a device off: a person's word that it never comes back, so that what it holds can be counted at last.

What its leases still had counts as given, which is the worst that can have happened. Entries that come after all (in a
push that somebody posts) count against that first. Its home leases end; who spends those points next is told so.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection, func, select

from hq.authority import counters, home, recounting
from hq.authority.giving import note_written_off
from hq.authority.rights import OUT, WRITTEN_OFF
from hq.authority.store import end_lease, lock_open_leases
from hq.authority.tables import lease
from hq.faults import NotHere, NotPossible
from hq.feed import COUNTED, EVERYWHERE, Change, announce
from hq.home import Hq
from hq.journal.cases import WHO_LENGTH_MAX
from hq.rows import storable
from hq.stores.devices import read_device
from hq.tables import device


@dataclass
class WrittenOff:
    """What a device's leases still had, by scope; `is_lost`: HQ was put back, and knows nothing of them."""

    leases: int = 0
    is_lost: bool = False
    units: Counter[str] = field(default_factory=Counter)


def waits_for_people(hq: Hq) -> tuple[dict[str, int], dict[str, int]]:
    """Return what only a person's word would free: how many leases devices hold of epochs that ended, by device; and
    whom HQ waits for since it was put back (UTC ms) and knows nothing else of."""
    with hq.database.reading() as connection:
        ended = (
            select(lease.c.device, func.count())
            .join(device, (device.c.device_id == lease.c.device) & (device.c.epoch != lease.c.epoch))
            .where(lease.c.state.in_(OUT), lease.c.used < lease.c.units)
            .group_by(lease.c.device)
        )
        held = {row[0]: int(row[1]) for row in connection.execute(ended)}
        return held, recounting.lost_devices(connection)


def write_off(hq: Hq, device_id: str, *, who: str) -> WrittenOff:
    """Count what a device's leases had left as given. Raises `NotHere`, `NotPossible`.

    Of a device that is active only those of epochs that were replaced: it still gives by the present one's.
    """
    done = hq.database.write(partial(_write_off, hq, device_id=device_id, who=who))
    if done.is_lost:
        hq.holders.drop(device_id)
    return done


def _write_off(hq: Hq, connection: Connection, *, device_id: str, who: str) -> WrittenOff:
    present = read_device(connection, device_id, for_update=True)
    if present is None and device_id in recounting.lost_devices(connection):
        recounting.heard_of(connection, device_id)
        return WrittenOff(is_lost=True)
    if present is None:
        raise NotHere(f"There is no device {device_id}.")
    rows = [
        row
        for row in lock_open_leases(connection, device=device_id)
        if not (present.is_active and row.owner == present.owner)
    ]
    is_active, now_ms = present.is_active, hq.clock.now_ms()
    epochs = note_written_off(connection, device_id, now_ms=now_ms, is_active=is_active)
    if is_active and not rows and not epochs:
        raise NotPossible(f"Device {device_id} is active. Shut it out first: `hq device revoke {device_id}`.")
    done = WrittenOff(leases=len(rows))
    for row in rows:
        done.units[row.scope] += row.left
    counters.hold(connection, done.units)
    counters.count(connection, dict(done.units))
    by = storable(who)[:WHO_LENGTH_MAX]
    for row in rows:
        end_lease(connection, row.lease_id, WRITTEN_OFF, by=by, now_ms=now_ms)
    changes = [Change(EVERYWHERE, COUNTED, scope) for scope, units in sorted(done.units.items()) if units]
    if not present.is_active:
        recounting.heard_of(connection, device_id)
        changes += home.give_up_lead(connection, device_id)
    announce(connection, changes)
    return done

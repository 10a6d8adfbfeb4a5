"""What an HQ notes when it was put back from a backup: since when it has forgotten leases, and of which devices."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select, update

from hq.authority.recounting import LEASE_MS
from hq.authority.tables import home_lead, lease, recall, recount
from hq.rows import upsert
from hq.tables import device, meta
from sync.authority_wire import HOME_LEASE_MS

FORGOT = "forgot_leases_ms"  # in `meta`
REVOKED = "revoked"


def unknown_holders(connection: Connection, holders: Iterable[str]) -> set[str]:
    """Return those who ever held leases and of whom this database knows nothing, not even that it waits for them."""
    known = {*connection.execute(select(device.c.device_id)).scalars()}
    return {*holders} - known - {*connection.execute(select(recount.c.device)).scalars()}


def known_holders(connection: Connection) -> set[str]:
    """Return the devices that this database ever let hold something by themselves."""
    return {
        *connection.execute(select(lease.c.device).distinct()).scalars(),
        *connection.execute(select(home_lead.c.device)).scalars(),
    }


def forget(connection: Connection, *, now_ms: int, holders: Iterable[str] = ()) -> None:
    """Note that nobody knows what leases the devices hold that are not shut out: see recounting.py.

    `holders` are noted beside the database: some may have been enrolled in the time that it has forgotten.
    """
    names = {*connection.execute(select(device.c.device_id).where(device.c.state != REVOKED)).scalars()}
    names |= unknown_holders(connection, holders)
    rows = [{"device": name, "since_ms": now_ms} for name in sorted(names)]
    upsert(connection, recount, rows, changes=("since_ms",))
    connection.execute(delete(recall))  # a home lease that was called back may have come back
    connection.execute(update(home_lead).values(until_ms=now_ms + HOME_LEASE_MS))
    upsert(connection, meta, [{"k": FORGOT, "v": str(now_ms)}], changes=("v",))


def forgot_ms(connection: Connection, device_id: str) -> int:
    """Return up to when entries of a device may name leases that HQ has forgotten (UTC ms), or 0.

    That is when it was put back last; or, while the device has not shown yet what it holds, when the last of that ends.
    """
    since = select(recount.c.since_ms).where(recount.c.device == device_id)
    since_ms = connection.execute(since).scalar_one_or_none()
    if since_ms is not None:
        return int(since_ms) + LEASE_MS
    found = connection.execute(select(meta.c.v).where(meta.c.k == FORGOT)).scalar_one_or_none()
    return int(found or 0)

"""Reservations in the database: what HQ promised on line, until the order's entries come or the time is over.

A reservation is of one thing of an order and one scope. It is read and written by whoever holds what its scope is
counted by: the voucher's row, the member's, or the counter.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence, Set

from sqlalchemy import Connection, delete, func, select

from hq.authority.tables import reservation
from hq.rows import insert_rows, upsert
from sync.authority_wire import RESERVATION_MS

# Of one device at one time. Orders settle what was reserved for them within seconds, and a till serves one at a time;
# a station that is stolen, or broken, must not reserve what all others could give.
ORDERS_MAX = 20  # that have something of a limit which all stations share
RESERVED_MAX = 2_000  # things in all
FOR_GOOD_MS = 1 << 52  # the end of what has none: until people have decided about an entry that was set aside


def reservation_id(device_id: str, order_id: str, name: str) -> str:
    """Return what the promise of one thing to one order is called: the same however often it is asked for."""
    told = "\n".join((device_id, order_id, name)).encode("utf-8")
    return hashlib.sha256(b"TS-reservation1\n" + told).hexdigest()[:32]


def drop_of_order(connection: Connection, device_id: str, order_id: str) -> None:
    """Forget what an order has reserved, to reserve it anew."""
    of = (reservation.c.device == device_id) & (reservation.c.order_id == order_id)
    connection.execute(delete(reservation).where(of))


def held_by(
    connection: Connection, device_id: str, scopes: Collection[str], *, now_ms: int
) -> dict[str, int]:
    """Return for how many orders a device has something of these scopes reserved; none of those without any."""
    of_device = (reservation.c.device == device_id) & (reservation.c.until_ms > now_ms)
    orders = func.count(reservation.c.order_id.distinct())
    statement = select(reservation.c.scope, orders).where(of_device, reservation.c.scope.in_(sorted(scopes)))
    rows = connection.execute(statement.group_by(reservation.c.scope))
    return {row[0]: int(row[1]) for row in rows}


def has_too_many(connection: Connection, device_id: str, *, now_ms: int) -> bool:
    """Tell whether a device has so much reserved that no till could be serving so many."""
    of_device = (reservation.c.device == device_id) & reservation.c.until_ms.between(
        now_ms + 1, FOR_GOOD_MS - 1
    )
    some = select(reservation.c.name).where(of_device).limit(RESERVED_MAX).subquery()
    return bool(connection.execute(select(func.count()).select_from(some)).scalar_one() >= RESERVED_MAX)


def reserve_for_good(
    connection: Connection, device_id: str, order_id: str, taken: Sequence[tuple[str, str, int]]
) -> None:
    """Set aside what was given already and can't be posted yet: (name, scope, units)."""
    rows = _rows(device_id, order_id, taken, until_ms=FOR_GOOD_MS)
    upsert(connection, reservation, rows, changes=("reservation_id", "units", "until_ms"))


def release(connection: Connection, redemptions: Collection[str]) -> None:
    """Let go what was set aside for good for these redemptions, whoever has them in whatever epoch."""
    of_them = (reservation.c.until_ms == FOR_GOOD_MS) & reservation.c.name.in_(sorted(redemptions))
    connection.execute(delete(reservation).where(of_them))


def release_of_order(connection: Connection, order_id: str, names: Collection[str]) -> None:
    """Let go what was set aside for good for an order itself, whoever has it."""
    of_it = (reservation.c.order_id == order_id) & reservation.c.name.in_(sorted(names))
    connection.execute(delete(reservation).where(of_it, reservation.c.until_ms == FOR_GOOD_MS))


def reserve(
    connection: Connection,
    device_id: str,
    order_id: str,
    taken: Sequence[tuple[str, str, int]],
    *,
    until_ms: int,
) -> None:
    """Set aside what was promised: (name, scope, units)."""
    insert_rows(connection, reservation, _rows(device_id, order_id, taken, until_ms=until_ms))


def _rows(
    device_id: str, order_id: str, taken: Sequence[tuple[str, str, int]], *, until_ms: int
) -> list[dict[str, object]]:
    return [
        {
            "device": device_id,
            "order_id": order_id,
            "name": name,
            "scope": scope,
            "reservation_id": reservation_id(device_id, order_id, name),
            "units": units,
            "until_ms": until_ms,
        }
        for name, scope, units in taken
    ]


def settle(
    connection: Connection, device_id: str, *, orders: Mapping[str, Set[str]], redemptions: Set[str]
) -> None:
    """Let go what the entries of a push have made good, in the transaction that posts them.

    Of an order what isn't one of the redemptions that follow it by entries of their own; and each redemption by its
    id, whatever right its entry names: the answer may have been lost, and the station have given by another.
    """
    if not orders and not redemptions:
        return
    if redemptions:
        release(connection, redemptions)
    of_device = reservation.c.device == device_id
    waiting = select(reservation.c.order_id, reservation.c.name).where(of_device).distinct()
    for order_id, name in connection.execute(waiting).all():
        if name in redemptions or (order_id in orders and name not in orders[order_id]):
            of_it = (reservation.c.order_id == order_id) & (reservation.c.name == name)
            connection.execute(delete(reservation).where(of_device, of_it))


def forget_lapsed(connection: Connection, *, now_ms: int) -> None:
    """Delete what lapsed long ago; nobody counts it since its time was over."""
    connection.execute(delete(reservation).where(reservation.c.until_ms <= now_ms - RESERVATION_MS))

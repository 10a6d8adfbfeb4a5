"""The staff of stores in the database, and the form in which stations get them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from hq.rows import is_among
from hq.tables import store, store_staff

COLUMNS = ("staff_id", "name", "role", "pin_hash", "pepper", "member", "sign_in")  # as stations get them
ACTIVE, REMOVED = "active", "removed"
SUSPENDED = "suspended"  # by a manager at a station, until head office gives them another PIN


def _as_stations_get_them() -> Select[Any]:
    own = [store_staff.c[name] for name in COLUMNS[:-1]]
    joined = select(*own, store.c.sign_in).join(store, store.c.store_id == store_staff.c.store)
    return joined.where(store_staff.c.state == ACTIVE)


ACTIVE_STAFF = _as_stations_get_them()
BY_IDS = ACTIVE_STAFF.where(is_among(store_staff.c.staff_id))
ACCOUNTS = select(store_staff.c.staff_id, store_staff.c.member, store_staff.c.role).where(
    is_among(store_staff.c.staff_id)
)


def read_staff(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the people with these ids who still work here, by id."""
    rows = connection.execute(BY_IDS, {"names": list(ids)})
    return {row.staff_id: dict(zip(COLUMNS, row, strict=True)) for row in rows}


def staff_of_store(connection: Connection, store_id: str) -> Iterator[list[Any]]:
    """Yield who works in a store, as COLUMNS."""
    statement = ACTIVE_STAFF.where(store_staff.c.store == store_id).order_by(store_staff.c.staff_id)
    yield from (list(row) for row in connection.execute(statement))


class Colleague(NamedTuple):
    """Somebody of a store's staff: what they may do, and whose member account is theirs."""

    role: str
    member: str | None


def colleagues_of(connection: Connection, ids: Sequence[str]) -> dict[str, Colleague]:
    """Return these people, those who left too: their entries may come late."""
    named = sorted({staff_id for staff_id in ids if staff_id})
    if not named:
        return {}
    rows = connection.execute(ACCOUNTS, {"names": named})
    return {row.staff_id: Colleague(row.role, row.member) for row in rows}


def accounts_of(connection: Connection, ids: Sequence[str]) -> dict[str, str | None]:
    """Return whose member accounts these people's are, of those who left too: their entries may come late."""
    named = [staff_id for staff_id in ids if staff_id]
    if not named:
        return {}
    return {row.staff_id: row.member for row in connection.execute(ACCOUNTS, {"names": named})}

"""Stores: added once, then known by every entry of their stations."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, insert, select

from app.core.money import CURRENCIES
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import Whole, hold_whole
from hq.faults import NotPossible
from hq.feed import EVERYWHERE
from hq.home import Hq
from hq.tables import store
from sync.enrolment_wire import StoreFacts

ID_LENGTH_MAX, NAME_LENGTH_MAX = 40, 80  # as the columns have room
READ = select(*(store.c[name] for name in StoreFacts.__struct_fields__))


def add_store(hq: Hq, *, store_id: str, name: str, time_zone: str, currency: str) -> None:
    """Add a store. Raises `NotPossible`."""
    _check(store_id, name=name, time_zone=time_zone, currency=currency)
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        if read_store(connection, store_id) is not None:
            raise NotPossible(f"There is a store {store_id} already.")
        _check_program(hq, connection, currency=currency)
        row = {"store_id": store_id, "name": name, "time_zone": time_zone, "currency": currency}
        connection.execute(insert(store), row)


def _check_program(hq: Hq, connection: Connection, *, currency: str) -> None:
    program = program_of(hq, connection, newest_version(connection, "program"))
    if program is not None and program.currency.code != currency:
        raise NotPossible(f"The program is in {program.currency.code}; this store can't be in {currency}.")


def check_store(hq: Hq, store_id: str | None) -> None:
    """Refuse a store that there isn't. Raises `NotPossible`."""
    with hq.database.reading() as connection:
        if store_id is not None and read_store(connection, store_id) is None:
            raise NotPossible(f"There is no store {store_id}.")


def stores(hq: Hq) -> list[StoreFacts]:
    """Return all stores by id."""
    with hq.database.reading() as connection:
        rows = connection.execute(READ.order_by(store.c.store_id)).mappings()
        return [StoreFacts(**row) for row in rows]


def read_store(connection: Connection, store_id: str) -> StoreFacts | None:
    """Return a store, or None."""
    row = connection.execute(READ.where(store.c.store_id == store_id)).mappings().one_or_none()
    return None if row is None else StoreFacts(**row)


def _check(store_id: str, *, name: str, time_zone: str, currency: str) -> None:
    if not store_id.strip() or store_id == EVERYWHERE or len(store_id) > ID_LENGTH_MAX:
        raise NotPossible(f"A store can't be called {store_id!r}.")
    if len(name) > NAME_LENGTH_MAX:
        raise NotPossible(f"A store's name has at most {NAME_LENGTH_MAX} characters.")
    if currency not in CURRENCIES:
        raise NotPossible(f"{currency!r} is not one of {', '.join(CURRENCIES)}.")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise NotPossible(f"{time_zone!r} is no time zone such as Europe/Berlin.") from problem

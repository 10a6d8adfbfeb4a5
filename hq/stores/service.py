"""Stores: added once, then known by every entry of their stations. Their name and area may change."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, insert, select, update

from app.core.money import CURRENCIES
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import Whole, hold_whole
from hq.faults import Forbidden, NotHere, NotPossible
from hq.feed import EVERYWHERE
from hq.home import Hq
from hq.tables import store
from sync.enrolment_wire import StoreFacts

ID_LENGTH_MAX, NAME_LENGTH_MAX, AREA_LENGTH_MAX = 40, 80, 40  # as the columns have room
READ = select(*(store.c[name] for name in StoreFacts.__struct_fields__))


def add_store(
    hq: Hq,
    *,
    store_id: str,
    name: str,
    time_zone: str,
    currency: str,
    area: str = "",
    actor: Actor = SYSTEM,
) -> None:
    """Add a store. Raises `NotPossible`, and `Forbidden` for who may see only certain stores."""
    _check(store_id, name=name, time_zone=time_zone, currency=currency)
    if not actor.sees_store(store_id):
        raise Forbidden(f"{actor.name} looks after certain stores only and adds none.")
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        if read_store(connection, store_id) is not None:
            raise NotPossible(f"There is a store {store_id} already.")
        _check_program(hq, connection, currency=currency)
        row = {"store_id": store_id, "name": name, "time_zone": time_zone, "currency": currency, "area": area}
        connection.execute(insert(store), row)
        record(connection, actor, "store.added", f"store:{store_id}", now_ms=hq.clock.now_ms(), after=row)


def change_store(
    hq: Hq, actor: Actor, store_id: str, *, name: str | None = None, area: str | None = None
) -> None:
    """Give a store another name or area; None leaves it. Raises `NotHere`."""
    wanted = {key: value for key, value in (("name", name), ("area", area)) if value is not None}
    of = store.c.store_id == store_id
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        found = connection.execute(select(store.c.name, store.c.area).where(of)).mappings().one_or_none()
        if found is None or not actor.sees_store(store_id):
            raise NotHere(f"There is no store {store_id}.")
        changed = {key: value for key, value in wanted.items() if found[key] != value}
        if changed:
            connection.execute(update(store).where(of).values(changed))
            before = {key: found[key] for key in changed}
            about, now_ms = f"store:{store_id}", hq.clock.now_ms()
            record(connection, actor, "store.changed", about, now_ms=now_ms, before=before, after=changed)


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

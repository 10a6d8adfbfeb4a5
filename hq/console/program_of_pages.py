"""In which money and time zone the console writes, and whose it is.

Money and zone are those of the newest program, or before there is one a store's; the name is the brand's.
"""

from functools import lru_cache

from sqlalchemy import select

from app.core.brand_format import read_brand
from hq.access.actor import Actor
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version, read_document
from hq.home import Hq
from hq.tables import store

NO_MONEY, NO_ZONE = "EUR", "UTC"


def money_and_time(hq: Hq) -> tuple[str, str]:
    """Return the currency's code and the time zone's name."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
        if program is not None:
            return program.currency.code, program.time_zone
        row = connection.execute(select(store.c.currency, store.c.time_zone).limit(1)).one_or_none()
    return (NO_MONEY, NO_ZONE) if row is None else (row.currency, row.time_zone)


def shop_name(hq: Hq) -> str:
    """Return the shop's name as its stations wear it, or nothing."""
    with hq.database.reading() as connection:
        found = read_document(connection, "brand", newest_version(connection, "brand"))
    return "" if found is None else _name_in(found.body)


def stores_to_choose(hq: Hq, actor: Actor) -> list[tuple[str, str]]:
    """Return ids and names of the stores that somebody sees, by id."""
    statement = select(store.c.store_id, store.c.name).order_by(store.c.store_id)
    with hq.database.reading() as connection:
        rows = connection.execute(statement).all()
    return [(row.store_id, row.name) for row in rows if actor.sees_store(row.store_id)]


@lru_cache(maxsize=16)  # a brand holds a logo, and every page asks
def _name_in(body: bytes) -> str:
    return read_brand(body)[1].name

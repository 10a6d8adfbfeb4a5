"""In which money and time zone the console writes: those of the newest program, or before there is one a store's."""

from sqlalchemy import select

from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
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

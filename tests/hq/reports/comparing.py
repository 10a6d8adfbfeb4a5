"""Holding all reports of an HQ against the independent computation over its journal."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from hq.home import Hq
from hq.reports import figures, service
from hq.reports.figures import By, Figures, Wanted
from hq.reports.folding import fold, fresh
from hq.reports.tables import MEASURES
from hq.tables import journal
from tests.hq.reports.independent import Period, engaged, read, summed

EVER = Wanted(date(2000, 1, 1), date(2099, 12, 31))
AT_ONCE = 500  # bodies that are held
GROUP = ("members", "orders", "value", "discount", "redeemed")


def bodies_of(hq: Hq) -> Iterator[bytes]:
    """Yield the bodies of all entries, each device's in their order, without holding them all."""
    rows = select(journal.c.body).order_by(journal.c.device, journal.c.epoch, journal.c.seq)
    with hq.database.reading() as connection:
        yield from connection.execution_options(yield_per=AT_ONCE).execute(rows).scalars()


def shown(hq: Hq, wanted: Wanted, by: By) -> dict[str, dict[str, int]]:
    """Return what reports say, without what is nothing, and without what head office posted by itself."""
    fresh(hq)
    with hq.database.reading() as connection:
        found = figures.rows(connection, wanted, by)
    told = {
        key: {name: getattr(each, name) for name in MEASURES if getattr(each, name)} for key, each in found
    }
    return {key: each for key, each in told.items() if each and key}


def check_reports(hq: Hq, *periods: Wanted) -> Figures:
    """Hold every report against the independent computation, of all time and of these periods; return all there was."""
    fold(hq)  # however long it takes
    zone = fresh(hq)
    asked = (EVER, *periods)
    books = read(lambda: bodies_of(hq), zone, [Period(each.since, each.until) for each in asked])
    for wanted in asked:
        period = Period(wanted.since, wanted.until)
        for by in (By.DAY, By.STORE, By.CAMPAIGN):
            assert shown(hq, wanted, by) == summed(books, period, by.value), (wanted, by)
        groups = zip(service.engaged(hq, wanted), engaged(books, period), strict=True)
        for group, expected in groups:
            assert {name: getattr(group, name) for name in GROUP} == {
                name: expected.get(name, 0) for name in GROUP
            }
    return service.total(hq, EVER)

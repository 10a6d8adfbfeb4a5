"""What stands in the books at the end of a story: HQ's, and the journals of stations that run no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.clock import SetClock
from app.core.entry import ORDER, Entry
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from hq.authority.exposure import Exposure, exposure
from hq.authority.rights import OPEN
from hq.authority.settling import OVERSPENT
from hq.authority.tables import campaign_counter, lease, reservation
from hq.journal.desk import list_cases
from hq.tables import posting
from tests.rig.company import Company, Station


@dataclass(frozen=True)
class Books:
    """HQ's, of one moment."""

    accounts: dict[tuple[str, str], int]  # sums of postings by account and unit
    cases: list[tuple[str, str, int]]  # device, flags, amount, of those that wait for a look
    given: dict[str, int]  # of campaigns, by scope
    leased: dict[str, int]  # what stations may still give by leases, by scope
    reserved: dict[str, int]  # by scope
    exposures: dict[str, Exposure]  # of campaigns and stores, by name

    @property
    def exceptions(self) -> dict[str, int]:
        """What was given beyond what was there, by unit."""
        return {unit: sum_ for (name, unit), sum_ in self.accounts.items() if name == OVERSPENT and sum_}


def books(company: Company) -> Books:
    """Look into HQ's books, beside the HQ that serves."""
    return company.at_hq(_books)


def _books(hq: Any) -> Books:
    cases = [(each.device, " ".join(each.flags), each.amount) for each in list_cases(hq)]
    exposures = {each.name: each for each in exposure(hq)}
    with hq.database.reading() as connection:

        def sums(statement: Any) -> dict[str, int]:
            return {row[0]: int(row[1]) for row in connection.execute(statement)}

        of_accounts = select(posting.c.account, posting.c.unit, func.sum(posting.c.amount))
        accounts = connection.execute(of_accounts.group_by(posting.c.account, posting.c.unit))
        left = select(lease.c.scope, func.sum(lease.c.units - lease.c.used)).where(lease.c.state == OPEN)
        return Books(
            {(row[0], row[1]): int(row[2]) for row in accounts},
            cases,
            sums(select(campaign_counter.c.key, campaign_counter.c.n)),
            sums(left.group_by(lease.c.scope)),
            sums(select(reservation.c.scope, func.sum(reservation.c.units)).group_by(reservation.c.scope)),
            exposures,
        )


@contextmanager
def records(station: Station) -> Iterator[StationStore]:
    """Open the store of a station, which must not run."""
    keys = FileKeyStore(station.world.state_dir / "keys")
    store = StationStore(station.world.store_dir, key_store=keys, clock=SetClock())
    try:
        yield store
    finally:
        store.close()


def entries(station: Station, *types: str) -> list[Entry]:
    """Return the entries of these types, the oldest first; the chain must hold."""
    with records(station) as store:
        store.journal.verify()
        return [each for each in store.journal.entries() if each.type in types]


def rights(station: Station, *types: str) -> list[tuple[str, str]]:
    """Return by which right each entry gave: the kind, and the level of a floor limit."""
    found = [each.data.get("auth", {}) for each in entries(station, *types)]
    return [(auth.get("kind", ""), auth.get("level", "")) for auth in found]


def uses(station: Station) -> dict[str, int]:
    """Return how often each campaign was used, as this journal tells it."""
    found: dict[str, int] = {}
    for order in entries(station, ORDER):
        for campaign, _ in order.data.get("uses", []):
            found[campaign] = found.get(campaign, 0) + 1
    return found

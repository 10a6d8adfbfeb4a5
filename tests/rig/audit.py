"""The end check of every story: HQ and the station hold the same, nothing lost, nothing doubled, the chain whole."""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from sqlalchemy import func, select

from app.clock import SetClock
from app.core.entry import ORDER, REDEEM, REFUSE
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from hq.home import open_database
from hq.tables import journal, member, order_fact, posting, redemption_fact
from tests.rig.processes import World

Place = tuple[str, int, int]  # device, epoch, number


@dataclass(frozen=True)
class Audit:
    """What both ends hold at the end."""

    orders: Counter[str]
    redemptions: Counter[str]
    points: int


def audit(
    world: World, *others: World, answered: list[str], verdicts: Set[str] = frozenset({"posted"})
) -> Audit:
    """Hold the stations' journals against HQ's tables and against the orders whose answer somebody saw.

    The stations are those of one HQ and of one member; none may run.
    """
    audits = [_station(each) for each in (world, *others)]
    own = Audit(
        sum((each.orders for each, _ in audits), Counter()),
        sum((each.redemptions for each, _ in audits), Counter()),
        sum(each.points for each, _ in audits),
    )
    hashes = {place: found for _, each in audits for place, found in each.items()}
    with open_database(world.hq_dir).reading() as connection:
        places = connection.execute(select(journal.c.device, journal.c.epoch, journal.c.seq, journal.c.hash))
        held = {(row.device, row.epoch, row.seq): row.hash for row in places}
        orders = Counter(connection.execute(select(order_fact.c.order_id)).scalars())
        redemptions = Counter(connection.execute(select(redemption_fact.c.redemption_id)).scalars())
        found_verdicts = set(connection.execute(select(journal.c.verdict)).scalars())
        unbalanced = connection.execute(
            select(posting.c.unit)
            .group_by(posting.c.entry_id, posting.c.unit)
            .having(func.sum(posting.c.amount) != 0)
        ).all()
        balance = connection.execute(
            select(member.c.balance).where(member.c.ref == world.member_ref)
        ).scalar_one()
    assert held == hashes, "HQ holds the very entries of the stations, all of them"
    assert found_verdicts <= verdicts
    assert not unbalanced, "postings of an entry sum to zero"
    assert set(orders) == set(own.orders) and set(orders.values()) <= {1}
    assert set(redemptions) == set(own.redemptions) and set(redemptions.values()) <= {1}
    assert set(own.orders.values()) <= {1} and set(own.redemptions.values()) <= {1}
    assert set(answered) <= set(orders), "every order whose answer was seen is there"
    assert balance == own.points
    return own


def _station(world: World) -> tuple[Audit, dict[Place, bytes]]:
    store = StationStore(world.store_dir, key_store=FileKeyStore(world.state_dir / "keys"), clock=SetClock())
    try:
        store.journal.verify()
        assert store.acked_seq() == store.journal.head().seq
        orders: Counter[str] = Counter()
        redemptions: Counter[str] = Counter()
        points = 0
        for entry in store.journal.entries():
            if entry.type == ORDER:
                orders[entry.data["order_id"]] += 1
                points += entry.data["points"]
            elif entry.type in (REDEEM, REFUSE):
                redemptions[entry.data["redemption_id"]] += 1
                points -= entry.data["points"]
        owner = store.journal.owner
        hashes = {(owner.device_id, owner.epoch, seq): found for seq, found in store.journal.hashes()}
        return Audit(orders, redemptions, points), hashes
    finally:
        store.close()

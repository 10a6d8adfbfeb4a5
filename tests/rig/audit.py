"""The end check of every story: HQ and the station hold the same, nothing lost, nothing doubled, the chain whole."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from app.clock import SetClock
from app.core.entry import ORDER, REDEEM, REFUSE
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from hq.home import open_database
from hq.tables import journal, member, order_fact, posting, redemption_fact
from tests.rig.processes import World


@dataclass(frozen=True)
class Audit:
    """What both ends hold at the end."""

    orders: Counter[str]
    redemptions: Counter[str]
    points: int


def audit(world: World, *, answered: list[str]) -> Audit:
    """Hold the station's journal against HQ's tables and against the orders whose answer somebody saw."""
    own, hashes = _station(world)
    with open_database(world.hq_dir).reading() as connection:
        held = {row.seq: row.hash for row in connection.execute(select(journal.c.seq, journal.c.hash))}
        orders = Counter(connection.execute(select(order_fact.c.order_id)).scalars())
        redemptions = Counter(connection.execute(select(redemption_fact.c.redemption_id)).scalars())
        verdicts = set(connection.execute(select(journal.c.verdict)).scalars())
        unbalanced = connection.execute(
            select(posting.c.unit)
            .group_by(posting.c.entry_id, posting.c.unit)
            .having(func.sum(posting.c.amount) != 0)
        ).all()
        balance = connection.execute(
            select(member.c.balance).where(member.c.ref == world.member_ref)
        ).scalar_one()
    assert held == hashes, "HQ holds the very entries of the station, all of them"
    assert verdicts <= {"posted"}
    assert not unbalanced, "postings of an entry sum to zero"
    assert set(orders) == set(own.orders) and set(orders.values()) <= {1}
    assert set(redemptions) == set(own.redemptions) and set(redemptions.values()) <= {1}
    assert set(own.orders.values()) <= {1} and set(own.redemptions.values()) <= {1}
    assert set(answered) <= set(orders), "every order whose answer was seen is there"
    assert balance == own.points
    return own


def _station(world: World) -> tuple[Audit, dict[int, bytes]]:
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
        return Audit(orders, redemptions, points), dict(store.journal.hashes())
    finally:
        store.close()

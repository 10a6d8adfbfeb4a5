"""What stations know of what members did, held against the history that the core keeps, whatever happens."""

import dataclasses
import random

import pytest

from app.core.decision import decide
from app.core.facts_record import read_facts
from app.core.history import PastEvent, PastOrder, counted, past_order
from app.core.order import local_date
from app.ids import new_id
from app.station.void import Reversed
from hq.access.actor import SYSTEM
from hq.benefits.events import NewEvent, hear
from hq.members.service import MemberFacts, upsert_members
from tests.sync.history import (
    CUP,
    buy,
    known,
    with_history,
)
from tests.sync.test_undone import undo
from tests.sync.world import REF, Shop, World


@pytest.fixture(params=["world", "postgres_world"], ids=["sqlite", "postgresql"])
def each(request) -> World:
    return request.getfixturevalue(request.param)


@dataclasses.dataclass
class Told:
    """What happened to a member, in the order of time, and how far each station knows of it.

    `orders` by id, with the number of the station that recorded each; `heard`: those that head office has.
    """

    shops: list[Shop]
    orders: dict[str, tuple[int, PastOrder]] = dataclasses.field(default_factory=dict)
    events: list[PastEvent] = dataclasses.field(default_factory=list)
    heard: set[str] = dataclasses.field(default_factory=set)
    heard_void: set[str] = dataclasses.field(default_factory=set)
    known: list[tuple[set[str], set[str], int]] = dataclasses.field(
        default_factory=list
    )  # by station, when it pulled
    voided: dict[str, int] = dataclasses.field(default_factory=dict)  # by order, the number of the station

    def push(self, n: int) -> None:
        self.heard |= {name for name, (by, _) in self.orders.items() if by == n}
        self.heard_void |= {name for name, by in self.voided.items() if by == n}

    def pull(self, n: int) -> None:
        self.known[n] = set(self.heard), set(self.heard_void), len(self.events)

    def expected(self, n: int) -> dict[str, int]:
        """What station `n` has to know, by the history of the core."""
        heard, heard_void, events = self.known[n]
        seen = heard | {name for name, (by, _) in self.orders.items() if by == n}
        gone = heard_void | {name for name, by in self.voided.items() if by == n}
        shop = self.shops[n]
        program, today = shop.store.replica.program(), today_of(shop)
        orders = [past for name, (_, past) in self.orders.items() if name in seen - gone]
        found = counted(program, orders, self.events[:events], member=REF, today=today)
        return {key: count for key, count in found.items() if key in program.history}


def today_of(shop: Shop):
    return local_date(shop.world.clock.now_ms(), shop.store.device.time_zone)


def as_history_keeps_it(shop: Shop, order_id: str) -> PastOrder:
    data = shop.store.journal.entry_at(shop.store.journal.claimed("order", order_id)).data
    facts = read_facts(data, shop.store.replica.program())
    return past_order(facts, decide(facts))


def test_whatever_happens_stations_count_as_the_history_of_all_orders_does(each) -> None:
    """Orders, voids, events and days in any order, with stations cut off most of the time."""
    chance = random.Random(20260105)
    upsert_members(with_history(each).hq, [MemberFacts(REF, home_store="s-2")])
    shops, card = [each.shop().synced(), each.shop("s-2").synced()], each.card()
    told = Told(shops, known=[(set(), set(), 0) for _ in shops])
    for _ in range(70):
        n = chance.randrange(2)
        shop, what = shops[n], chance.random()
        if what < 0.45:
            picked_too = chance.sample(("pick", "pick-2"), chance.randrange(3))
            sku, cups = chance.choice(("coffee", "coffee", "tea")), chance.randint(1, 5)
            cup = chance.choice(
                (CUP, CUP, 20)
            )  # what costs little earns no point, and is history all the same
            sold = buy(shop, card, cups, picked_too=tuple(picked_too), sku=sku, cup=cup)
            order_id = sold.order_id
            told.orders[order_id] = n, as_history_keeps_it(shop, order_id)
        elif what < 0.55:
            own = [name for name, (by, _) in told.orders.items() if by == n and name not in told.voided]
            if own and isinstance(undo(shop, own[-1]), Reversed):
                told.voided[own[-1]] = n
        elif what < 0.6:
            hear(each.hq, SYSTEM, REF, NewEvent(new_id(), "review"))
            told.events.append(PastEvent("review", REF, today_of(shop)))
        elif what < 0.8:
            each.clock.set_ms(each.clock.now_ms() + chance.choice((1, 8, 24, 24 * 7, 24 * 25)) * 3_600_000)
        elif what < 0.9:
            shop.syncer.push()
            told.push(n)
        else:
            shop.synced()
            told.push(n)
            told.pull(n)
        for place, each_shop in enumerate(shops):
            assert known(each_shop, card) == told.expected(place)
    assert len(told.voided) > 1 and len(told.events) > 1 and len(told.orders) > 20

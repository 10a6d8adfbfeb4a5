"""Two stations, three cards and any order of paying, undoing, putting on and pushing: the books stay whole."""

from random import Random

import pytest
from sqlalchemy import func, select

from app.core.card_policy import CardRight
from app.core.card_rest import Rest
from hq.authority.tables import claim
from tests.databases import on
from tests.hq.cards import a_card, accounts, on_card, puts, tender
from tests.hq.station import NOW_MS, enrol_station
from tests.hq.undoing import UNIT, undo

pytestmark = on("sqlite")  # what the tables do is tested on both; this is about the sums
STEPS = 40
MINUTE_MS = 60_000
RIGHT = CardRight(granted="r1", up_to=1 << 30)


class World:
    def __init__(self, hq, seed: int) -> None:
        self.hq, self.chance = hq, Random(seed)
        self.stations = [enrol_station(hq, name) for name in ("S1", "S2")]
        self.rests = (Rest.STAYS, Rest.FORFEITED, Rest.PAID_OUT)
        self.cards = [
            a_card(hq, 9_000, single_use=int(rest is not Rest.STAYS), rest=str(rest)) for rest in self.rests
        ]
        self.orders: dict[str, dict] = {}

    def pay(self) -> None:
        """Pay an order of two lines with one card or two, each for what this station thinks is on it."""
        of, name = self.chance.randrange(2), f"o{len(self.orders)}"
        shown = self.chance.sample(range(3), self.chance.choice((1, 1, 2)))
        tenders = tuple(
            tender(
                self.cards[at],
                self.chance.choice((9_000, 4_321)),
                right=RIGHT,
                is_single_use=self.rests[at] is not Rest.STAYS,
                rest=self.rests[at],
            )
            for at in shown
        )
        amounts = (("MILK", self.chance.randrange(1, 5_000)), ("BREAD", self.chance.randrange(1, 5_000)))
        at_ms = NOW_MS + self.chance.randrange(-60, 60) * MINUTE_MS
        self.stations[of].order(name, amounts=amounts, ref=None, tenders=tenders, at_ms=at_ms)
        self.orders[name] = {"of": of, "earlier": [], "lines": [1, 2]}

    def undo(self) -> None:
        """Let all or one line of an order come back that has not."""
        left = [name for name, order in self.orders.items() if order["lines"]]
        if not left:
            return
        name = self.chance.choice(left)
        order = self.orders[name]
        units = () if self.chance.random() < 0.5 else ((order["lines"].pop(), UNIT),)
        earlier = tuple(order["earlier"])
        undo(self.stations[order["of"]], name, *units, earlier=earlier)
        order["earlier"].append(units)
        order["lines"] = order["lines"] if units else []

    def put(self) -> None:
        puts(
            self.chance.choice(self.stations), self.chance.choice(self.cards), self.chance.randrange(1, 3_000)
        )

    def push(self) -> None:
        self.chance.choice(self.stations).push()


def beyond(hq) -> dict[str, tuple[int, int]]:
    """Return by card what was taken of it and how much of that was no more there."""
    sums = select(claim.c.scope, func.sum(claim.c.units), func.sum(claim.c.beyond)).group_by(claim.c.scope)
    with hq.database.reading() as connection:
        return {row[0].removeprefix("gift_card:"): (row[1], row[2]) for row in connection.execute(sums)}


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_what_is_owed_is_what_is_on_the_cards(hq, seed):
    world = World(hq, seed)
    for _ in range(STEPS):
        world.chance.choice((world.pay, world.pay, world.undo, world.put, world.push))()
    for station in world.stations:
        station.push()
    books, taken = accounts(hq), beyond(hq)
    on_them = {ref: on_card(hq, ref) for ref in world.cards}  # of which rows and accounts say the same
    lacking = {ref: taken.get(ref, (0, 0))[1] for ref in world.cards}
    assert lacking == {ref: max(-left, 0) for ref, left in on_them.items()}
    assert books.get("exception:overspent", 0) == sum(lacking.values())
    paid, lapsed = books.get("gift-cards-paid", 0), books.get("gift-cards-lapsed", 0)
    assert min(paid, lapsed) >= 0
    assert paid + lapsed + sum(lacking.values()) == sum(units for units, _ in taken.values())

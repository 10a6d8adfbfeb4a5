"""Members who are erased: while what they redeemed waits in a shop, and with a card still in their hand."""

from typing import TYPE_CHECKING

from hq.faults import HqFault
from hq.members.erasing import erase_member
from tests.sim.incidents_codes import show

if TYPE_CHECKING:
    from tests.sim.life import Life

LEAST_MEMBERS = 8


def erase(life: "Life") -> None:
    """A member buys in a shop that is cut off, and asks head office to forget them; days later the card is shown."""
    world, rng, station = life.world, life.world.rng, life.some_station()
    if station is None or len(world.shoppers) < LEAST_MEMBERS:
        return
    shopper = rng.choice(world.shoppers)
    show(life, station, shopper.texts[0], shopper.ref)
    world.witness.hq()
    try:
        erase_member(world.hq, shopper.ref)
    except HqFault:
        return  # a restored HQ has forgotten them by itself
    world.shoppers.remove(shopper)
    world.people.phones = [each for each in world.people.phones if each.ref != shopper.ref]
    world.say(f"HQ erases {shopper.ref}")
    world.looking.erased(shopper.ref)
    world.witness.hq()

    def come(life: "Life") -> None:
        if world.running:
            show(life, rng.choice(world.running), rng.choice(shopper.texts), shopper.ref)

    life.later(rng.randint(1, 3), come)


INCIDENTS = ((0.7, 1, erase), (0.3, 2, erase))  # how likely, days it needs, what

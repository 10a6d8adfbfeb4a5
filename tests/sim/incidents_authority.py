"""What befalls offline authority: members who try every store, lines that are cut for a week, dead devices."""

from typing import TYPE_CHECKING

from hq.authority.home import give_back
from hq.authority.reservations import forget_lapsed
from hq.authority.writing_off import write_off
from hq.faults import HqFault
from tests.sim.furniture import Shopper
from tests.sim.program import FIRST, GIFT, REWARD, TOY
from tests.sim.visits import Mishaps, Visit

if TYPE_CHECKING:
    from tests.sim.life import Life
    from tests.sim.station import Station

TRIES = 3  # at each store
BIG_SHOPPING = 12  # bags of beans


def try_every_store(life: "Life") -> None:
    """A member collects points, waits until every store knows of them, and spends them at all stores on one day."""
    world, rng = life.world, life.world.rng
    attacker = rng.choice(world.shoppers)
    station = life.some_station()
    if station is None:
        return
    visit = Visit(world, station, life.next_order_id(station))
    visit.be(attacker)
    visit.buy("beans", BIG_SHOPPING)
    visit.go(Mishaps())
    world.say(f"{attacker.ref} has collected points at {station.name}")

    def spend(life: "Life") -> None:
        world.say(f"{attacker.ref} tries every store")
        for each in rng.sample(world.running, len(world.running)):
            for _ in range(TRIES):
                if each.is_running:
                    _try(life, each, attacker)

    life.later(rng.randint(2, 4), spend)


def _try(life: "Life", station: "Station", attacker: Shopper) -> None:
    visit = Visit(life.world, station, life.next_order_id(station))
    visit.be(attacker)
    visit.voucher, visit.card = "", life.world.rng.choice(attacker.cards or ("",))
    visit.picks = {}
    visit.wish(REWARD, life.world.rng.choice((GIFT, FIRST, TOY)))
    visit.go(Mishaps())


def cut_off_for_long(life: "Life") -> None:
    """A station has no line for longer than a lease holds."""
    station = life.some_station()
    if station is not None:
        life.cut_off(station, days=life.world.rng.randint(6, 9))
        life.world.say(f"the line of {station.name} is down for long")


def write_off_the_dead(life: "Life") -> None:
    """Head office gives up on devices that are shut out: what they held counts as given."""
    world = life.world
    for station in world.stations:
        if station.device_id and (not station.is_in_use or station.chain in world.auditor.memory.revoked):
            try:
                done = write_off(world.hq, station.device_id, who="ann")
            except HqFault:
                continue  # it is active, and holds nothing of an epoch before
            world.say(f"HQ writes {station.name} off: {dict(done.units)}")
            world.auditor.known.written_off.add(station.device_id)
    world.witness.hq()


def keep_up(life: "Life") -> None:
    """HQ does what it does by itself now and then: what lapsed is forgotten, home leases go back."""
    hq, now_ms = life.world.hq, life.world.true.now_ms()
    hq.database.write(lambda connection: forget_lapsed(connection, now_ms=now_ms))
    hq.database.write(lambda connection: give_back(connection, now_ms=now_ms))


INCIDENTS = (  # how likely, days it needs, what
    (0.7, 3, try_every_store),
    (0.4, 3, try_every_store),
    (0.5, 6, cut_off_for_long),
    (0.7, 0, write_off_the_dead),
    (0.9, 0, keep_up),
    (0.9, 0, keep_up),
)

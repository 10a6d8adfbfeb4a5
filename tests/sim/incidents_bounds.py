"""What runs out: room on a disk."""

from typing import TYPE_CHECKING

from app.station.redeem import NotRecorded
from app.store.faults import DiskFull, StoreFault
from tests.sim.incidents_codes import show
from tests.sim.visits import Mishaps, Visit

if TYPE_CHECKING:
    from tests.sim.life import Life

VISITS_THEN = 2


def fill_disk(life: "Life") -> None:
    """Little room is left on a disk, then none, then much: first the station only earns, then it says why not."""
    world, station = life.world, life.some_station()
    if station is None:
        return
    bounds = world.auditor.people.bounds
    world.say(f"the disk of {station.name} has little room left")
    world.disks.low.add(station.folder)
    bounds.is_low(station.name, is_low=True)
    for shopper in world.rng.choices(world.shoppers, k=VISITS_THEN):
        show(life, station, shopper.texts[0], shopper.ref)
    world.say(f"the disk of {station.name} is full")

    def refuse() -> None:
        world.points.arm("before_commit", 1, refuse)
        raise DiskFull("by the simulator")

    world.points.arm("before_commit", 1, refuse)
    for _ in range(VISITS_THEN):
        visit = Visit(world, station, life.next_order_id(station))
        told = ""
        try:
            station.run(visit._serve)
        except (StoreFault, NotRecorded) as problem:
            told = problem.sentence
        bounds.full(station.name, sentence=told)
    world.points.disarm()
    world.disks.low.discard(station.folder)
    bounds.is_low(station.name, is_low=False)
    if station.is_running:
        Visit(world, station, life.next_order_id(station)).go(Mishaps())


INCIDENTS = ((0.4, 0, fill_disk),)  # how likely, days it needs, what

"""What runs out: a disk that stays full for a while."""

from typing import TYPE_CHECKING

from app.station.redeem import NotRecorded
from app.store.faults import DiskFull, StoreFault
from tests.sim.visits import Mishaps, Visit

if TYPE_CHECKING:
    from tests.sim.life import Life

CUSTOMERS = 2


def fill_disk(life: "Life") -> None:
    """A disk is full, and some customers later it is not: nothing is given meanwhile, and all is well afterwards."""
    world, station = life.world, life.some_station()
    if station is None:
        return
    world.say(f"the disk of {station.name} is full")

    def refuse() -> None:
        world.points.arm("before_commit", 1, refuse)
        raise DiskFull("by the simulator")

    world.points.arm("before_commit", 1, refuse)
    for _ in range(CUSTOMERS):
        visit = Visit(world, station, life.next_order_id(station))
        told = ""
        try:
            station.run(visit._serve)
        except (StoreFault, NotRecorded) as problem:
            told = problem.sentence
        world.auditor.people.bounds.full(station.name, sentence=told)
    world.points.disarm()
    if station.is_running:
        Visit(world, station, life.next_order_id(station)).go(Mishaps())


INCIDENTS = ((0.4, 0, fill_disk),)  # how likely, days it needs, what

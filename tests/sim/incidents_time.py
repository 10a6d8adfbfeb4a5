"""What befalls the clocks of stations: people who set them, empty batteries, machines that are switched off."""

from typing import TYPE_CHECKING

from tests.sim.program import DAY_MS

if TYPE_CHECKING:
    from tests.sim.life import Life
    from tests.sim.station import Station

HOUR_MS = 3_600_000
YEARS_73_MS = 73 * 365 * DAY_MS
STEPS_MS = (-30 * DAY_MS, -2 * DAY_MS, -HOUR_MS, HOUR_MS, 3 * DAY_MS, YEARS_73_MS)


def _step(life: "Life", station: "Station") -> None:
    """Set a station's clock wrong, or to 1970 as an empty battery does; perhaps somebody puts it right later."""
    world, rng = life.world, life.world.rng
    step = rng.choice((*STEPS_MS, -world.true.now_ms()))
    station.clock.offset_ms = step
    world.auditor.clocks.touched(station.name)
    world.say(f"the clock of {station.name} is set wrong by {step / HOUR_MS:.0f} hours")

    def set_right(_: "Life") -> None:
        station.clock.offset_ms = 0
        world.say(f"the clock of {station.name} is set right")

    if rng.random() < 0.7:
        life.later(rng.randint(1, 3), set_right)


def step_clock(life: "Life") -> None:
    """Somebody sets the clock of a station that runs."""
    station = life.some_station()
    if station is not None:
        _step(life, station)


def switch_off(life: "Life") -> None:
    """A station is switched off until the next day; its clock may be another by then."""
    world, station = life.world, life.some_station()
    if station is None:
        return
    station.close()
    station.is_off = True
    world.say(f"{station.name} is switched off")

    def switch_on(life: "Life") -> None:
        if station.is_in_use and station.is_off:
            if world.rng.random() < 0.5:
                _step(life, station)
            world.switch_on(station)

    life.later(1, switch_on)

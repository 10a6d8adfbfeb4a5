"""Who stands at the till: people who sign in, who deal with themselves, and who try the PINs of others."""

from typing import TYPE_CHECKING

from tests.sim.disk import Killed, kill
from tests.sim.furniture import Shopper
from tests.sim.furniture_people import PIN_MARK, Cashier
from tests.sim.program import DAY_MS, REWARD, SHORT
from tests.sim.visits import Mishaps, Visit

if TYPE_CHECKING:
    from tests.sim.life import Life
    from tests.sim.station import Station

SECOND_MS, HOUR_MS = 1_000, 3_600_000
TRIES_IN_A_ROW = 16
KILLS_IN_A_ROW = 3
WAITS_S = (0, 0, 1, 20, 59, 61, 125, 250)
STEPS_MS = (-DAY_MS, -HOUR_MS, HOUR_MS, DAY_MS)


def _staff_of(life: "Life", station: "Station") -> list[Cashier]:
    """Return who works in the store and is known at the station."""
    known = {row.staff_id for row in station.store.replica.people.all()}
    return [each for each in life.world.people.cashiers if each.staff_id in known]


def deal_with_oneself(life: "Life") -> None:
    """Somebody signs in, rings up their own order, and redeems what they can for themselves."""
    world, station = life.world, life.some_station()
    if station is None:
        return
    for cashier in _staff_of(life, station):
        if cashier.member is None or world.people.sign_in(station, cashier, cashier.pin):
            continue
        linked = [(row.staff_id, row.member) for row in station.store.replica.people.all() if row.member]
        world.auditor.people.own.knows(station.name, frozenset(linked))
        world.say(f"{cashier.staff_id} deals with themselves at {station.name}")
        shopper = next((each for each in world.shoppers if each.ref == cashier.member), None)
        _ring_up(life, station, cashier, shopper)
        _ring_up(life, station, cashier, world.rng.choice(world.shoppers))


def _ring_up(life: "Life", station: "Station", cashier: Cashier, shopper: Shopper | None) -> None:
    if shopper is None or not station.is_running:
        return
    visit = Visit(life.world, station, life.next_order_id(station))
    visit.shopper, visit.text, visit.cashier = shopper, shopper.texts[0], cashier.staff_id
    visit.wish(REWARD, SHORT)
    visit.go(Mishaps())


def try_pins(life: "Life") -> None:
    """Somebody tries PINs, ends the program in the middle of it, starts the machine anew and sets its clock."""
    world, rng, station = life.world, life.world.rng, life.some_station()
    staff = _staff_of(life, station) if station is not None else []
    if not staff:
        return
    cashier, world.people.kills_left = rng.choice(staff), KILLS_IN_A_ROW
    world.say(f"somebody tries the PIN of {cashier.staff_id} at {station.name}")
    for turn in range(TRIES_IN_A_ROW):
        if not station.is_running:
            return
        world.true.set_ms(world.true.now_ms() + rng.choice(WAITS_S) * SECOND_MS)
        if rng.random() < 0.1:
            station.clock.offset_ms += rng.choice(STEPS_MS)
            world.auditor.clocks.touched(station.name)
        _try_one(life, station, cashier, f"{PIN_MARK}9{turn:03}")


def _try_one(life: "Life", station: "Station", cashier: Cashier, pin: str) -> None:
    """Try a PIN; end the program in the middle of it, or start the machine anew if there is to be a wait."""
    world, rng = life.world, life.world.rng
    may_kill = world.people.kills_left and rng.random() < 0.25
    if may_kill and rng.random() < 0.5:
        world.points.arm("pin_counted", 1, world.people.die_untold)
    elif may_kill:
        world.points.arm("before_commit", 1, kill)
    try:
        is_locked = world.people.sign_in(station, cashier, pin) == "pin_locked"
    except Killed:
        world.people.kills_left -= 1
        world.crash(station, is_power_cut=rng.random() < 0.5)
    else:
        if is_locked and world.people.kills_left and rng.random() < 0.5:
            world.people.kills_left -= 1
            world.crash(station, is_power_cut=True)
    world.points.disarm()
    if station.is_running:
        world.witness.journal(station)


INCIDENTS = (  # how likely, days it needs, what
    (0.8, 0, deal_with_oneself),
    (0.5, 0, deal_with_oneself),
    (0.6, 0, try_pins),
    (0.3, 0, try_pins),
)

"""Texts that mean something to somebody else: scanned, handed in by a till, and asked of head office as names."""

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.reasons import Refusal, sentence
from app.station.identify import identify
from hq.faults import HqFault
from hq.service import DeviceSession
from tests.hostile import HOSTILE
from tests.sim.furniture_people import ODD
from tests.sim.visits import Mishaps, Visit

if TYPE_CHECKING:
    from tests.sim.life import Life

SCANS = 4
ORDER_ID_MAX = 40
WAYS_OUT = ("../keys/t1.key", "../hq.db", "..", "", "/etc/passwd", "snapshot-*.zst", "%2e%2e/hq.db", "a\x00b")


def scan_anything(life: "Life") -> None:
    """Codes of other people's are scanned: addresses, commands, pages, keys of a keyboard."""
    world, station = life.world, life.some_station()
    if station is None:
        return
    texts = world.auditor.people.texts
    for name in world.rng.sample(list(HOSTILE), SCANS):
        text = HOSTILE[name]
        world.say(f"{station.name} scans {name}")
        try:
            seen = station.run(lambda text=text: identify(station.store, text))
        except Exception as bug:  # outermost: of one scan; whatever it is, no text may bring it about
            texts.broke(f"{station.name} scans {name}", repr(bug))
            continue
        if isinstance(seen, Refusal):
            texts.refused(station.name, text, sentence(seen, money=str))
        else:
            texts.not_refused(station.name, text)
    world.witness.journal(station)
    world.looking.around(station)


def hand_in_anything(life: "Life") -> None:
    """A till has odd numbers and names for everything."""
    world, rng, station = life.world, life.world.rng, life.some_station()
    if station is None:
        return
    order_id = f"{rng.choice(ODD)[:ORDER_ID_MAX]}'{life.next_order_id(station)}"
    visit = Visit(world, station, order_id)
    lines = tuple(replace(line, sku=rng.choice(ODD)) for line in visit.order.lines)
    visit.order = replace(visit.order, lines=lines, register=rng.choice(ODD)[:ORDER_ID_MAX])
    texts = world.auditor.people.texts
    texts.hands_in(order_id, visit.order.register, [line.sku for line in lines])
    try:
        visit.go(Mishaps())
        visit.go(Mishaps())
    except Exception as bug:  # outermost: of one order, as above
        texts.broke(f"{station.name} has order {order_id!r}", repr(bug))


def ask_for_anything(life: "Life") -> None:
    """Somebody who has a station's keys asks HQ for files by ways out of its folder."""
    world, station = life.world, life.some_station()
    if station is None:
        return
    hq, texts = DeviceSession(world.hq, station.device_id), world.auditor.people.texts
    for name in WAYS_OUT:
        try:
            hq.snapshot(name)
        except HqFault:
            texts.served(name, is_served=False)
        except Exception as bug:  # outermost: of one request, which would answer 500
            texts.broke(f"HQ is asked for {name!r}", repr(bug))
        else:
            texts.served(name, is_served=True)


INCIDENTS = (  # how likely, days it needs, what
    (0.7, 0, scan_anything),
    (0.7, 0, hand_in_anything),
    (0.4, 0, ask_for_anything),
)

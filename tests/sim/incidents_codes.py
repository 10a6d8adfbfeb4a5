"""Who shows what: phones, pictures of them, forgeries, cards of a stolen key, and numbers that somebody guesses."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.core.codes import number
from app.core.keyset import KeyUse
from app.station.identify import SeenMember, identify
from hq.keysets import service as keysets
from hq.members.service import issue_code
from tests.sim.codes_shown import as_card, by_stolen_key, forged
from tests.sim.furniture import Shopper
from tests.sim.furniture_people import bound
from tests.sim.program import REWARD, SHORT
from tests.sim.visits import Mishaps, Visit

if TYPE_CHECKING:
    from tests.sim.life import Life
    from tests.sim.station import Station

SECOND_MS, MINUTE_MS = 1_000, 60_000
FORGERIES_SHOWN = 3
GUESSES = 25
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def show(life: "Life", station: "Station", text: str, ref: str = "") -> None:
    """Somebody comes with this text, and wants all that there is for it."""
    if not station.is_running:
        return
    visit = Visit(life.world, station, life.next_order_id(station))
    visit.shopper, visit.text = Shopper(ref, (text,)), text
    visit.wish(REWARD, SHORT)
    visit.go(Mishaps())


def show_phone(life: "Life") -> None:
    """A member shows their phone; then a picture of it is shown, here and elsewhere, at once and later."""
    world, rng, station = life.world, life.world.rng, life.some_station()
    if station is None or not world.people.phones:
        return
    text = world.people.live_code(rng.choice(world.people.phones), rng)
    world.say(f"{station.name} sees a phone")
    show(life, station, text)
    world.true.set_ms(world.true.now_ms() + rng.choice((0, 10, 25)) * SECOND_MS)
    show(life, station, text)
    other = life.some_station()
    if other is not None and rng.random() < 0.5:
        world.say(f"{other.name} sees a picture of it")
        show(life, other, text)
    world.true.set_ms(world.true.now_ms() + 2 * MINUTE_MS)
    show(life, rng.choice(world.running), text)


def forge(life: "Life") -> None:
    """Somebody makes codes without a key of HQ's."""
    world, rng, station = life.world, life.world.rng, life.some_station()
    if station is None or not world.people.phones:
        return
    phone = rng.choice(world.people.phones)
    victim = rng.choice([each for each in world.shoppers if each.ref != phone.ref])
    world.say(f"{station.name} sees forgeries")
    made = forged(phone, victim.ref, now_ms=world.true.now_ms(), rng=rng)
    for code in (*rng.sample(made, FORGERIES_SHOWN), as_card(phone)):
        show(life, station, world.people.makes(code))


def expired_card(life: "Life") -> None:
    """A member has a card that is good for a day, and comes with it on that day and later."""
    world, shopper = life.world, life.world.rng.choice(life.world.shoppers)
    text = issue_code(world.hq, shopper.ref, days=1)

    def come(life: "Life") -> None:
        if world.running:
            show(life, world.rng.choice(world.running), text, shopper.ref)

    come(life)
    life.later(2, come)


def steal_token_key(life: "Life") -> None:
    """A thief signs cards with HQ's key; some days later HQ hears of it, and everybody gets another card."""
    world, rng, station = life.world, life.world.rng, life.some_station()
    if station is None:
        return
    old = next(
        each.key for each in keysets.listed_keys(world.hq) if each.signs_now and each.key.use == KeyUse.TOKEN
    )
    code = by_stolen_key(
        world.hq.keys.key(old.kid), old.kid, rng.choice(world.shoppers).ref, now_ms=world.true.now_ms()
    )
    show(life, station, world.people.makes(code))

    def revoke(life: "Life") -> None:
        if any(each.key.kid == old.kid and each.signs_now for each in keysets.listed_keys(world.hq)):
            keysets.publish_key(world.hq, keysets.make_key(world.hq, KeyUse.TOKEN))
        keysets.revoke(world.hq, old.kid)
        world.shoppers = [
            replace(each, texts=(issue_code(world.hq, each.ref), *each.texts)) for each in world.shoppers
        ]
        known = {each.ref for each in world.shoppers}
        world.people.phones = [bound(world.hq, each.ref) for each in world.people.phones if each.ref in known]
        world.say(f"HQ revokes the key {old.kid}, which was stolen")

    def come(life: "Life") -> None:
        if world.running:
            show(life, rng.choice(world.running), code.text)

    life.later(1, revoke)
    life.later(2, come)
    life.later(3, come)


def guess_numbers(life: "Life") -> None:
    """Somebody types one number after the other, and has it right in the end."""
    world, rng, station = life.world, life.world.rng, life.some_station()
    if station is None:
        return
    world.say(f"somebody guesses numbers at {station.name}")
    before = station.store.journal.head().seq
    for _ in range(GUESSES):
        kind, length = rng.choice((("M", 10), ("V", 13)))
        body = "".join(rng.choices(ALPHABET, k=length))
        _identified(station, number(kind, body))
    seen = _identified(station, rng.choice(world.shoppers).texts[-1])
    world.witness.journal(station)
    written = station.store.journal.head().seq - before
    world.auditor.people.bounds.flooded(station.name, entries=written)
    world.auditor.people.codes.guessed(station.name, is_found=isinstance(seen, SeenMember))


def _identified(station: "Station", text: str) -> Any:
    return station.run(lambda: identify(station.store, text))


INCIDENTS = (  # how likely, days it needs, what
    (0.9, 0, show_phone),
    (0.6, 0, show_phone),
    (0.9, 0, forge),
    (0.5, 2, expired_card),
    (0.35, 3, steal_token_key),
    (0.7, 0, guess_numbers),
)

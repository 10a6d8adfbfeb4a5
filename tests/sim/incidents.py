"""What befalls a world beside bad lines and disks: people who restore, copy, revoke and tamper, and new versions."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.keyset import KeyUse
from app.store.journal import Draft
from hq.campaigns.service import publish_program
from hq.keysets import service as keysets
from hq.members.service import MemberFacts, issue_code, upsert_members
from hq.stores.devices import revoke
from sync.protocol import PROTO
from tests.sim.disk import image_of, put_back
from tests.sim.furniture import new_shopper, new_vouchers
from tests.sim.furniture_people import name_of, place_of
from tests.sim.incidents_authority import INCIDENTS as AUTHORITY
from tests.sim.incidents_bounds import INCIDENTS as BOUNDS
from tests.sim.incidents_codes import INCIDENTS as CODES
from tests.sim.incidents_erasing import INCIDENTS as ERASING
from tests.sim.incidents_erasing import erase
from tests.sim.incidents_people import INCIDENTS as PEOPLE
from tests.sim.incidents_stops import stop_something
from tests.sim.incidents_texts import INCIDENTS as TEXTS
from tests.sim.incidents_time import step_clock, switch_off
from tests.sim.program import program_body
from tests.sim.tampering import tamper_with

if TYPE_CHECKING:
    from tests.sim.life import Life

Incident = Callable[["Life"], None]
VISITS_BEFORE_TAMPERING = 4
NEW_TYPE, POISON = "of_a_newer_station", "poison"


def publish(life: "Life") -> None:
    """HQ publishes the next version of the program."""
    world = life.world
    version = world.next_program_version()
    publish_program(world.hq, program_body(version))
    world.say(f"HQ publishes program {version}")


def grow(life: "Life") -> None:
    """HQ takes in members, makes vouchers, and changes a member it has."""
    world = life.world
    place = world.people.next_place()
    world.shoppers.append(new_shopper(world.hq, place, world.stores))
    world.people.are_called(place)
    world.vouchers += new_vouchers(world.hq, 10, world.rng)
    changed = world.rng.choice(world.shoppers)
    name = name_of(place_of(changed.ref), is_changed=True)
    upsert_members(world.hq, [MemberFacts(changed.ref, name, tier="gold", home_store=world.stores[0])])
    world.witness.hq()
    world.say("HQ has a new member and new vouchers")


def restore_hq(life: "Life") -> None:
    """HQ's database is copied, and some days later the copy is put in its place."""
    world = life.world
    backup, before = world.back_up_hq(), world.told_once()
    world.say("HQ is backed up")

    def restore(_: "Life") -> None:
        # Else HQ forgets devices, or that they were shut out: another story.
        memory = world.auditor.memory
        if world.told_once() == before and memory.copied <= memory.fenced:
            world.restore_hq(backup, is_whole=world.rng.random() < 0.5)

    life.later(world.rng.randint(1, 3), restore)


def restore_hq_after_erasing(life: "Life") -> None:
    """The same, and between backup and restore a member is erased."""
    restore_hq(life)
    erase(life)


def restore_hq_after_stopping(life: "Life") -> None:
    """The same, and between backup and restore something is stopped, and something else after it."""
    restore_hq(life)
    stop_something(life)
    life.later(4, stop_something)


def clone(life: "Life") -> None:
    """A station's disk is copied to a second PC, keys and all, and both are used for a while."""
    station = life.some_station()
    if station is not None and station.has_met_this_hq:
        life.world.clone(station)


def set_back(life: "Life") -> None:
    """A station's folder is copied, and some days later the copy is put in its place; perhaps its keys and mark too."""
    world, station = life.world, life.some_station()
    if station is None:
        return
    station.close()
    copied, texts = image_of(station.folder), dict(station.keys._texts)
    world.start(station)
    has_mark = world.rng.random() < 0.5

    def restore(_: "Life") -> None:
        # What HQ has lost and this station not yet sent again would be carried over by nobody: not held yet.
        if not station.is_running or not station.has_met_this_hq:
            return
        is_doubtful = station.is_doubtful  # what breaks down notes nothing when it ends
        station.close()
        put_back(station.folder, copied)
        if has_mark:
            station.keys._texts = texts
        world.set_back(station, is_marked=not has_mark and not is_doubtful)

    life.later(world.rng.randint(1, 5), restore)


def revoke_one(life: "Life") -> None:
    """A station is shut out at head office; it goes on for a while, as it may be offline."""
    world, station = life.world, life.some_station()
    if station is None:
        return
    revoke(world.hq, station.device_id)
    world.auditor.revoked(station.chain)
    world.say(f"{station.name} is revoked")


def tamper_while_off(life: "Life") -> None:
    """Somebody with the keys changes the journal of a station that is switched off."""
    _tamper(life, is_running=False)


def tamper_while_running(life: "Life") -> None:
    """Somebody with the keys changes a station's journal behind its back."""
    _tamper(life, is_running=True)


def _tamper(life: "Life", *, is_running: bool) -> None:
    station = life.some_station()
    if station is None:
        return
    for _ in range(VISITS_BEFORE_TAMPERING):  # so that there is something that HQ has not seen
        life.visit(station)
    if station.is_running:
        tamper_with(life.world, station, is_running=is_running)


def unknown_entry(life: "Life") -> None:
    """A station of a newer version writes an entry of a type that nobody here knows."""
    _append(life, NEW_TYPE)


def poison_entry(life: "Life") -> None:
    """A station writes an entry that wakes a bug at HQ."""
    _append(life, POISON)


def _append(life: "Life", kind: str) -> None:
    world, station = life.world, life.some_station()
    if station is None:
        return

    def write() -> None:
        with station.store.atomic():
            station.store.journal.append([Draft(kind, {"store": station.store_id, "what": kind})])

    station.run(write)
    world.witness.journal(station)
    world.say(f"{station.name} writes an entry of type {kind}")


def older_program(life: "Life") -> None:
    """From now on a station speaks as two versions ago."""
    station = life.some_station()
    if station is not None:
        station.proto = max(PROTO - 2, 0)
        life.world.say(f"{station.name} runs an older program")


def poison_row(life: "Life") -> None:
    """From now on HQ has a row for a station that no station can read."""
    station = life.some_station()
    if station is not None:
        station.line.has_bad_row = True
        life.world.say(f"HQ has a row for {station.name} that can't be read")


def replay_document(life: "Life") -> None:
    """Somebody in a station's line plays the first program to it again, as if it were the newest."""
    world = life.world
    newer = [station for station in world.running if station.store.replica.document_version("program") > 1]
    if newer:
        world.rng.choice(newer).line.lie_next = "old_document"
    elif not life.is_last_day:
        life.later(1, replay_document)


def new_token_key(life: "Life") -> None:
    """HQ signs codes by a new key, and retires the old one: cards that were given out before stay good."""
    _rotate(life, KeyUse.TOKEN)


def new_signing_key(life: "Life") -> None:
    """The key that HQ signs rules with was stolen: there is a new one, and what the old one signed counts no more."""
    _rotate(life, KeyUse.SIGN)


def new_root_key(life: "Life") -> None:
    """HQ's root key is exchanged; the old one vouches for the new one."""
    _rotate(life, KeyUse.ROOT)


def _rotate(life: "Life", use: KeyUse) -> None:
    world = life.world
    old = [each.key.kid for each in keysets.listed_keys(world.hq) if each.signs_now and each.key.use == use]
    keysets.publish_key(world.hq, keysets.make_key(world.hq, use))
    if use is KeyUse.TOKEN:
        keysets.retire(world.hq, *old)
    if use is KeyUse.SIGN:
        keysets.revoke(world.hq, *old)
    world.shoppers = [
        replace(each, texts=(issue_code(world.hq, each.ref), *each.texts)) for each in world.shoppers
    ]
    world.say(f"HQ has a new key: {use}")


INCIDENTS: tuple[tuple[float, int, Incident], ...] = (  # how likely, days it needs, what
    (0.8, 0, publish),
    (0.5, 0, publish),
    (0.8, 0, grow),
    (0.9, 3, restore_hq),
    (0.3, 3, restore_hq_after_erasing),
    (0.6, 3, clone),
    (0.6, 3, set_back),
    (0.6, 2, revoke_one),
    (0.5, 0, tamper_while_off),
    (0.7, 0, tamper_while_running),
    (0.7, 1, unknown_entry),
    (0.8, 1, poison_entry),
    (0.6, 1, poison_entry),
    (0.4, 2, older_program),
    (0.5, 2, poison_row),
    (0.6, 2, step_clock),
    (0.4, 3, step_clock),
    (0.5, 2, switch_off),
    (0.4, 0, new_token_key),
    (0.3, 0, new_signing_key),
    (0.3, 0, new_root_key),
    (0.7, 0, replay_document),
    (0.5, 0, replay_document),
    (0.9, 4, stop_something),
    (0.6, 2, stop_something),
    (0.4, 0, stop_something),
    *AUTHORITY,
    *BOUNDS,
    *CODES,
    *ERASING,
    *PEOPLE,
    *TEXTS,
    (0.3, 5, restore_hq_after_stopping),
)

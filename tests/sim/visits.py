"""What happens at a till: somebody comes, shows a card or a voucher, buys, and gets an answer. Or something breaks."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.codes import Level
from app.core.order import Line
from app.core.voucher import Presentation, picked
from app.ids import new_id
from app.station.identify import SeenMember, identify
from app.station.redeem import AtTill, NotRecorded, OrderIn, hand_in, to_ask
from app.store.faults import DiskBroken, DiskFull, StoreFault
from app.store.replica_rows import MEMBER
from tests.sim.disk import JOURNAL_LOG, Killed, kill
from tests.sim.furniture import Shopper
from tests.sim.program import CLUB, FIRST, GIFT, REWARD, SHORT, TOY
from tests.sim.slips import undo_a_slip
from tests.sim.station import Station

if TYPE_CHECKING:
    from tests.sim.world import World

GOODS = (("coffee", 350), ("tea", 280), ("cake", 420), ("beans", 1290))
LINES_MAX = 4
MINUTE_MS = 60_000
VISITS_THEN = 3
WISHES = ((REWARD, 0.25), (SHORT, 0.15), (GIFT, 0.12), (FIRST, 0.12), (TOY, 0.08), (CLUB, 0.05))
FOR_MEMBERS = (REWARD, FIRST)


@dataclass
class Mishaps:
    """How often things break at the tills of this world."""

    kill: float = 0.0
    disk: float = 0.0


class Visit:
    """One person at one till."""

    def __init__(self, world: "World", station: Station, order_id: str) -> None:
        self.world, self.station = world, station
        rng = world.rng
        self.shopper = rng.choice(world.shoppers) if rng.random() < 0.8 else None
        self.text = rng.choice(self.shopper.texts) if self.shopper else ""
        self.voucher = rng.choice(world.vouchers) if rng.random() < 0.35 else ""
        cards = self.shopper.cards if self.shopper else ()
        self.card = rng.choice(cards) if cards and rng.random() < 0.1 else ""
        self.picks = {
            rule: new_id()
            for rule, chance in WISHES
            if rng.random() < chance and (self.shopper is not None or rule not in FOR_MEMBERS)
        }
        self.cashier = ""  # whoever signed in
        goods = rng.choices(GOODS, k=rng.randint(1, LINES_MAX))
        lines = tuple(Line(place, sku, 1, amount) for place, (sku, amount) in enumerate(goods, 1))
        self.order = OrderIn(order_id, lines)

    def be(self, shopper: Shopper) -> None:
        """Be this member, with a signed card."""
        self.shopper, self.text = shopper, shopper.texts[0]

    def buy(self, sku: str, units: int) -> None:
        """Buy so many of one thing, and nothing else."""
        line = Line(1, sku, units, units * dict(GOODS)[sku])
        self.order = OrderIn(self.order.order_id, (line,))

    def wish(self, *rules: str) -> None:
        """Want these offers beside all others."""
        self.picks |= {rule: new_id() for rule in rules if rule not in self.picks}

    def go(self, mishaps: Mishaps) -> None:
        """Be served; if the program ends meanwhile, perhaps be served again by the one that is started after it."""
        world, rng = self.world, self.world.rng
        if rng.random() < 0.05:
            self._try(self._scan_rubbish)
        luck = rng.random()
        if luck < mishaps.kill:
            self._be_cut_off()
        elif luck < mishaps.kill + mishaps.disk:
            self._meet_a_bad_disk()
        elif self._try(self._serve) and rng.random() < 0.1:
            self._try(self._serve)  # pressed twice
        if self.station.store is not None:
            undo_a_slip(world, self.station, self.order.order_id)
            world.witness.journal(self.station)

    def _be_cut_off(self) -> None:
        world, rng, station = self.world, self.world.rng, self.station
        how = rng.choice(("before", "after", "torn", "power"))
        log = station.folder / JOURNAL_LOG
        size = log.stat().st_size if log.exists() else 0
        world.points.arm("before_commit" if how == "before" else "after_commit", 1, kill)
        try:
            if self._try(self._serve) and how == "power":
                raise Killed  # after the answer
        except Killed:
            is_up = world.crash(
                station, is_power_cut=how == "power", torn_from=size if how == "torn" else None
            )
            if is_up and rng.random() < 0.7:
                world.true.set_ms(world.true.now_ms() + MINUTE_MS)
                self._try(self._serve)
        world.points.disarm()

    def _meet_a_bad_disk(self) -> None:
        world, fault = self.world, self.world.rng.choice((DiskFull, DiskBroken))

        def refuse() -> None:
            raise fault("by the simulator")

        world.points.arm("before_commit", 1, refuse)
        self._try(self._serve)
        world.points.disarm()
        if world.rng.random() < 0.5:
            self._try(self._serve)

    def _try(self, work) -> bool:
        began_ms = self.world.true.now_ms()
        try:
            self.station.run(work)
        except NotRecorded as problem:
            self.world.say(f"{self.station.name} does not record {self.order.order_id}: {problem.code}")
        except StoreFault as fault:
            self.world.say(f"{self.station.name} can't record {self.order.order_id}: {fault.code}")
        else:
            waited_ms = self.world.true.now_ms() - began_ms
            self.world.auditor.people.bounds.waited(self.station.name, self.order.order_id, waited_ms)
            return True
        return False

    def _scan_rubbish(self) -> None:
        identify(self.station.store, "V0000000000000X")

    def _serve(self) -> None:
        station, world = self.station, self.world
        member = self._look_up() if self.text else None
        at_till = AtTill(member, tuple(self._presented(member)), self._link(), self.cashier)
        asking = to_ask(station.store, self.order, at_till)
        if asking is not None:
            heard = station.authoriser.ask(asking)
            world.say(f"{station.name} asks: {sorted(heard.granted)} granted, {sorted(heard.denied)} denied")
            at_till = replace(at_till, heard=heard)
        answer = hand_in(station.store, self.order, at_till)
        world.say(
            f"{station.name} answers {answer.order_id}: {answer.kind} as {answer.seq},"
            f" {answer.payable} to pay, {answer.points} points"
        )
        world.witness.answered(station, answer.seq, answer.order_id)

    def _link(self) -> str:
        return "online" if self.station.line.is_up else "offline"

    def _look_up(self) -> SeenMember | None:
        store = self.station.store
        ref = self.shopper.ref if self.shopper else ""
        self.world.people.shows(self.station, self.order.order_id, self.text, ref)
        seen = identify(store, self.text)
        self.world.witness.journal(self.station)
        if not isinstance(seen, SeenMember):
            return None
        self.world.looking.shows(self.station, seen)
        row = store.replica.member(seen.member.ref)
        self.world.auditor.looked_up(
            self.station.name,
            self.station.chain,
            seen.member.ref,
            held=None if row is None else row.balance,
            shown=(seen.member.balance, seen.pending),
            included=store.replica.included_seq(MEMBER, seen.member.ref),
        )
        return seen

    def _presented(self, member: SeenMember | None) -> list[Presentation]:
        codes = [identify(self.station.store, code) for code in (self.voucher, self.card) if code]
        level = member.level if member else Level.TYPED
        picks = [
            Presentation(name, picked(rule), level)
            for rule, name in self.picks.items()
            if member is not None or rule not in FOR_MEMBERS
        ]
        return [seen for seen in codes if isinstance(seen, Presentation)] + picks


def serve_some(world: "World", station: Station) -> None:
    """Let a station be used for a while though it was told to stop: people come, and nobody has looked at it yet."""
    for number in range(VISITS_THEN):
        if station.store is not None:
            order_id = f"{station.name}-told-{world.true.now_ms()}-{number}"
            Visit(world, station, order_id).go(Mishaps())

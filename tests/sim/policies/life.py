"""The year lived through under one policy, moment by moment, with the product's own stations and HQ."""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from app.core.authority import AuthKind
from app.demo.journey import JourneyOrder, VoucherKey
from app.station.redeem import OrderIn
from tests.sim.policies.books import Books
from tests.sim.policies.chain import Chain
from tests.sim.policies.offers import FLOOR, Policy
from tests.sim.policies.shop import Shop
from tests.sim.policies.visits import (
    Showing,
    Visit,
    is_about_rights,
    kind_of,
    one_thing,
    order_of,
    serve,
    write_down,
)
from tests.sim.policies.year import OPEN_HOURS, Attacker, Cut, Trick, Year, midnight_ms

HOUR_MS = 3_600_000
THING_CENTS = 600
TRIES_MAX = 3  # of an attacker, in one shop
GETS_KNOWN_DAYS = 28  # the first round of all shops: later, whoever is known there is known
HEARS_MS = 30_000  # a station hears what it is told within so long


@dataclass
class Tally:
    """What was asked for and what came of it."""

    orders: int = 0
    offline_orders: int = 0
    attempted: int = 0
    refused: int = 0
    given: Counter[str] = field(default_factory=Counter)  # by right
    refusals: Counter[str] = field(default_factory=Counter)  # rightful ones, by where and why
    tricks_tried: int = 0
    tricks_given: int = 0
    too_early: int = 0  # orders on which points were on their way to HQ that would have been enough


@dataclass(order=True)
class Planned:
    """Something that happens at a moment."""

    at_ms: int
    place: int
    order: JourneyOrder | None = field(default=None, compare=False)
    tour: "tuple[Attacker, int] | None" = field(default=None, compare=False)
    cut: Cut | None = field(default=None, compare=False)
    is_end: bool = field(default=False, compare=False)


class Life:
    """One policy's year."""

    def __init__(self, year: Year, policy: Policy, chain: Chain, *, reward: int) -> None:
        """Plan the year: orders, cuts, and nothing of attackers yet, who decide when they see a cut."""
        self.year, self.policy, self.chain = year, policy, chain
        self.books, self.tally = Books(), Tally()
        self.problems: list[str] = []
        self._by_floor: Counter[tuple[str, int]] = Counter()  # since the station was last heard
        self._on_their_way: dict[
            str, Counter[int]
        ] = {}  # points earned at stations and not told yet, by member
        self._rng = random.Random(year.seed)
        self._reward = reward
        self._attackers = {each.household for each in year.attackers}
        self._shown: Counter[tuple[int, VoucherKey]] = Counter()
        self._down: set[int] = set()
        self._baits: dict[Attacker, tuple[str, str] | None] = {}
        self._place = 0
        self._plan: list[Planned] = []
        for order in year.orders:
            self._add(order.at_ms, order=order)
        for cut in year.cuts():
            self._add(midnight_ms(cut.first_day), cut=cut)
            self._add(midnight_ms(cut.end_day), cut=cut, is_end=True)
        self._busy = _busy_days(year)

    def _add(self, at_ms: int, **what: object) -> None:
        self._place += 1
        heapq.heappush(self._plan, Planned(at_ms, self._place, **what))  # type: ignore[arg-type]

    def live(self) -> None:
        """Live to the end; then all lines are up, and everybody has told everything."""
        while self._plan:
            planned = heapq.heappop(self._plan)
            self.chain.clock.set_ms(max(planned.at_ms, self.chain.clock.now_ms()))
            if planned.order is not None:
                self._shop(planned.order)
            elif planned.tour is not None:
                self._trick(*planned.tour)
            elif planned.cut is None:
                self._hear()
            elif planned.is_end:
                self._come_back(planned.cut)
            else:
                self._cut_off(planned.cut)
        for shop in self.chain.opened():
            shop.line.is_up = True
            shop.sync()

    # --- lines ------------------------------------------------------------------------------------------------------

    def _cut_off(self, cut: Cut) -> None:
        """Cut lines. Who will be needed meanwhile has just been told the newest: a station asks twice a minute."""
        tours = [each for each in self.year.attackers if self._goes_on_tour(each, cut)]
        for number in cut.shops:
            if tours or any(day in self._busy.get(number, ()) for day in cut.days()):
                self.chain.shop(number).sync()
        self._down.update(cut.shops)
        for number in cut.shops:
            if number in self.chain.running:
                self.chain.shop(number).line.is_up = False
        for attacker in tours:
            self._plan_tour(attacker, cut)

    def _come_back(self, cut: Cut) -> None:
        self._down.difference_update(cut.shops)
        wanted = self.chain.asked_to_give_back()
        for number in cut.shops:
            if number in self.chain.running:
                shop = self.chain.shop(number)
                shop.line.is_up = True
                self._heard(shop)
                if shop.store.waiting_count() or shop.device_id in wanted:
                    shop.sync()
        if wanted:
            self._add(self.chain.clock.now_ms() + HEARS_MS)

    def _hear(self) -> None:
        """Let the stations that are to give home leases back hear of it, as far as they have a line."""
        wanted = self.chain.asked_to_give_back()
        for shop in self.chain.opened():
            if shop.device_id in wanted and shop.line.is_up:
                shop.sync()

    def _heard(self, shop: Shop) -> None:
        self._on_their_way.pop(shop.device_id, None)
        for whose in [each for each in self._by_floor if each[0] == shop.device_id]:
            del self._by_floor[whose]

    def _after(self, visit: Visit) -> None:
        if visit.is_left_open:  # HQ has called something back
            now_ms = self.chain.clock.now_ms()
            self._add(now_ms + HEARS_MS)
            self._add(now_ms + 2 * HEARS_MS)

    def _serve(self, shop: Shop, order: OrderIn, showing: Showing) -> Visit:
        """Let somebody buy, enter it into the true books, and see that floor limits were kept."""
        visit = serve(shop, order, showing)
        write_down(self.books, showing.household, visit)
        for outcome in visit.answer.presented:
            if outcome.is_approved and outcome.auth.kind is AuthKind.FLOOR:
                whose = shop.device_id, showing.household
                self._by_floor[whose] += 1
                if self._by_floor[whose] > FLOOR.times or outcome.discount > FLOOR.value:
                    self.problems.append(f"{shop.device_id} gave more by floor limits than it may")
        self._on_their_way.setdefault(shop.device_id, Counter())[showing.household] += visit.answer.points
        if shop.line.is_up:
            self._heard(shop)
        self._after(visit)
        return visit

    # --- honest people ----------------------------------------------------------------------------------------------

    def _shop(self, order: JourneyOrder) -> None:
        shop, household = self.chain.shop(order.store_id), order.household_id
        coupons = tuple(self._next_coupon(household, key) for key in order.presented)
        is_honest = household not in self._attackers
        wants = is_honest and self.year.asks(order) and self._can_pay(household, order)
        showing = Showing(household, self.chain.cards[household], coupons, wants_reward=wants)
        visit = self._serve(shop, order_of(order), showing)
        self.tally.orders += 1
        self.tally.offline_orders += not shop.line.is_up
        if is_honest:
            self._count(order, visit, is_up=shop.line.is_up)

    def _next_coupon(self, household: int, key: VoucherKey) -> str:
        place = self._shown[household, key]
        self._shown[household, key] += 1
        return self.chain.coupons[household, key][place]

    def _can_pay(self, household: int, order: JourneyOrder) -> bool:
        """Tell whether somebody would ask for a reward: what they have without what is on its way to HQ is enough."""
        balance = self.books.balance(household)
        cents = sum(line.cents for line in order.lines)
        if cents < self._reward or balance < self._reward:
            return False
        if balance - sum(each[household] for each in self._on_their_way.values()) >= self._reward:
            return True
        self.tally.too_early += 1
        return False

    def _count(self, order: JourneyOrder, visit: Visit, *, is_up: bool) -> None:
        outcomes = [outcome for _, outcome in visit.coupons]
        outcomes += [] if visit.reward is None else [visit.reward]
        for outcome in outcomes:
            if outcome.is_approved:
                self.tally.attempted += 1
                self.tally.given[kind_of(outcome).value] += 1
            elif is_about_rights(outcome):
                self.tally.attempted += 1
                self.tally.refused += 1
                where = "home" if self.year.homes[order.household_id] == order.store_id else "away"
                what = "reward" if outcome is visit.reward else "coupon"
                why = outcome.refusals[0].reason.code
                self.tally.refusals[f"{'online' if is_up else 'offline'} {where} {what} {why}"] += 1

    # --- others -----------------------------------------------------------------------------------------------------

    def _goes_on_tour(self, attacker: Attacker, cut: Cut) -> bool:
        """Tell whether an attacker sees something in a cut: points to be spent in each shop, or a new coupon."""
        if attacker.trick is Trick.COUPON:
            return self._bait(attacker, cut) is not None
        first = self.year.orders[0].local_date
        is_first_round = (cut.first_day - first).days < GETS_KNOWN_DAYS
        return is_first_round or self.chain.balance(attacker.shown) >= self._reward

    def _bait(self, attacker: Attacker, cut: Cut) -> tuple[str, str] | None:
        """Return a coupon that nobody has used yet and that is good through a cut, and a product of it."""
        for campaign in self.year.journey.campaigns:
            key = self.year.baits.get(campaign.campaign_id)
            if key is None or not campaign.starts_on <= cut.first_day < cut.end_day <= campaign.ends_on:
                continue
            code = self.chain.coupons[attacker.household, key][-1]
            if not self.books.is_used(code):
                return code, str(self.year.journey.coupons[key][0])
        return None

    def _plan_tour(self, attacker: Attacker, cut: Cut) -> None:
        """Go to all shops that are cut off, one after the other, while they are open."""
        shops = self._rng.sample(cut.shops, len(cut.shops))
        hours = [midnight_ms(day) + hour * HOUR_MS for day in cut.days() for hour in OPEN_HOURS]
        bait = self._bait(attacker, cut) if attacker.trick is Trick.COUPON else None
        self._baits[attacker] = bait
        for place, number in enumerate(shops):
            at = place * len(hours) / len(shops)
            self._add(hours[int(at)] + round((at % 1) * HOUR_MS), tour=(attacker, number))

    def _trick(self, attacker: Attacker, number: int) -> None:
        """Try to get something in a shop, until it says no."""
        shop, bait = self.chain.shop(number), self._baits[attacker]
        sku = "thing" if bait is None else bait[1]
        showing = Showing(
            attacker.shown,
            self.chain.cards[attacker.shown],
            () if bait is None else (bait[0],),
            wants_reward=bait is None,
        )
        for _ in range(TRIES_MAX):
            self._place += 1
            visit = self._serve(shop, one_thing(f"T{self._place}", sku, THING_CENTS), showing)
            self.tally.tricks_tried += 1
            got = [each for each in visit.answer.presented if each.is_approved]
            self.tally.tricks_given += len(got)
            if not got:
                return


def _busy_days(year: Year) -> dict[int, set[date]]:
    """Return on which days each shop has orders."""
    found: dict[int, set[date]] = {}
    for order in year.orders:
        found.setdefault(order.store_id, set()).add(order.local_date)
    return found

"""What happens in the year whatever the policy: who buys where and when, which shop is cut off, and who plays false.

Members, shops, days, orders and coupons are the demo's, and so are the cuts. Made up is what those data don't hold:
that members pay with points, and that one in a hundred takes what isn't theirs.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from app.demo.journey import Journey, JourneyOrder, Selection, VoucherKey, load
from app.demo.journey_files import SHOP_ZONE

ATTACKERS_IN = 100  # members
ASKS_IN = 3  # orders of somebody who has the points: who asks does so with one of them
OPEN_HOURS = range(9, 20)


class Trick(StrEnum):
    """What an attacker shows in each shop that is cut off."""

    POINTS = "points"  # their own card
    COUPON = "coupon"  # a coupon of theirs
    PHOTOGRAPH = "photograph"  # a picture of somebody else's card


@dataclass(frozen=True)
class Attacker:
    """A member who tries every shop that is cut off; `shown` is whose card that is."""

    household: int
    trick: Trick
    shown: int


@dataclass(frozen=True)
class Cut:
    """Shops that lose their lines at once, from the first moment of a day to that of another."""

    first_day: date
    shops: tuple[int, ...]
    end_day: date

    def days(self) -> Iterator[date]:
        """Yield each day of it."""
        for place in range((self.end_day - self.first_day).days):
            yield self.first_day + timedelta(days=place)


@dataclass(frozen=True)
class Year:
    """A part of the households with all their orders, wherever they bought."""

    seed: int
    journey: Journey
    households: tuple[int, ...]
    orders: tuple[JourneyOrder, ...]
    attackers: tuple[Attacker, ...]

    @cached_property
    def shops(self) -> tuple[int, ...]:
        """The shops in which they bought."""
        return tuple(sorted({order.store_id for order in self.orders}))

    @cached_property
    def homes(self) -> Mapping[int, int]:
        """The shop in which each bought first: where somebody would have made them a member."""
        found: dict[int, int] = {}
        for order in self.orders:
            found.setdefault(order.household_id, order.store_id)
        return found

    @cached_property
    def coupons(self) -> Counter[tuple[int, VoucherKey]]:
        """How many codes of a coupon a household has, each to be used once: as many as they show."""
        found = Counter((order.household_id, key) for order in self.orders for key in order.presented)
        found.update(
            (each.household, key)
            for each in self.attackers
            if each.trick is Trick.COUPON
            for key in self.baits.values()
        )
        return found

    @cached_property
    def baits(self) -> Mapping[int, VoucherKey]:
        """Of each campaign a coupon that whoever tricks with coupons got as well."""
        found: dict[int, VoucherKey] = {}
        for key in sorted(self.journey.coupons):
            found.setdefault(key[0], key)
        return found

    def asks(self, order: JourneyOrder) -> bool:
        """Tell whether a household that has the points asks for a reward with an order; the same by all policies."""
        return random.Random(f"{self.seed}-{order.basket_id}").random() < 1 / ASKS_IN

    def is_cut_off(self, shop: int, day: date) -> bool:
        """Tell whether a shop can't reach head office on a day; the cuts are the demo's."""
        return self.journey.is_cut_off(self.journey.rank(shop), day)

    def cuts(self) -> list[Cut]:
        """Return every cut, by its first day."""
        found: dict[tuple[date, date], list[int]] = {}
        first, last = self.orders[0].local_date, self.orders[-1].local_date
        for shop in self.shops:
            since: date | None = None
            day = first
            while day <= last + timedelta(days=1):
                is_cut = day <= last and self.is_cut_off(shop, day)
                if is_cut and since is None:
                    since = day
                elif not is_cut and since is not None:
                    found.setdefault((since, day), []).append(shop)
                    since = None
                day += timedelta(days=1)
        return [Cut(since, tuple(shops), end) for (since, end), shops in sorted(found.items())]


def midnight_ms(day: date) -> int:
    """Return the moment at which a day begins where the shops are."""
    return round(datetime(day.year, day.month, day.day, tzinfo=SHOP_ZONE).timestamp() * 1000)


def the_year(*, seed: int, every: int, selection: Selection) -> Year:
    """Read one household in `every`, and choose who plays false."""
    return part_of(load(selection), seed=seed, every=every)


def part_of(journey: Journey, *, seed: int, every: int) -> Year:
    """Take one household in `every` of a year that was read."""
    rng = random.Random(seed)
    everybody = journey.members()
    households = everybody[seed % every :: every]
    orders = tuple(journey.orders(households=frozenset(households)))
    present = sorted({order.household_id for order in orders})
    return Year(seed, journey, tuple(present), orders, _attackers(rng, present))


def _attackers(rng: random.Random, households: list[int]) -> tuple[Attacker, ...]:
    """One in a hundred, but one of each kind at least."""
    tricks = list(Trick)
    chosen = rng.sample(households, max(len(households) // ATTACKERS_IN, len(tricks)))
    honest = [each for each in households if each not in chosen]
    found = []
    for place, household in enumerate(chosen):
        trick = tricks[place % len(tricks)]
        shown = rng.choice(honest) if trick is Trick.PHOTOGRAPH else household
        found.append(Attacker(household, trick, shown))
    return tuple(found)

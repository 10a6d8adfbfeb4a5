"""The figures of a day: what `day_sum` makes of its entries, and how they stand in a `day_close` entry."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from app.core.facts_record import Record
from app.core.money import divide_half_up

EDITION = 1  # of these sums: one that counts otherwise is another one's to compare
HOURS = 24
LISTED_MAX = 500  # of offers, overrides and shifts: with more of them an entry would have no room


class Hour(NamedTuple):
    """An hour of the local day, 0 to 23; the one that comes twice in autumn is one."""

    orders: int = 0
    redemptions: int = 0
    value: int = 0


class ByStaff(NamedTuple):
    """What somebody did at the till; `staff` is "" for nobody who had signed in."""

    staff: str
    orders: int = 0
    total: int = 0
    redemptions: int = 0
    value: int = 0
    voids: int = 0
    returns: int = 0
    value_back: int = 0


class ByOffer(NamedTuple):
    """What one rule gave: how often, what it took off, which points it cost, and what of that came back.

    The one without a name stands for all that are too many to be listed.
    """

    rule: str
    campaign: str
    times: int = 0
    value: int = 0
    points: int = 0
    value_back: int = 0


class Override(NamedTuple):
    """What a manager let happen: which entry, when, whose hands it was, who approved it and why, and its worth."""

    seq: int
    at_ms: int
    type: str
    cashier: str
    approver: str
    why: str
    value: int


class Shift(NamedTuple):
    """When somebody signed in and out (UTC ms); None where that was before, or is still to come."""

    staff: str
    begin_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Amounts in minor units. `value_given` and the like are what was given; what came back stands beside it."""

    orders: int = 0
    redemptions: int = 0
    refused: int = 0
    total: int = 0  # of orders, before anything is taken off
    value_given: int = 0
    value_back: int = 0
    orders_with: int = 0  # with a reward: something was taken off, or redeemed
    paid_with: int = 0
    paid_without: int = 0
    new_members: int = 0
    overridden: int = 0
    voids: int = 0
    returns: int = 0
    given_back: int = 0  # what was paid for what was undone, on gift cards too
    points_earned: int = 0
    points_spent: int = 0
    points_undone: int = 0  # earned, and taken back
    points_back: int = 0  # spent, and given back
    gift_cards_paid: int = 0
    gift_cards_put_on: int = 0
    gift_cards_back: int = 0
    denied: int = 0  # codes that were turned away
    pin_locks: int = 0
    clock_jumps: int = 0
    carried: int = 0  # entries of an earlier epoch, which are in no other figure
    by_hour: tuple[Hour, ...] = (Hour(),) * HOURS
    by_staff: tuple[ByStaff, ...] = ()
    by_offer: tuple[ByOffer, ...] = ()
    overrides: tuple[Override, ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def value_net(self) -> int:
        """What was given and has not come back."""
        return self.value_given - self.value_back

    @property
    def average_with(self) -> int | None:
        """What an order with a reward came to, as paid; None without any."""
        return divide_half_up(self.paid_with, self.orders_with) if self.orders_with else None

    @property
    def average_without(self) -> int | None:
        """What an order without a reward came to; None without any."""
        others = self.orders - self.orders_with
        return divide_half_up(self.paid_without, others) if others else None

    def record(self) -> Record:
        """Return the form that stands in a `day_close` entry."""
        told: Record = {"edition": EDITION}
        for name in NUMBERS:
            told[name] = getattr(self, name)
        told["by_hour"] = [[n, *hour] for n, hour in enumerate(self.by_hour) if hour != Hour()]
        for name in LISTS:
            told[name] = [list(each) for each in getattr(self, name)]
        return told


LISTS: dict[str, type[Any]] = {
    "by_staff": ByStaff,
    "by_offer": ByOffer,
    "overrides": Override,
    "shifts": Shift,
}
NUMBERS = tuple(each.name for each in fields(DayFigures) if each.name != "by_hour" and each.name not in LISTS)


def read_figures(record: Mapping[str, Any]) -> DayFigures:
    """Read the figures of a `day_close` entry, so that it is shown as it was recorded."""
    hours = [Hour()] * HOURS
    for n, *values in record["by_hour"]:
        hours[n] = Hour(*values)
    found: dict[str, Any] = {name: record.get(name, 0) for name in NUMBERS}  # what wasn't counted then
    found |= {name: tuple(kind(*each) for each in record[name]) for name, kind in LISTS.items()}
    return DayFigures(**found, by_hour=tuple(hours))

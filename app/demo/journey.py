"""A real shopping year as orders: the data of the demo, with no engine in it.

Chooses shops and weeks, attaches each redemption of the data to the order it was presented with, says
which shop is cut off when, and hands the orders out in the one global order of the replay. Where the
files are and what is in them is `journey_files`' business.

Limits: the columns of the whole year are held (about 30 MB), orders are made one at a time.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from app.demo.journey_files import (
    Column,
    JourneyCampaign,
    JourneyUnavailable,
    Lines,
    Orders,
    Redemption,
    VoucherKey,
    day_date,
    package_folder,
    read_campaigns,
    read_coupons,
    read_lines,
    read_orders,
    read_redemptions,
)

__all__ = [
    "WEEKS",
    "WHOLE_YEAR",
    "Journey",
    "JourneyCampaign",
    "JourneyLine",
    "JourneyOrder",
    "JourneyUnavailable",
    "Selection",
    "VoucherKey",
    "load",
]

WEEKS: Final = range(1, 54)
CUT_OFF_EVERY_DAYS: Final = 28
CUT_OFF_DAYS: Final = 4
CUT_OFF_SHIFT_DAYS: Final = 7
"""A shop loses its link for 4 days in 28, the next shop a week earlier, so that some always have it."""

_YEAR_START: Final = date(2017, 1, 1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the year: so many of the busiest shops (None: all), in these weeks of the data."""

    stores: int | None = 12
    first_week: int = 32
    last_week: int = 38

    def __post_init__(self) -> None:
        if self.stores is not None and self.stores < 1:
            raise ValueError("at least one shop must be chosen")
        if not WEEKS[0] <= self.first_week <= self.last_week <= WEEKS[-1]:
            raise ValueError(f"weeks run from {WEEKS[0]} to {WEEKS[-1]}, the earlier one first")


WHOLE_YEAR: Final = Selection(stores=None, first_week=WEEKS[0], last_week=WEEKS[-1])


class JourneyLine(NamedTuple):
    """One row of an order; `cents` is the amount of the line whatever its quantity, both may be 0."""

    product_id: int
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class JourneyOrder:
    """One basket: its lines in the order of the file, and the vouchers presented with it, sorted."""

    basket_id: int
    household_id: int
    store_id: int
    at_ms: int
    local_date: date
    lines: tuple[JourneyLine, ...]
    presented: tuple[VoucherKey, ...]


@dataclass(frozen=True, eq=False)
class Journey:
    """The selected part of the year. `shops` are sorted by id: the position of a shop is its rank."""

    selection: Selection
    shops: tuple[int, ...]
    households: tuple[int, ...]
    campaigns: tuple[JourneyCampaign, ...]
    coupons: Mapping[VoucherKey, tuple[int, ...]]
    first_day: date
    last_day: date
    _orders: Orders
    _lines: Lines
    _presented: Mapping[int, tuple[VoucherKey, ...]]

    @property
    def order_count(self) -> int:
        """How many orders are selected."""
        return len(self._orders.basket_id)

    @property
    def line_count(self) -> int:
        """How many lines the selected orders have."""
        return int((self._orders.end - self._orders.begin).sum())

    def orders(
        self, shops: Container[int] | None = None, *, households: Container[int] | None = None
    ) -> Iterator[JourneyOrder]:
        """Every selected order (of these) in the one global order of the replay: by time, then basket_id."""
        for row in zip(*(column.tolist() for column in self._orders), strict=True):
            order = _Row(*row)
            if shops is not None and order.store_id not in shops:
                continue
            if households is not None and order.household_id not in households:
                continue
            yield JourneyOrder(
                basket_id=order.basket_id,
                household_id=order.household_id,
                store_id=order.store_id,
                at_ms=order.at_ms,
                local_date=day_date(order.local_day),
                lines=tuple(
                    map(JourneyLine, *(part[order.begin : order.end].tolist() for part in self._lines))
                ),
                presented=self._presented.get(order.basket_id, ()),
            )

    @property
    def last_ms(self) -> int:
        """When the last order of the selection is."""
        return int(self._orders.at_ms.max())

    def members(self, shops: Collection[int] | None = None) -> tuple[int, ...]:
        """The households with an order in the selection (at these shops); `households` are all of the year."""
        chosen = self._orders.household_id
        if shops is not None:
            chosen = chosen[np.isin(self._orders.store_id, list(shops))]
        return tuple(np.unique(chosen).tolist())

    def store_days(self) -> tuple[tuple[date, int], ...]:
        """Each (local day, store_id) with an order, sorted: the days on which a shop opens."""
        days = np.unique(np.stack((self._orders.local_day, self._orders.store_id)), axis=1)
        return tuple((day_date(day), store_id) for day, store_id in days.T.tolist())

    def orders_by_shop_day(self) -> Counter[tuple[date, int]]:
        """How many orders each shop has on each (local day, store_id): when the last one is done, it closes."""
        days = zip(self._orders.local_day.tolist(), self._orders.store_id.tolist(), strict=True)
        return Counter((day_date(day), store_id) for day, store_id in days)

    def largest_shop(self) -> int:
        """The shop with the most orders of the selection; ties: the smaller id."""
        ids, orders = np.unique(self._orders.store_id, return_counts=True)
        return int(ids[orders.argmax()])

    def rank(self, store_id: int) -> int:
        """The position of a shop among the shops replayed, from 0; raises KeyError for another shop."""
        rank = bisect_left(self.shops, store_id)
        if self.shops[rank : rank + 1] != (store_id,):
            raise KeyError(store_id)
        return rank

    def is_cut_off(self, rank: int, local_date: date) -> bool:
        """Whether the shop of this rank cannot reach HQ on this day; on the last day everybody can."""
        day = (local_date - _YEAR_START).days + CUT_OFF_SHIFT_DAYS * rank
        return local_date != self.last_day and day % CUT_OFF_EVERY_DAYS < CUT_OFF_DAYS


class _Row(NamedTuple):
    """One entry of each column of `Orders`."""

    basket_id: int
    household_id: int
    store_id: int
    week: int
    at_ms: int
    local_day: int
    begin: int
    end: int


def load(selection: Selection, *, folder: Path | None = None) -> Journey:
    """Read the selected part of the year; raises JourneyUnavailable where the data cannot be used.

    `folder` holds the Parquet files; without it those of the installed package are taken.
    """
    files = folder or package_folder()
    year, lines, coupons = read_orders(files), read_lines(files), read_coupons(files)
    shops = _busiest(year.store_id, count=selection.stores)
    chosen = _chosen(year, shops, selection)
    return Journey(
        selection=selection,
        shops=shops,
        households=tuple(np.unique(year.household_id).tolist()),
        campaigns=read_campaigns(files),
        coupons=coupons,
        first_day=day_date(int(chosen.local_day.min())),
        last_day=day_date(int(chosen.local_day.max())),
        _orders=chosen,
        _lines=lines,
        _presented=_presented(read_redemptions(files), year, lines, coupons),
    )


def _busiest(store_id: Column, *, count: int | None) -> tuple[int, ...]:
    """The shops with the most orders of the whole year, ties to the smaller id, sorted by id."""
    ids, orders = np.unique(store_id, return_counts=True)
    return tuple(sorted(ids[np.lexsort((ids, -orders))][:count].tolist()))


def _chosen(year: Orders, shops: tuple[int, ...], selection: Selection) -> Orders:
    is_in_weeks = (selection.first_week <= year.week) & (year.week <= selection.last_week)
    chosen = year.taken(is_in_weeks & np.isin(year.store_id, shops))
    if not len(chosen.basket_id):
        raise JourneyUnavailable("These shops have no order in these weeks: choose more weeks or shops.")
    return chosen


# --- which order a voucher was presented with ----------------------------------------------------


def _presented(
    redemptions: list[Redemption], year: Orders, lines: Lines, coupons: Mapping[VoucherKey, tuple[int, ...]]
) -> dict[int, tuple[VoucherKey, ...]]:
    """The vouchers presented with each basket, sorted; over the whole year, whatever is selected."""
    presented: defaultdict[int, list[VoucherKey]] = defaultdict(list)
    visits = _visits(redemptions, year)
    for redemption in redemptions:
        of_the_day = visits[redemption.household_id, redemption.local_day]
        products = np.array(coupons.get(redemption.voucher, ()), dtype=np.int64)
        order = _place(of_the_day, year, lines, products=products)
        presented[int(year.basket_id[order])].append(redemption.voucher)
    return {basket_id: tuple(sorted(vouchers)) for basket_id, vouchers in presented.items()}


def _visits(redemptions: list[Redemption], year: Orders) -> dict[tuple[int, int], list[int]]:
    """The orders of each household and day on which something was redeemed, the earliest first."""
    visits: dict[tuple[int, int], list[int]] = {
        (redemption.household_id, redemption.local_day): [] for redemption in redemptions
    }
    who_when = zip(year.household_id.tolist(), year.local_day.tolist(), strict=True)
    for order, visit in enumerate(who_when):
        if visit in visits:
            visits[visit].append(order)
    return visits


def _place(of_the_day: list[int], year: Orders, lines: Lines, *, products: Column) -> int:
    """The first order that holds one of the products for more than 0.00, else the first of the day."""
    if not of_the_day:
        raise JourneyUnavailable("The shopping year redeems a voucher on a day without an order.")
    for order in of_the_day:
        rows = slice(int(year.begin[order]), int(year.end[order]))
        if (np.isin(lines.product_id[rows], products) & (lines.cents[rows] > 0)).any():
            return order
    return of_the_day[0]

"""Offers on units that belong together: buy so many and get some free, and bundles.

Units are used once: one that qualified can't be the free one, nor serve a second offer of this kind. Bought units are
the dearest, those first that can't be free, and free ones the cheapest, of equal ones the earlier line first. A set
that isn't complete gives nothing. Weighed goods count by their whole units; what costs nothing may be a part of a
bundle, but is neither bought nor the free one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import lcm

from app.core.allocation import allocate
from app.core.effects import Bundle, BuyGet
from app.core.money import BASIS_POINTS, divide_half_up
from app.core.sheet import Sheet

Find = Callable[[str | None], Sequence[int]]  # the places of the lines of a product set
Units = dict[int, int]  # units by the place of their line
Picks = Sequence[tuple[Sequence[int], int]]  # what a set takes: from which lines, in turn, and how many units


@dataclass(slots=True)
class SetsTaken:
    """What complete sets take off each line, which units they use, and how many more units would be free at once."""

    shares: list[int]
    used: Units
    more_free: int = 0


@dataclass(slots=True)
class _Pool:
    """The unused units of an order while sets are put together."""

    sheet: Sheet
    used: Units = field(default_factory=dict)

    def open(self, place: int) -> int:
        return self.sheet.open_units[place] - self.used.get(place, 0)

    def count(self, places: Sequence[int]) -> int:
        return sum(self.open(place) for place in places)

    def pick(self, places: Sequence[int], units: int) -> Units | None:
        """Use so many units, of the first lines first; None, and nothing used, when there are too few."""
        if self.count(places) < units:
            return None
        picked: Units = {}
        for place in places:
            taken = min(self.open(place), units)
            if taken:
                picked[place] = taken
                self.used[place] = self.used.get(place, 0) + taken
                units -= taken
            if not units:
                break
        return picked

    def whole_sets(self, picks: Picks) -> int:
        """Return how many sets in a row the lines whose turn it is can serve by themselves; at least one."""
        per_set: Units = {}
        for places, units in picks:
            place = next((place for place in places if self.open(place)), None)
            if place is None:
                return 1
            per_set[place] = per_set.get(place, 0) + units
        return max(min(self.open(place) // units for place, units in per_set.items()), 1)

    def put_back(self, picked: Units) -> None:
        for place, units in picked.items():
            self.used[place] -= units


def buy_get(effect: BuyGet, sheet: Sheet, find: Find) -> SetsTaken:
    """Return what buying and getting takes off each line."""
    got_from = [
        place
        for place in _by_worth(sheet, find(effect.get), dearest_first=effect.is_dearest_free)
        if sheet.open_amount[place] > 0 and sheet.left[place] > 0
    ]
    priced = [place for place in find(effect.buy) if sheet.open_amount[place] > 0]
    bought_from = _by_worth(sheet, priced, dearest_first=True)
    bought_from.sort(key=lambda place: place in got_from)  # what can't be free qualifies first
    pool, got, sets = _Pool(sheet), dict[int, int](), 0
    picks = [(bought_from, effect.buy_units), (got_from, effect.get_units)]
    while effect.times is None or sets < effect.times:
        row = _row(pool, picks, sets, effect.times)
        free = _free(effect, pool, picks, row)
        if free is None:
            return SetsTaken(
                _got(effect, sheet, got), pool.used, _more_free(effect, pool, bought_from, got_from)
            )
        _add(got, free)
        sets += row
    return SetsTaken(_got(effect, sheet, got), pool.used)


def _row(pool: _Pool, picks: Picks, sets: int, times: int | None) -> int:
    """Return how many sets to take at once, of `times` with `sets` taken already."""
    row = pool.whole_sets(picks)
    return row if times is None else min(row, times - sets)


def _free(effect: BuyGet, pool: _Pool, picks: Picks, row: int) -> Units | None:
    """Use so many complete sets and return their free units; None, and nothing used, when there is none.

    Where the dearest are to be free they are chosen before those that qualify, else after them.
    """
    picked: list[Units] = []
    for places, units in reversed(picks) if effect.is_dearest_free else picks:
        found = pool.pick(places, units * row)
        if found is None:
            for other in picked:
                pool.put_back(other)
            return None
        picked.append(found)
    return picked[0] if effect.is_dearest_free else picked[1]


def _more_free(effect: BuyGet, pool: _Pool, bought_from: Sequence[int], got_from: Sequence[int]) -> int:
    """Return how many more units would be free at once; none unless enough were bought for it."""
    bought = pool.pick(bought_from, effect.buy_units)
    if bought is None:
        return 0
    more = effect.get_units - pool.count(got_from)
    pool.put_back(bought)
    return max(more, 0)


def bundle(effect: Bundle, sheet: Sheet, find: Find) -> SetsTaken:
    """Return what complete sets of a bundle take off each line."""
    pool, picked, sets = _Pool(sheet), dict[int, int](), 0
    from_places = [_by_worth(sheet, find(part.products), dearest_first=True) for part in effect.parts]
    picks = [(places, part.units) for part, places in zip(effect.parts, from_places, strict=True)]
    while effect.times is None or sets < effect.times:
        row = _row(pool, picks, sets, effect.times)
        units = _sets(pool, picks, row)
        if units is None:
            break
        _add(picked, units)
        sets += row
    if not sets:
        return SetsTaken([0] * len(sheet.lines), {})
    if effect.products is None:
        return SetsTaken(_off_sets(effect, sheet, picked, sets), pool.used)
    return SetsTaken(_off_others(effect, pool, find(effect.products), sets), pool.used)


def _sets(pool: _Pool, picks: Picks, row: int) -> Units | None:
    """Use so many complete sets and return their units; None, and nothing used, when there is none."""
    units: Units = {}
    for places, count in picks:
        found = pool.pick(places, count * row)
        if found is None:
            pool.put_back(units)
            return None
        _add(units, found)
    return units


def _by_worth(sheet: Sheet, places: Sequence[int], *, dearest_first: bool) -> list[int]:
    """Return the lines with unused units, by what one of them is worth."""
    open_lines = [place for place in places if sheet.open_units[place] > 0]
    common = lcm(*(sheet.open_units[place] for place in open_lines))
    sign = -1 if dearest_first else 1
    return sorted(
        open_lines,
        key=lambda place: (sign * sheet.open_amount[place] * (common // sheet.open_units[place]), place),
    )


def _got(effect: BuyGet, sheet: Sheet, got: Units) -> list[int]:
    shares = [0] * len(sheet.lines)
    for place, units in got.items():
        shares[place] = min(sheet.worth(place, units, effect.basis_points), sheet.left[place])
    return shares


def _off_sets(effect: Bundle, sheet: Sheet, picked: Units, sets: int) -> list[int]:
    """Take the discount off the units that make up the sets, shared out by what they are worth."""
    worth, limits = [0] * len(sheet.lines), [0] * len(sheet.lines)
    for place, units in picked.items():
        worth[place] = sheet.worth(place, units)
        limits[place] = min(worth[place], sheet.left[place])
    together = sum(worth)
    if effect.price is not None:
        wanted = together - effect.price * sets
    elif effect.amount_off is not None:
        wanted = effect.amount_off * sets
    else:
        wanted = divide_half_up(together * (effect.basis_points or 0), BASIS_POINTS)
    return allocate(max(wanted, 0), weights=worth, limits=limits, remainder=sheet.policy.remainder)


def _off_others(effect: Bundle, pool: _Pool, places: Sequence[int], sets: int) -> list[int]:
    """Take the discount off other units: so many for each set, the cheapest first, each line by itself."""
    sheet = pool.sheet
    shares = [0] * len(sheet.lines)
    priced = [place for place in places if sheet.open_amount[place] > 0]
    cheapest = _by_worth(sheet, priced, dearest_first=False)
    wanted = min((effect.units or 1) * sets, pool.count(cheapest))
    for place, units in (pool.pick(cheapest, wanted) or {}).items():
        shares[place] = min(_off_units(effect, sheet, place, units), sheet.left[place])
    return shares


def _off_units(effect: Bundle, sheet: Sheet, place: int, units: int) -> int:
    worth = sheet.worth(place, units)
    if effect.amount_off is not None:
        return min(effect.amount_off * units, worth)
    if effect.price is not None:
        return max(worth - effect.price * units, 0)
    return sheet.worth(place, units, effect.basis_points or 0)


def _add(units: Units, more: Units) -> None:
    for place, count in more.items():
        units[place] = units.get(place, 0) + count

"""The floor of a quote: a plain greedy loop over all campaigns of the day, as one would write it by hand for speed.

No index, no explanation, no voucher, no tax, no policy: each campaign is a row, asked its cheapest question first, and
takes what it takes off the lines. Amounts are whole minor units, shared out to the cent. Imports nothing of ours.

An order is `(store, at_ms, zone, segments, lines)`, a line `(sku, category, quantity, amount)`, each of one product.
A campaign is `(ident, starts, ends, kind, goods, figure, steps, stores, hours, segment, total_least, wanted,
quantity_least)`, in the order of application; goods are `(skus, categories)`. What isn't asked is None.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

Taken = list[tuple[int, int]]  # place of a line, minor units
Applied = list[tuple[str, Taken]]
HALF, WHOLE = 5_000, 10_000  # of basis points


def greedy(  # noqa: PLR0912, PLR0915 one loop, for a call a campaign would cost as much as its conditions
    campaigns: Sequence[tuple[Any, ...]], order: tuple[Any, ...]
) -> tuple[Applied, int]:
    """Return what each campaign that applies takes off which line, and what is to be paid."""
    store, at_ms, zone, segments, lines = order
    moment = datetime.fromtimestamp(at_ms / 1000, zone)
    today, minute = moment.date(), moment.hour * 60 + moment.minute
    initial = [line[3] for line in lines]
    total = sum(initial)
    place_of, places_in = {}, {}
    for place, (sku, category, _, _) in enumerate(lines):
        place_of[sku] = place
        places_in.setdefault(category, []).append(place)
    skus, categories = place_of.keys(), places_in.keys()
    left, unused = initial[:], [line[2] for line in lines]
    everything = range(len(lines))
    applied: Applied = []
    for (
        ident, starts, ends, kind, goods, figure, steps, stores, hours, segment, total_least, wanted, least
    ) in campaigns:  # fmt: skip
        if not starts <= today <= ends:
            continue
        if stores is not None and store not in stores:
            continue
        if hours is not None and not hours[0] <= minute < hours[1]:
            continue
        if segment is not None and segment not in segments:
            continue
        if total_least is not None and total < total_least:
            continue
        if goods is None:
            places = everything
        elif goods[0]:
            places = sorted([place_of[sku] for sku in goods[0] & skus])
        else:
            places = sorted([place for category in goods[1] & categories for place in places_in[category]])
        if not places:
            continue
        if wanted is not None:
            if wanted[0]:
                quantity = sum([lines[place_of[sku]][2] for sku in wanted[0] & skus])
            else:
                quantity = sum(
                    [lines[place][2] for each in wanted[1] & categories for place in places_in[each]]
                )
            if quantity < least:
                continue
        if kind == "percent":
            taken = [(place, (left[place] * figure + HALF) // WHOLE) for place in places]
        elif kind in ("steps_quantity", "steps_amount"):
            taken = _steps(kind, steps, lines, left, places)
        elif kind == "cheapest":
            taken = _cheapest(figure, lines, left, places)
        elif kind == "buy_get":
            taken = _buy_two_get_one(lines, unused, places)
        else:
            of_all = sum([left[place] for place in places])
            amount = (of_all * figure + HALF) // WHOLE if kind == "order_percent" else min(figure, of_all)
            taken = _shared_out(amount, of_all, left, places)
        given = [share for share in taken if share[1]]
        if given:
            for place, share in given:
                left[place] -= share
            applied.append((ident, given))
    return applied, sum(left)


def _steps(kind: str, steps: Any, lines: Any, left: list[int], places: Sequence[int]) -> Taken:
    of = 2 if kind == "steps_quantity" else 3
    reached, figure = sum([lines[place][of] for place in places]), 0
    for bound, basis_points in steps:
        if bound <= reached:
            figure = basis_points
    return [(place, (left[place] * figure + HALF) // WHOLE) for place in places]


def _cheapest(figure: int, lines: Any, left: list[int], places: Sequence[int]) -> Taken:
    prices = [
        (left[place] / lines[place][2], place) for place in places if left[place]
    ]  # exact enough to compare
    if not prices:
        return []
    found = min(prices)[1]
    of_all = WHOLE * lines[found][2]
    return [(found, (2 * left[found] * figure + of_all) // (2 * of_all))]


def _buy_two_get_one(lines: Any, unused: list[int], places: Sequence[int]) -> Taken:
    """Hand out the cheapest unit for each two of the dearest. Comes first, so that each unit has its whole price."""
    units = [(lines[place][3] // lines[place][2], place) for place in places for _ in range(unused[place])]
    sets = len(units) // 3
    if not sets:
        return []
    units.sort()
    free: dict[int, int] = {}
    for price, place in units[:sets]:
        free[place] = free.get(place, 0) + price
        unused[place] -= 1
    for _, place in units[-2 * sets :]:
        unused[place] -= 1
    return sorted(free.items())


def _shared_out(amount: int, of_all: int, left: list[int], places: Sequence[int]) -> Taken:
    """Share an amount out by what is left of each line: rounded down, then a cent each to the largest remainders.

    No line can be asked for more than it has, since the amount is at most what is left of all.
    """
    if not of_all:
        return []
    taken, remainders, rest = [], [], amount
    for place in places:
        share, remainder = divmod(amount * left[place], of_all)
        rest -= share
        taken.append(share)
        remainders.append((-remainder, place))
    if rest:
        remainders.sort()
        lucky = {place for _, place in remainders[:rest]}
        return [(place, share + (place in lucky)) for place, share in zip(places, taken, strict=True)]
    return list(zip(places, taken, strict=True))

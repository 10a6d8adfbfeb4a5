"""What an order adds to its member's history, as its entries say it: only what its program's conditions ask for.

A station counts this until head office's figures include the entry. A redemption's entry says by itself that its
campaign was used, since it may reach head office later than its order does. What is added is named by a counter's key
without its window, such as `history.spend` or `history.redemptions:morning`; units are thousandths.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.core.history import (
    DAYS_SINCE_ORDER,
    OF_ORDERS,
    OF_SETS,
    ORDERS,
    REDEMPTIONS,
    SPEND,
    bought,
    read_key,
    shares_of,
)
from app.core.outcome import Facts, Outcome

Added = tuple[tuple[str, int], ...]
NOTHING: Added = ()


def remembered(facts: Facts, outcomes: Sequence[Outcome], *, spent: int) -> Added:
    """Return what an order adds to its member's history by itself; `spent` is what its goods were sold for."""
    figures = _figures(facts.program.history)
    if facts.member is None or not figures:
        return NOTHING
    given = [each for each in outcomes if each.is_approved]
    by_itself = {each.campaign_id for each in given if each.redemption_id is None}
    found: list[tuple[str, int]] = []
    for figure, about in figures:
        if figure == SPEND:
            found.append((SPEND, spent))
        elif figure == ORDERS:
            found.append((ORDERS, 1))
        elif figure == REDEMPTIONS and about in by_itself:
            found.append((f"{REDEMPTIONS}:{about}", 1))
    of_sets = [pair for pair in figures if pair[0] in OF_SETS]
    if of_sets:
        parts = bought(facts.program, facts.order, shares_of(given), of_sets)
        found += [(f"{figure}:{about}", n) for figure, about, n in parts]
    return tuple(found)


def with_uses(facts: Facts, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the outcomes, those that were shown with the use of a campaign that each of them adds."""
    asked = {about for figure, about in _figures(facts.program.history) if figure == REDEMPTIONS}
    outcomes = list(outcomes)
    if facts.member is None or not asked:
        return outcomes
    used = {each.campaign_id for each in outcomes if each.is_approved and each.redemption_id is None}
    found = []
    for each in outcomes:
        campaign = each.campaign_id
        if each.redemption_id is not None and each.is_approved and campaign in asked - used:
            used.add(campaign)  # two rules of a campaign on one order are one use
            found.append(each._replace(history=((f"{REDEMPTIONS}:{campaign}", 1),)))
        else:
            found.append(each)
    return found


@lru_cache(maxsize=8)
def _figures(keys: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return the figures that these counters sum up of orders, each with what it is about."""
    asked = map(read_key, keys)
    found = {(ORDERS if each.figure == DAYS_SINCE_ORDER else each.figure, each.about) for each in asked}
    return tuple(sorted(pair for pair in found if pair[0] in OF_ORDERS))

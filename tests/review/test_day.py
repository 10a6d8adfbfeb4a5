"""The figures of a local day, closed or not: of its entries and no others, whatever clocks did in between."""

from collections.abc import Callable
from datetime import date

from app.core.day_sum import sum_up
from app.core.entry import SCAN_DENIED
from app.review.day import day_figures
from app.station.redeem import hand_in
from app.store.journal import Draft
from app.store.review.review import Review
from app.store.store import StationStore
from tests.builders import NOW_MS, an_order, at_till
from tests.station.test_void import Till

DAY_MS, MONDAY = 86_400_000, date(2026, 1, 5)


def test_a_day_comes_to_what_its_entries_do(till: Till, read: Callable[[StationStore], Review]) -> None:
    order = till.buys(cashier=till.ben)
    till.undo(order, name="a", cashier=till.cem, approval=till.approved("a"))
    till.buys(presented=False)
    with till.store.atomic():  # by a clock that was wrong for a moment
        far = {
            "store": "s-1",
            "reason": "unknown_code",
            "code_hash": "0" * 32,
            "t_eff": NOW_MS - 900 * DAY_MS,
        }
        till.store.journal.append([Draft(SCAN_DENIED, far)])
    till.buys(presented=False)
    till.machine.go_on(DAY_MS)
    hand_in(till.store, an_order("B-1"), at_till())
    review = read(till.store)
    figures = day_figures(review, MONDAY)
    others = till.store.journal.listing.between
    assert (figures.orders, figures.redemptions, figures.voids, figures.denied) == (3, 2, 1, 0)
    assert [each.type for each in figures.overrides] == ["void"]
    assert figures == sum_up(entry for entry in others(1, 99) if entry.type != SCAN_DENIED and entry.seq < 8)
    assert day_figures(review, date(2026, 1, 6)).orders == 1
    assert day_figures(review, date(2020, 1, 6)).orders == 0

"""The figures of a local day, for the page of today: the same sum as the end of day's, over that day's entries."""

from collections.abc import Iterator
from datetime import date

from app.core.day_figures import DayFigures
from app.core.day_sum import Summing
from app.core.entry import Entry
from app.store.review.review import Review

AT_ONCE = 25  # entries, before the station's work goes on: a millisecond or two
ENTRIES = "SELECT seq, last_seq FROM action WHERE day = ? ORDER BY seq"


def day_figures(review: Review, day: date) -> DayFigures:
    """Return what was done on a day of the store's, closed or not. Raises a `StoreFault`."""
    summing = Summing()
    for n, entry in enumerate(entries_of_day(review, day), start=1):
        summing.take(entry)
        if n % AT_ONCE == 0:
            review.give_way()
    return summing.figures()


def entries_of_day(review: Review, day: date) -> Iterator[Entry]:
    """Yield the entries of a day as they are in the journal."""
    for first, last in _spans(review.rows(ENTRIES, (day.toordinal(),))):
        yield from review.listing.between(first, last)


def _spans(rows: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield first and last of numbers that follow each other: one span, unless a clock was wrong in between."""
    first, until = 1, 0
    for seq, last in rows:
        if seq > until + 1:
            if until:
                yield first, until
            first = seq
        until = max(until, last)
    if until:
        yield first, until

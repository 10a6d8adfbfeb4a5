"""The end of a day as it is read, printed and saved: what was recorded when it was closed, and whose names stand in it.

A day that is still open has the same form, so that what is signed off is what was seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.core.day_figures import DayFigures
from app.core.money import CURRENCIES, Currency
from app.station.day_close import ClosedDay, OpenDay, Queue


@dataclass(frozen=True, slots=True)
class Close:
    """How a day was closed: when, signed off by whom, and how the line stood then."""

    at_ms: int
    approver: str
    why: str
    queue: Queue


@dataclass(frozen=True, slots=True)
class DayReport:
    """A day's figures. `close` is None while it is open. Names are those of staff and offers, by their ids."""

    store: str
    station: str
    day: date
    time_zone: str
    currency: Currency
    begin_ms: int | None
    end_ms: int | None
    late: int
    figures: DayFigures
    names: tuple[tuple[str, str], ...] = ()
    close: Close | None = None

    @property
    def name(self) -> str:
        """What a file of it is called, without its ending."""
        return f"end-of-day-{self.day.isoformat()}"

    def name_of(self, found: str) -> str:
        """Return what somebody or an offer is called; what nobody knows any more stands by its id."""
        return dict(self.names).get(found, found)


@dataclass(frozen=True, slots=True)
class Where:
    """Which station a report is of."""

    store: str
    station: str
    time_zone: str
    currency: Currency


def of_open(found: OpenDay, where: Where, names: Mapping[str, str]) -> DayReport:
    """Return the report of a day that can be closed."""
    return DayReport(
        where.store,
        where.station,
        found.day,
        where.time_zone,
        where.currency,
        found.begin_ms,
        found.end_ms,
        found.late,
        found.figures,
        tuple(names.items()),
    )


def of_closed(found: ClosedDay, where: Where, names: Mapping[str, str]) -> DayReport:
    """Return the report of a day as it was closed; offers are called as they were then."""
    return DayReport(
        where.store,
        where.station,
        found.day,
        found.time_zone,
        CURRENCIES[found.currency],
        found.begin_ms,
        found.end_ms,
        found.late,
        found.figures,
        tuple({**names, **found.names}.items()),
        Close(found.closed_ms, found.approver, found.why, found.queue),
    )

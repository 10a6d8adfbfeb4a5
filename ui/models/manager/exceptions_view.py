"""What the page of exceptions shows, and what it asks for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.order import local_date
from app.review.exceptions import ExceptionRow, What
from ui.models.manager.spans import Span, dates_of

Key = tuple[int, str]  # of a row: the entry, and what a note says that it is about


def key_of(row: ExceptionRow) -> Key:
    """Return what tells a row from all others."""
    return row.seq, row.name


class Seen(StrEnum):
    """Which of them by whether a manager has looked at them."""

    NEW = "new"
    SEEN = "seen"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exceptions are shown: of one kind or all, of some days, seen or not."""

    what: What | None = None
    span: Span = Span.ALL
    seen: Seen = Seen.NEW

    def takes(self, row: ExceptionRow, today: date, time_zone: str) -> bool:
        """Whether a row is one of them."""
        return (self.what is None or self.what in row.kinds) and self.is_of_days(row, today, time_zone)

    def is_of_days(self, row: ExceptionRow, today: date, time_zone: str) -> bool:
        """The same, whatever kind it is."""
        since, until = dates_of(self.span, today)
        day = local_date(row.since_ms, time_zone)
        is_wanted = self.seen is Seen.ALL or row.is_seen is (self.seen is Seen.SEEN)
        return is_wanted and (since is None or day >= since) and (until is None or day <= until)


@dataclass(frozen=True, slots=True)
class ExceptionsView:
    """What the page shows. `rows` are those that are wanted; `of_kinds` how many of each kind there are by the rest.

    `ticked` are keys of rows that are marked together. `names` are those of members and staff, by their references.
    """

    wanted: Wanted = Wanted()
    rows: tuple[ExceptionRow, ...] = ()
    is_any: bool = False
    unseen: int = 0
    of_kinds: tuple[tuple[What, int], ...] = ()
    ticked: frozenset[Key] = frozenset()
    names: tuple[tuple[str, str], ...] = ()
    is_busy: bool = False

    @property
    def noted(self) -> str:
        """What the log of events calls it."""
        return "exceptions"

    def name_of(self, key: str) -> str:
        """Return what somebody is called; who isn't known stands by their id."""
        return dict(self.names).get(key, key)


@dataclass(frozen=True, slots=True)
class WantWhat:
    """Those of one kind; None: of all."""

    what: What | None


@dataclass(frozen=True, slots=True)
class WantSpan:
    """Those of some days."""

    span: Span


@dataclass(frozen=True, slots=True)
class WantSeen:
    """Those that were seen, or were not."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class Tick:
    """One more to be marked together with others, or no more."""

    key: Key


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """Rows were looked at, with a word on them; the ticked ones where some are."""

    key: Key
    note: str = ""


class ExportThese:
    """The rows that are wanted are to be written to a file."""


@dataclass(frozen=True, slots=True)
class ShowWhy:
    """Everything about the entry of a row."""

    key: Key


def shown(
    rows: Iterable[ExceptionRow], wanted: Wanted, today: date, time_zone: str
) -> tuple[ExceptionRow, ...]:
    """Return the rows that are wanted."""
    return tuple(row for row in rows if wanted.takes(row, today, time_zone))


def counted(
    rows: Iterable[ExceptionRow], wanted: Wanted, today: date, time_zone: str
) -> tuple[tuple[What, int], ...]:
    """Return how many of each kind are wanted, for the chips."""
    found = Counter(what for row in rows if wanted.is_of_days(row, today, time_zone) for what in row.kinds)
    return tuple((what, found[what]) for what in What if found[what])

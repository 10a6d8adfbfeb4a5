"""What the page of exports shows, and what it asks for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.review.export import USUAL, Column
from app.review.new_file import Cannot, Written
from app.review.rows import Filter
from app.review.sheet import Form
from ui.models.manager.exceptions_view import Wanted
from ui.models.manager.places import Place
from ui.models.manager.spans import Span

COLUMNS = (*((column, True) for column in USUAL), *((each, False) for each in Column if each not in USUAL))
NO_FILTER, NO_WANTED, USUAL_FORM = Filter(), Wanted(), Form()


class What(StrEnum):
    """What can be exported."""

    REDEMPTIONS = "redemptions"
    EXCEPTIONS = "exceptions"
    TRAIL = "trail"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class ExportView:
    """What the page shows. `since` and `until` are included; None: no bound. `told` rows are in the file by now.

    `filter` and `wanted` are what another page had found, without its days. `columns` are those of redemptions in their
    order, each with whether it is written. `written` is the last file, `cannot` why there is none.
    """

    what: What = What.REDEMPTIONS
    span: Span = Span.TODAY
    since: date | None = None
    until: date | None = None
    filter: Filter = NO_FILTER
    wanted: Wanted = NO_WANTED
    columns: tuple[tuple[Column, bool], ...] = COLUMNS
    form: Form = USUAL_FORM
    places: tuple[Place, ...] = ()
    folder: str = ""
    is_busy: bool = False
    told: int = 0
    written: Written | None = None
    cannot: Cannot | None = None
    asked_for: int = 0  # goes up when something is handed over, so that the fields show it

    @property
    def noted(self) -> str:
        """What the log of events calls it: a file with exceptions is what somebody came for."""
        is_done = self.written is not None and self.what is What.EXCEPTIONS
        return "exported" if is_done else "export"

    @property
    def is_filtered(self) -> bool:
        """Whether only a part is written of what there is in these days."""
        if self.what is What.REDEMPTIONS:
            return self.filter != NO_FILTER
        return self.what is What.EXCEPTIONS and self.wanted != NO_WANTED

    @property
    def chosen(self) -> tuple[Column, ...]:
        """The columns that are written."""
        return tuple(column for column, is_on in self.columns if is_on)


@dataclass(frozen=True, slots=True)
class Take:
    """Something else is to be exported."""

    what: What


@dataclass(frozen=True, slots=True)
class TakeSpan:
    """Other days."""

    span: Span


@dataclass(frozen=True, slots=True)
class TakeDates:
    """Days as they were typed."""

    since: date | None
    until: date | None


class TakeAll:
    """Everything of these days, whatever another page had found."""


@dataclass(frozen=True, slots=True)
class TurnColumn:
    """A column is written, or no more."""

    column: Column


@dataclass(frozen=True, slots=True)
class MoveColumn:
    """A column goes further to the front (-1) or to the back (1)."""

    column: Column
    by: int


@dataclass(frozen=True, slots=True)
class WriteSo:
    """How the file is written."""

    form: Form


@dataclass(frozen=True, slots=True)
class PutInto:
    """Where the file is to lie."""

    folder: str


class Write:
    """Now."""


class Stop:
    """No more of it is wanted."""

"""All that this station gave: found by filters and words, row by row with the whole why of each.

What is asked is coalesced: while one question is on its way only the newest of the others is kept.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from PySide6.QtCore import QObject

from app.core.order import local_date
from app.review.names import staff_names
from app.review.rows import PAGE, Choice, Cursor, Filter, Found, ReviewRow, choices, find
from app.review.trace import Trace, trace
from app.store.review.review import Review
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Means
from ui.models.manager.found_rows import FoundRows
from ui.models.manager.section import Section
from ui.models.manager.wanted import Kinds, ShowOne, Wanted, read_wanted
from ui.models.state import Screen

EXPORT = "export"
USUAL = Wanted()
COLUMNS: tuple[tuple[str, int], ...] = (
    ("time", 152),
    ("member", 84),
    ("offer", 116),
    ("order", 108),
    ("discount", 92),
    ("staff", 78),
    ("standing", 106),
)  # what is shown as long as nobody has chosen otherwise, in pixels
MORE_COLUMNS: tuple[tuple[str, int], ...] = (
    ("register", 56),
    ("total", 84),
    ("points", 72),
    ("approver", 92),
    ("kind", 92),
)
WIDTH_MIN, WIDTH_MAX = 56, 480


@dataclass(frozen=True, slots=True)
class RedemptionsView:
    """What the page shows. `rows` are at hand, the first at the place `first` of `reached` that can be gone to.

    `traced` is the place of the row whose why is shown, with `trace` once it was read. `number` counts the answers to
    other questions than before.
    """

    wanted: Wanted = USUAL
    number: int = 0
    first: int = 0
    rows: tuple[ReviewRow, ...] = ()
    reached: int = 0
    count: int = 0
    discount: int = 0
    behind: int = 0
    is_reading: bool = False
    staff: tuple[Choice, ...] = ()
    offers: tuple[Choice, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    views: tuple[str, ...] = ()
    columns: tuple[tuple[str, int], ...] = COLUMNS
    today: date = date.min
    traced: int | None = None
    trace: Trace | None = None

    def row(self, place: int) -> ReviewRow | None:
        """Return a row, where it is at hand."""
        at = place - self.first
        return self.rows[at] if 0 <= at < len(self.rows) else None

    @property
    def noted(self) -> str:
        """Whose why is shown is another thing to the log of events."""
        return "trace" if self.trace is not None else ""


@dataclass(frozen=True, slots=True)
class Want:
    """Something else is looked for."""

    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Near:
    """Rows around a place are looked at."""

    place: int


@dataclass(frozen=True, slots=True)
class Why:
    """The why of a row is wanted; None: no more."""

    place: int | None


@dataclass(frozen=True, slots=True)
class UseView:
    """A saved view is wanted."""

    name: str


@dataclass(frozen=True, slots=True)
class SaveView:
    """What is looked for is to be kept under a name, or the view of that name to go."""

    name: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class SetColumns:
    """Other columns, or other widths."""

    columns: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """The number of an order can be pasted now."""

    number: str


@dataclass(frozen=True, slots=True)
class NotRead:
    """What was typed is no day, or no amount."""

    is_day: bool


class Export:
    """What is looked for is to be written to a file."""


@dataclass(frozen=True, slots=True)
class _First:
    """The answer to a new question, with what there is to choose from."""

    found: Found
    staff: tuple[Choice, ...]
    offers: tuple[Choice, ...]
    names: tuple[tuple[str, str], ...]


class Redemptions(Section):
    """A list that is as long as the journal, of which a few pages are at hand."""

    name = "redemptions"

    def __init__(self, means: Means, parent: QObject) -> None:
        """Look for nothing yet."""
        super().__init__(means, parent)
        self._view = RedemptionsView()
        self._found, self._place = FoundRows(), 0
        self._filter = Filter()
        self._is_up = self._is_finding = self._is_stale = self._is_turning = False
        self._traced = 0
        self._opens: int | None = None
        self._counted: object = None
        self.desk.changed.connect(self._look)

    @property
    def view(self) -> object:
        """See `RedemptionsView`."""
        return self._view

    def prefer(self, wanted: object) -> None:
        """Look for what another section wants."""
        if isinstance(wanted, ShowOne):
            self._opens = wanted.seq
            wanted = Wanted(Kinds.ALL, text=wanted.order_id)
        if isinstance(wanted, Wanted):
            self._view = replace(self._view, wanted=wanted)

    def begin(self) -> None:
        """Find what was looked for last, on this station's columns."""
        self._is_up = True
        kept = self.desk.kept_pages
        if kept is not None:
            known = dict((*COLUMNS, *MORE_COLUMNS))
            columns = tuple((key, width) for key, width in kept.columns if key in known)
            self._view = replace(self._view, views=tuple(kept.views), columns=columns or COLUMNS)
        self._ask()

    def end(self) -> None:
        """Forget the rows; what was looked for stays until the pages are shut."""
        super().end()
        self._is_up = self._is_finding = self._is_stale = self._is_turning = False
        self._found, self._place, self._traced = FoundRows(), 0, self._traced + 1
        self._view = RedemptionsView(self._view.wanted, self._view.number, columns=self._view.columns)

    def forget(self) -> None:
        """Begin with the usual the next time."""
        self._view = replace(self._view, wanted=USUAL)

    def give_up(self) -> None:
        """Wait for nothing any more."""
        super().give_up()
        self._is_finding = self._is_stale = False
        self._view = replace(self._view, is_reading=False)

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        match intent:
            case Want(wanted):
                self._want(wanted)
            case Near(place):
                self._place = place
                self._turn()
            case Why(place):
                self._trace(place)
            case UseView() | SaveView():
                self._take_view(intent)
            case SetColumns(columns):
                self._set_columns(columns)
            case Copied(number):
                self.desk.notice(_("{name} is copied.").format(name=number))
            case NotRead(is_day):
                self.desk.notice(self._like(is_day=is_day))
            case Export():
                self.handed_over.emit(EXPORT, self._view.wanted.filter(self._today()))

    def escape(self) -> bool:
        """Close the why."""
        was_open = self._view.traced is not None
        if was_open:
            self._trace(None)
        return was_open

    def _show(self, **changes: object) -> None:
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]  # fields of RedemptionsView
        self.changed.emit()

    def _today(self) -> date:
        return local_date(self.desk.state.now_ms, self.desk.state.time_zone)

    def _like(self, *, is_day: bool) -> str:
        if is_day:
            return _("Type the day like this: {day}.").format(day=self._today().isoformat())
        return _("Type the amount in figures only, such as {example}.").format(example="12.50")

    # --- finding ----------------------------------------------------------------------------------------------------

    def _want(self, wanted: Wanted) -> None:
        if wanted != self._view.wanted:
            self._traced += 1
            self._view = replace(self._view, wanted=wanted, traced=None, trace=None)
            self._ask()
            self.changed.emit()

    def _ask(self) -> None:
        """Ask for what is wanted now; while another question is on its way, when that has come home."""
        self._view = replace(self._view, is_reading=True)
        if self._is_finding:
            self._is_stale = True
            return
        self._is_finding, self._is_stale = True, False
        self._counted = self.desk.state.today
        self._filter = self._view.wanted.filter(self._today())
        self.ask_review(partial(_first, self._filter), self._answered)

    def _answered(self, first: _First) -> None:
        self._is_finding = False
        if self._is_stale:
            self._ask()
            return
        self._found, self._place = FoundRows(first.found.count), 0
        self._found.take(0, first.found)
        self._view = replace(
            self._view,
            number=self._view.number + 1,
            count=first.found.count,
            discount=first.found.discount,
            behind=first.found.behind,
            staff=first.staff,
            offers=first.offers,
            names=first.names,
            today=self._today(),
            is_reading=False,
            traced=None,
            trace=None,
            **self._window(),  # type: ignore[arg-type]  # fields of RedemptionsView
        )
        self._open_one()

    def _open_one(self) -> None:
        """Show the why that another section wants to be seen."""
        seq, self._opens = self._opens, None
        places = (place for place, row in enumerate(self._view.rows) if row.seq == seq)
        if seq is not None and (place := next(places, None)) is not None:
            self._trace(place)

    def _failed(self, asked: int, problem: BaseException) -> None:
        super()._failed(asked, problem)
        self._is_finding = self._is_stale = False

    def _look(self) -> None:
        """Find anew what was recorded since, for whoever looks at the beginning of the list."""
        is_seen = self._is_up and self.desk.state.screen is Screen.MANAGER
        is_at_top = self._place < PAGE and self._view.traced is None
        if is_seen and is_at_top and not self._is_finding and self.desk.state.today != self._counted:
            self._ask()

    # --- turning ----------------------------------------------------------------------------------------------------

    def _window(self) -> dict[str, object]:
        first, rows = self._found.window(self._place)
        return {"first": first, "rows": rows, "reached": self._found.reached}

    def _turn(self) -> None:
        """Have the rows around at hand that are looked at."""
        page = self._found.missing(self._place)
        if page is None or self._is_turning or self._is_finding:
            return
        self._is_turning = True
        after: Cursor | None = self._found.begins[page]
        number, wanted = self._view.number, self._filter
        self.tasks.on_review(
            lambda review: find(review, wanted, after=after),
            then=partial(self._turned, number, page),
            failed=self._not_read,
        )

    def _turned(self, number: int, page: int, found: Found) -> None:
        self._is_turning = False
        if number != self._view.number or not self._is_up:
            return
        self._found.take(page, found)
        self._found.let_go(self._place)
        self._show(**self._window())
        self._turn()

    def _not_read(self, problem: BaseException) -> None:
        self._is_turning = False
        self.desk.notice(after_fault(problem).sentence)

    # --- why --------------------------------------------------------------------------------------------------------

    def _trace(self, place: int | None) -> None:
        row = None if place is None else self._view.row(place)
        self._traced += 1
        if row is None:
            self._show(traced=None, trace=None)
            return
        asked, key = self._traced, (row.epoch, row.seq)
        self._show(traced=place, trace=None)
        self.tasks.on_review(
            lambda review: trace(review, *key), then=partial(self._told, asked), failed=self._not_read
        )

    def _told(self, asked: int, found: Trace | None) -> None:
        if asked == self._traced:
            self._show(trace=found, **({} if found else {"traced": None}))

    # --- kept -------------------------------------------------------------------------------------------------------

    def _take_view(self, intent: UseView | SaveView) -> None:
        kept, name = self.desk.kept_pages, intent.name.strip()
        if kept is None or not name:
            return
        if isinstance(intent, UseView):
            try:
                self._want(read_wanted(kept.views[name]))
            except (KeyError, TypeError, ValueError):  # somebody else wrote the file
                self.desk.notice(_("This view can't be read any more."))
            return
        kept.keep_view(name, None if intent.is_gone else self._view.wanted.record())
        said = _("The view {name} is gone.") if intent.is_gone else _("The view {name} is kept.")
        self.desk.notice(said.format(name=name))
        self._show(views=tuple(kept.views))

    def _set_columns(self, columns: tuple[tuple[str, int], ...]) -> None:
        found = tuple((key, min(max(width, WIDTH_MIN), WIDTH_MAX)) for key, width in columns) or COLUMNS
        if found == self._view.columns:
            return
        if self.desk.kept_pages is not None:
            self.desk.kept_pages.keep_columns(list(found))
        self._show(columns=found)


def _first(wanted: Filter, review: Review) -> _First:
    known = choices(review)
    names = tuple(sorted(staff_names(review).items()))
    return _First(find(review, wanted), known.staff, known.offers, names)

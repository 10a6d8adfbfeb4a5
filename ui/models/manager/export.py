"""Exporting: what was done, what wants a look, who did what, and the days, as files for spreadsheet programs.

Written on the thread that reads, a few rows at a time: the till goes on meanwhile, and Esc stops it. A file is new
each time, and is there whole or not at all.
"""

import threading
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from PySide6.QtCore import QObject

from app.core.order import local_date
from app.review.exceptions import DAYS as DAYS_BACK
from app.review.exceptions import exceptions
from app.review.export import write_csv
from app.review.listed import write_days, write_exceptions
from app.review.new_file import NotWritten, Stopped, Watched, Written, write_new
from app.review.rows import Filter
from app.review.sheet import form_for
from app.review.trail import write_trail
from app.store.review.review import Review
from ui import i18n, texts_columns, texts_exceptions
from ui.models.answers import after_fault
from ui.models.flow import Means
from ui.models.manager.exceptions_view import ExceptionsView, Wanted, shown
from ui.models.manager.export_view import (
    ExportView,
    MoveColumn,
    PutInto,
    Stop,
    Take,
    TakeAll,
    TakeDates,
    TakeSpan,
    TurnColumn,
    What,
    Write,
    WriteSo,
)
from ui.models.manager.places import Place, places
from ui.models.manager.section import Section
from ui.models.manager.spans import Span, dates_of, span_of
from ui.models.state import State

FIRST_DAY = date(2000, 1, 1)  # before any entry
TELL_EVERY = 500  # rows: a page that counts each one would be drawn all the time


class Export(Section):
    """One file at a time. How it is written is kept as long as the station runs."""

    name = "export"

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with today's redemptions."""
        super().__init__(means, parent)
        self._view = ExportView(form=form_for(i18n.language()))
        self._stop = threading.Event()
        self._handed: object = None
        self._is_own_form = False

    @property
    def view(self) -> object:
        """See `ExportView`."""
        return self._view

    def prefer(self, wanted: object) -> None:
        """Take what another page has found."""
        self._handed = wanted

    def begin(self) -> None:
        """Show what would be written, and look where to."""
        handed, self._handed = self._handed, None
        form = self._view.form if self._is_own_form else form_for(i18n.language())
        kept = replace(self._view, form=form, is_busy=False, told=0, written=None, cannot=None)
        plain = replace(
            kept, what=What.REDEMPTIONS, filter=Filter(), wanted=Wanted(), asked_for=kept.asked_for + 1
        )
        self._view = self._spanned(plain, Span.TODAY)
        if isinstance(handed, Filter):
            rest = replace(handed, since=None, until=None)
            self._view = replace(self._dated(plain, handed.since, handed.until), filter=rest)
        elif isinstance(handed, Wanted):
            of_days = self._spanned(plain, handed.span)
            self._view = replace(of_days, what=What.EXCEPTIONS, wanted=replace(handed, span=Span.ALL))
        self.read_ms = self.desk.state.now_ms  # there is nothing to be read before it can be shown
        self.tasks.on_net(places, then=self._know_places, failed=lambda problem: None)
        self.changed.emit()

    def end(self) -> None:
        """Write no more."""
        super().end()
        self._stop.set()
        self._view = replace(self._view, filter=Filter(), wanted=Wanted())

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        if self._view.is_busy:
            if isinstance(intent, Stop):
                self._stop.set()
            return
        match intent:
            case Write():
                self._write()
            case PutInto(folder):
                self._show(folder=folder)
            case WriteSo(form):
                self._is_own_form = True
                self._show(form=form)
            case TurnColumn(column):
                turned = ((each, is_on ^ (each is column)) for each, is_on in self._view.columns)
                self._show(columns=tuple(turned))
            case MoveColumn():
                self._move(intent)
            case _:
                self._take_rows(intent)

    def _take_rows(self, intent: object) -> None:
        view = self._view
        match intent:
            case Take(what):
                self._show(what=what)
            case TakeSpan(span):
                self._view = self._spanned(view, span)
                self._show(asked_for=view.asked_for + 1)
            case TakeDates(since, until):
                self._view = self._dated(view, since, until)
                self._show()
            case TakeAll():
                self._show(filter=Filter(), wanted=Wanted())

    def enter(self) -> None:
        """Write the file."""
        self.take(Write())

    def escape(self) -> bool:
        """Stop writing."""
        if self._view.is_busy:
            self._stop.set()
        return self._view.is_busy

    def _show(self, **changes: object) -> None:
        gone = {} if "written" in changes or "told" in changes else {"written": None, "cannot": None}
        self._view = replace(self._view, **(gone | changes))  # type: ignore[arg-type]  # fields of ExportView
        self.changed.emit()

    def _know_places(self, found: tuple[Place, ...]) -> None:
        folder = self._view.folder or (found[0].path if found else "")
        self._view = replace(self._view, places=found, folder=folder)
        self.changed.emit()

    @property
    def _today(self) -> date:
        return local_date(self.desk.state.now_ms, self.desk.state.time_zone)

    def _spanned(self, view: ExportView, span: Span) -> ExportView:
        since, until = dates_of(span, self._today)
        return replace(view, span=span, since=since, until=until)

    def _dated(self, view: ExportView, since: date | None, until: date | None) -> ExportView:
        return replace(view, span=span_of(since, until, self._today), since=since, until=until)

    def _move(self, move: MoveColumn) -> None:
        columns = list(self._view.columns)
        place = next(place for place, (column, _on) in enumerate(columns) if column is move.column)
        other = place + move.by
        if 0 <= other < len(columns):
            columns[place], columns[other] = columns[other], columns[place]
            self._show(columns=tuple(columns))

    # --- writing --------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        view, state = self._view, self.desk.state
        if view.what is What.REDEMPTIONS and not view.chosen:
            return
        self._stop = stop = threading.Event()
        name = f"{view.what}-{_days(view.since, view.until or self._today)}.csv"

        def told(rows: int) -> None:
            self.tasks.at_home(partial(self._told, stop, rows))

        def write(review: Review, file: BinaryIO) -> int:
            watched = cast("BinaryIO", Watched(file, told=_seldom(told), is_stopped=stop.is_set))
            return _rows(review, view, state, self._today, watched)

        def work(review: Review) -> Written:
            return write_new(Path(view.folder or Path.home()), name, partial(write, review))

        self._show(is_busy=True, told=0, written=None, cannot=None)
        self.tasks.on_review(work, then=self._written, failed=self._not_written)

    def _told(self, stop: threading.Event, rows: int) -> None:
        if stop is self._stop and self._view.is_busy:
            self._show(told=rows)

    def _written(self, written: Written) -> None:
        self._show(is_busy=False, written=written)

    def _not_written(self, problem: BaseException) -> None:
        is_ours = isinstance(problem, NotWritten)
        self._show(
            is_busy=False,
            told=0,
            written=None,
            cannot=problem.why if isinstance(problem, NotWritten) else None,
        )
        if not is_ours and not isinstance(problem, Stopped):
            self.desk.notice(after_fault(problem).sentence)


def _days(since: date | None, until: date) -> str:
    """Return of which days a file is, for its name."""
    if since == until:
        return until.isoformat()
    return f"{since.isoformat() if since is not None else 'until'}-{until.isoformat()}"


def _seldom(told: Any) -> Any:
    """Return the same, called only each so many rows."""
    last = [0]

    def tell(rows: int) -> None:
        if rows - last[0] >= TELL_EVERY:
            last[0] = rows
            told(rows)

    return tell


def _rows(review: Review, view: ExportView, state: State, today: date, to: BinaryIO) -> int:
    """Write the file's rows, on the thread that reads."""
    say = texts_columns.say
    if view.what is What.REDEMPTIONS:
        wanted = replace(view.filter, since=view.since, until=view.until)
        return write_csv(review, wanted, view.chosen, view.form, to, say=say)
    if view.what is What.TRAIL:
        return write_trail(review, view.since or FIRST_DAY, view.until or today, view.form, to, say=say)
    if view.what is What.DAYS:
        return write_days(review, view.since, view.until, view.form, to, say=say)
    back = (today - view.since).days if view.since is not None else DAYS_BACK
    found = exceptions(review, today=today, days=max(back, 0))
    kept = shown(found, view.wanted, today, state.time_zone)
    rows = [row for row in kept if _is_within(row.since_ms, view, state.time_zone)]
    names = ExceptionsView()
    return write_exceptions(
        review, rows, view.form, to, say=say, why=lambda row: texts_exceptions.sentence(row, names, state)
    )


def _is_within(at_ms: int, view: ExportView, time_zone: str) -> bool:
    day = local_date(at_ms, time_zone)
    return (view.since is None or day >= view.since) and (view.until is None or day <= view.until)

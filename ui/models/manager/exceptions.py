"""What wants a manager's look: by kind, day, and whether it was seen; marked as seen, one or several, with a note.

All of the last month is read at once and filtered here, so a chip answers at once. Whoever asks for a day wants all of
it, also what was seen; and what is on the page can be handed to the export as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from PySide6.QtCore import QObject

from app.core.order import local_date
from app.review.exceptions import ExceptionRow, exceptions
from app.review.names import member_names, staff_names
from app.station.noted import About, note
from app.store.review.review import Review
from app.store.store import StationStore
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Means
from ui.models.manager.exceptions_view import (
    ExceptionsView,
    ExportThese,
    Key,
    MarkSeen,
    Seen,
    ShowWhy,
    Tick,
    Wanted,
    WantSeen,
    WantSpan,
    WantWhat,
    counted,
    key_of,
    shown,
)
from ui.models.manager.section import Section
from ui.models.manager.spans import Span
from ui.models.manager.wanted import ShowOne


@dataclass(frozen=True, slots=True)
class _Read:
    rows: tuple[ExceptionRow, ...]
    names: Mapping[str, str]


class Exceptions(Section):
    """All that are wanted, and what was ticked among them."""

    name = "exceptions"

    def __init__(self, means: Means, parent: QObject) -> None:
        """Know of none."""
        super().__init__(means, parent)
        self._view = ExceptionsView()
        self._all: tuple[ExceptionRow, ...] = ()

    @property
    def view(self) -> object:
        """See `ExceptionsView`."""
        return self._view

    def begin(self) -> None:
        """Read them; those that nobody has seen come first."""
        self._view = ExceptionsView()
        self._read()

    def end(self) -> None:
        """Forget what was read."""
        super().end()
        self._view, self._all = ExceptionsView(), ()

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        wanted = self._view.wanted
        match intent:
            case WantWhat(what):
                self._want(replace(wanted, what=what))
            case WantSpan(span):
                self._want(replace(wanted, span=span, seen=wanted.seen if span is Span.ALL else Seen.ALL))
            case WantSeen(seen):
                self._want(replace(wanted, seen=seen))
            case Tick(key) if any(key_of(row) == key for row in self._view.rows):
                self._view = replace(self._view, ticked=self._view.ticked ^ {key})
                self.changed.emit()
            case MarkSeen(key, text) if not self._view.is_busy:
                self._mark(self._view.ticked or frozenset({key}), text)
            case ExportThese():
                self.handed_over.emit("export", wanted)
            case ShowWhy(key):
                self._show_why(key)

    # --- which ----------------------------------------------------------------------------------------------------

    @property
    def _today(self) -> date:
        return local_date(self.desk.state.now_ms, self.desk.state.time_zone)

    def _read(self) -> None:
        self.ask_review(partial(_read, today=self._today), self._take_in)

    def _take_in(self, read: _Read) -> None:
        self._all = read.rows
        self._view = replace(self._view, names=tuple(read.names.items()))
        self._filter(self._view.wanted)

    def _want(self, wanted: Wanted) -> None:
        self._view = replace(self._view, ticked=frozenset())
        self._filter(wanted)
        self.changed.emit()

    def _filter(self, wanted: Wanted) -> None:
        days = self._today, self.desk.state.time_zone
        rows = shown(self._all, wanted, *days)
        self._view = replace(
            self._view,
            wanted=wanted,
            rows=rows,
            is_any=bool(self._all),
            unseen=sum(not row.is_seen for row in self._all),
            of_kinds=counted(self._all, wanted, *days),
            ticked=self._view.ticked & {key_of(row) for row in rows},
        )

    # --- seen -----------------------------------------------------------------------------------------------------

    def _mark(self, keys: frozenset[Key], text: str) -> None:
        rows = [row for row in self._view.rows if key_of(row) in keys and not (row.is_seen and not text)]
        if not rows:
            return
        about, by = [About(row.seq, row.name) for row in rows], self.by

        def work(store: StationStore) -> None:
            for each in about:
                note(store, each, text, staff=by)

        self._view = replace(self._view, is_busy=True)
        self.tasks.on_store(work, then=lambda _done: self._marked(rows, text), failed=self._not_marked)
        self.changed.emit()

    def _marked(self, rows: list[ExceptionRow], text: str) -> None:
        """Show them as seen at once; they are read anew, too."""
        keys, now_ms = {key_of(row) for row in rows}, self.desk.state.now_ms
        mark = partial(replace, is_seen=True, note=text, seen_by=self.by, seen_ms=now_ms)
        self._all = tuple(mark(row) if key_of(row) in keys else row for row in self._all)
        self._view = replace(self._view, is_busy=False, ticked=frozenset())
        self._filter(self._view.wanted)
        self.desk.notice(_("Marked as seen."))
        self.desk.refresh()
        self.desk.sync_now()
        self.changed.emit()

    def _not_marked(self, problem: BaseException) -> None:
        self._view = replace(self._view, is_busy=False)
        self.desk.notice(after_fault(problem).sentence)
        self.changed.emit()

    def _show_why(self, key: Key) -> None:
        row = next((row for row in self._view.rows if key_of(row) == key), None)
        if row is not None and row.order_id:
            self.handed_over.emit("redemptions", ShowOne(row.order_id, row.seq))


def _read(review: Review, *, today: date) -> _Read:
    rows = exceptions(review, today=today)
    members = member_names(review, {row.member_ref for row in rows if row.member_ref})
    return _Read(rows, {**members, **staff_names(review)})

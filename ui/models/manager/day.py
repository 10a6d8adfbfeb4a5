"""The end of a day: its figures, closed by a manager's PIN, printed or saved; and the days that were closed before.

What is signed off is what stands on the page: the approval names the last entry of it, and what is done after that is
in the next close. None of it needs head office.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.core.approvals import Approval, Why
from app.core.order import local_date
from app.core.reasons import Refusal
from app.review.names import offer_names, staff_names
from app.review.new_file import NotWritten, Written, write_new
from app.review.sheet import form_for
from app.station.day_close import (
    CloseBy,
    ClosedDay,
    Days,
    OpenDay,
    look_at_days,
    needs_sign_off,
    read_close,
    record_close,
)
from app.store.review.review import Review
from ui import i18n, texts_day, texts_export
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Means
from ui.models.manager.day_report import DayReport, Where, of_closed, of_open
from ui.models.manager.places import Place, places
from ui.models.manager.section import Section
from ui.models.to_approve import ToApprove
from ui.texts import because

WHYS = (Why.DAY_CHECKED, Why.DAY_DIFFERS)


class Form(StrEnum):
    """As what a report is saved: the ending of the file."""

    PDF = "pdf"
    PNG = "png"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class DayView:
    """What the page shows: a day, and where it stands among the others.

    `report` is None where there is no day to show. `closed` are the days that were closed, in order. `since`: what was
    done after the last of them, as far as people see it. `needs_pin`: a manager has to sign the day off.
    """

    report: DayReport | None = None
    closed: tuple[date, ...] = ()
    since: int = 0
    waiting_days: int = 0
    has_open: bool = False  # there is a day to close, be it another one than the one shown
    needs_pin: bool = False
    is_busy: bool = False
    places: tuple[Place, ...] = ()
    place: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the day that is shown can be closed."""
        return self.report is not None and self.report.close is None

    @property
    def earlier(self) -> date | None:
        """The closed day before the one that is shown."""
        if self.report is None or self.is_open:
            return self.closed[-1] if self.closed else None
        place = self.closed.index(self.report.day)
        return self.closed[place - 1] if place else None

    @property
    def is_last(self) -> bool:
        """Whether there is no later day to show."""
        is_newest = bool(self.closed) and self.report is not None and self.report.day == self.closed[-1]
        return self.report is None or self.is_open or (is_newest and not self.has_open)


@dataclass(frozen=True, slots=True)
class Turn:
    """To an earlier day (-1) or to a later one (1)."""

    direction: int


class CloseDay:
    """The day that is shown is to be closed."""


class Print:
    """What is shown is wanted on paper."""


@dataclass(frozen=True, slots=True)
class Save:
    """What is shown is wanted as a file."""

    form: Form


@dataclass(frozen=True, slots=True)
class PutInto:
    """Files are to lie there from now on."""

    path: str


@dataclass(frozen=True, slots=True)
class _Read:
    days: Days
    closes: Mapping[date, int]
    names: Mapping[str, str]
    needs_pin: bool


class EndOfDay(Section):
    """One day at a time; it begins with the one that waits to be closed."""

    name = "day"

    def __init__(self, means: Means, parent: QObject) -> None:
        """Know of no day."""
        super().__init__(means, parent)
        self._view = DayView()
        self._open: OpenDay | None = None
        self._closes: Mapping[date, int] = {}
        self._names: Mapping[str, str] = {}

    @property
    def view(self) -> object:
        """See `DayView`."""
        return self._view

    def begin(self) -> None:
        """Read the day that waits to be closed."""
        self._view = DayView()
        self._read(self._take_in)
        self.tasks.on_net(places, then=self._know_places, failed=lambda problem: None)

    def end(self) -> None:
        """Forget what was read."""
        super().end()
        self._view, self._open = DayView(), None

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        if self._view.is_busy:
            return
        match intent:
            case Turn(direction):
                self._turn(direction)
            case CloseDay():
                self._close()
            case Print() if self._view.report is not None:
                self.desk.print(texts_day.sheet(self._view.report))
            case Save(form) if self._view.report is not None:
                self._save(self._view.report, form)
            case PutInto(path):
                self._show(place=path)

    def enter(self) -> None:
        """Close the day; one that is closed is printed."""
        self.take(CloseDay() if self._view.is_open else Print())

    def _show(self, **changes: object) -> None:
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]  # fields of DayView
        self.changed.emit()

    def _know_places(self, found: tuple[Place, ...]) -> None:
        self._show(places=found, place=self._view.place or (found[0].path if found else ""))

    @property
    def _where(self) -> Where:
        shop = self.desk.state.shop
        return Where(shop.name, shop.station or shop.name, self.desk.state.time_zone, shop.currency)

    # --- which day ------------------------------------------------------------------------------------------------

    def _read(self, then: Callable[[_Read], None]) -> None:
        today = local_date(self.desk.state.now_ms, self.desk.state.time_zone)
        self.ask_review(partial(_read, today=today), then)

    def _take_in(self, read: _Read) -> None:
        """Show the day that waits to be closed, else the last one that was."""
        days, report = read.days, None
        if days.open is not None:
            report = of_open(days.open, self._where, read.names)
        elif days.last is not None:
            report = of_closed(days.last, self._where, read.names)
        self._view = replace(self._view, report=report)
        self._know_days(read)

    def _know_days(self, read: _Read) -> None:
        """Know which days there are; the one that is shown stays."""
        days, self._closes, self._names = read.days, read.closes, read.names
        self._open = days.open
        self._view = replace(
            self._view,
            has_open=days.open is not None,
            closed=tuple(sorted(self._closes)),
            since=days.since,
            waiting_days=len(days.open.days) if days.open is not None else 0,
            needs_pin=read.needs_pin,
        )

    def _turn(self, direction: int) -> None:
        view = self._view
        if direction < 0 and view.earlier is not None:
            self._open_closed(view.earlier)
        elif direction > 0 and not view.is_last and view.report is not None:
            later = [day for day in view.closed if day > view.report.day]
            if later:
                self._open_closed(later[0])
            elif self._open is not None:
                self._show(report=of_open(self._open, self._where, self._names))

    def _open_closed(self, day: date) -> None:
        """Read a day from its entry: the same figures for ever."""
        seq = self._closes[day]
        self.ask_review(lambda review: read_close(review.listing.at(seq)), self._opened)

    def _opened(self, found: ClosedDay) -> None:
        self._view = replace(self._view, report=of_closed(found, self._where, self._names))

    # --- closing it -----------------------------------------------------------------------------------------------

    def _close(self) -> None:
        found = self._open
        if found is None or not self._view.is_open:
            return
        if not self._view.needs_pin:
            self._record(found, None)
            return
        self.desk.approve(
            ToApprove(
                action=found.action,
                what=texts_day.to_close(found.day),
                detail=texts_day.unsent(self.desk.state.pill.waiting),
                reasons=WHYS,
            ),
            then=lambda approval: self._record(found, approval),
        )

    def _record(self, found: OpenDay, approval: Approval | None) -> None:
        who = self.desk.cashier
        by = CloseBy(who.staff_id if who else "", approval)
        self._show(is_busy=True)
        self.tasks.on_store(
            lambda store: record_close(store, found, by), then=self._closed, failed=self._not_closed
        )

    def _closed(self, done: ClosedDay | Refusal) -> None:
        self._view = replace(self._view, is_busy=False)
        if isinstance(done, Refusal):
            self.desk.notice(because(done, self.desk.state.shop.currency))
            self._read(self._take_in)
        else:
            self._open = None
            self._closes = {**self._closes, done.day: done.seq}
            report = of_closed(done, self._where, self._names)
            self._view = replace(
                self._view, report=report, closed=tuple(sorted(self._closes)), since=0, has_open=False
            )
            self.desk.notice(_("The day is closed. Print it, or save it as a file."))
            self.desk.sync_now()
            self._read(self._know_days)  # another day may wait
        self.changed.emit()

    def _not_closed(self, problem: BaseException) -> None:
        self._view = replace(self._view, is_busy=False)
        self.desk.notice(after_fault(problem).sentence)
        self._read(self._take_in)
        self.changed.emit()

    # --- saving it ------------------------------------------------------------------------------------------------

    def _save(self, report: DayReport, form: Form) -> None:
        content, folder = partial(_content, report, form), Path(self._view.place or Path.home())
        name = f"{report.name}.{form}"

        def work() -> Written:
            made = content()
            return write_new(folder, name, lambda file: len(made) and file.write(made))

        self.tasks.on_net(work, then=self._saved, failed=self._not_saved)

    def _saved(self, written: Written) -> None:
        self.desk.notice(texts_export.saved(str(written.folder / written.name)))

    def _not_saved(self, problem: BaseException) -> None:
        if isinstance(problem, NotWritten):
            self.desk.notice(texts_export.cannot(problem.why))
        else:
            self.desk.notice(after_fault(problem).sentence)


def _read(review: Review, *, today: date) -> _Read:
    """Read on the thread that is there for it: a day that nobody closed for long has many entries."""
    names = {**offer_names(review), **staff_names(review)}
    days = look_at_days(review.listing, time_zone=review.place.time_zone, today=today)
    with review.replica() as replica:
        return _Read(days, review.listing.closes(), names, needs_sign_off(replica))


def _content(report: DayReport, form: Form) -> bytes:
    """Return the file. On a thread that doesn't draw; pictures of words need no window."""
    if form is Form.CSV:
        return texts_day.csv(report, form_for(i18n.language()))
    from ui.receipt.paper import Paper, pdf, png

    draw = pdf if form is Form.PDF else png
    return draw(texts_day.sheet(report), Paper())

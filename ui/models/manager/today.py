"""How a day of this station goes: its figures, and how they come about. Today's are read anew as the till goes on.

The other stations of the store are head office's to tell, while somebody looks at them.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from functools import partial

from PySide6.QtCore import QObject

from app.core.day_figures import DayFigures
from app.core.order import local_date
from app.review.day import day_figures
from app.review.names import offer_names, staff_names
from app.store.review.review import Review
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Means
from ui.models.manager import charts
from ui.models.manager.devices_view import Line
from ui.models.manager.others import NOTHING, Others, OthersView
from ui.models.manager.section import Section
from ui.models.state import Screen

Names = tuple[tuple[str, str], ...]
FIRST = date(2000, 1, 1)  # before that no shop had this


class By(Enum):
    """How a day is taken apart."""

    HOUR = "hour"
    STAFF = "staff"
    OFFER = "offer"
    STATION = "station"  # this one, and the others as head office knows them


@dataclass(frozen=True, slots=True)
class TodayView:
    """What the page shows: a day, and what is today now. Names are by the ids of staff, and by rules.

    `can_draw`: what draws charts is there.
    """

    day: date = date.min
    today: date = date.min
    figures: DayFigures | None = None
    staff: Names = ()
    offers: Names = ()
    by: By = By.HOUR
    can_draw: bool = False
    others: OthersView = NOTHING


@dataclass(frozen=True, slots=True)
class Step:
    """So many days on; below 0: back."""

    days: int


@dataclass(frozen=True, slots=True)
class Typed:
    """A day, as it was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class TakeApart:
    """Show the day in another way; None is the next one."""

    by: By | None = None


class AskAgain:
    """Head office is to say once more how the other stations are."""


@dataclass(frozen=True, slots=True)
class _Read:
    day: date
    figures: DayFigures
    staff: Names
    offers: Names


class Today(Section):
    """Today, and each day before."""

    name = "today"

    def __init__(self, means: Means, parent: QObject) -> None:
        """Know no figures."""
        super().__init__(means, parent)
        self._view = TodayView()
        self._counted: object = None
        self._is_up = False
        self._others = Others(means, self._know_others)
        self.desk.changed.connect(self._look)

    @property
    def view(self) -> object:
        """See `TodayView`."""
        return self._view

    def begin(self) -> None:
        """Read the day, today at first; and bring what draws it, beside that."""
        self._is_up = True
        self._view = replace(self._view, can_draw=charts.are_there())
        if not self._view.can_draw:
            self.tasks.on_net(charts.bring, then=lambda _none: self._can_draw(), failed=self._can_not_draw)
        self._turn_to(self._today() if self._view.day == date.min else self._view.day)

    def end(self) -> None:
        """Forget the figures; the way to take a day apart stays."""
        super().end()
        self._is_up = False
        self._view = TodayView(by=self._view.by)
        self._others.forget()

    def take(self, intent: object) -> None:
        """Turn to another day, or take this one apart otherwise."""
        match intent:
            case Step(days):
                if days > 0 or self._view.day > FIRST:
                    self._turn_to(min(self._view.day + timedelta(days=days), self._today()))
            case Typed(text):
                self._typed(text)
            case TakeApart(by):
                ways = list(By)
                chosen = by or ways[(ways.index(self._view.by) + 1) % len(ways)]
                self._view = replace(self._view, by=chosen)
                self._ask_others()
                self.changed.emit()
            case AskAgain() if self._view.others.line is not Line.ASKING:
                self._ask_others()

    def enter(self) -> None:
        """Ask about the other stations once more, where they are shown."""
        self.take(AskAgain())

    def _ask_others(self) -> None:
        if self._view.by is By.STATION and self._view.figures is not None:
            self._others.ask(self._view.day)
        else:
            self._others.forget()

    def _know_others(self, others: OthersView) -> None:
        self._view = replace(self._view, others=others)
        if self._is_up:
            self.changed.emit()

    def _typed(self, text: str) -> None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.desk.notice(_("Type the day like this: {day}.").format(day=self._today().isoformat()))
        else:
            self._turn_to(max(min(day, self._today()), FIRST))

    def _today(self) -> date:
        return local_date(self.desk.state.now_ms, self.desk.state.time_zone)

    def _turn_to(self, day: date) -> None:
        self._counted = self.desk.state.today
        self.desk.notice("")
        self.ask_review(partial(_read, day), self._take)

    def _take(self, read: _Read) -> None:
        self._view = replace(
            self._view,
            day=read.day,
            today=self._today(),
            figures=read.figures,
            staff=read.staff,
            offers=read.offers,
        )
        if self._others.view.day != read.day:
            self._ask_others()

    def _look(self) -> None:
        """Read today anew when something was recorded."""
        is_seen = self._is_up and self.desk.state.screen is Screen.MANAGER
        if is_seen and self._view.day == self._today() and self.desk.state.today != self._counted:
            self._turn_to(self._view.day)

    def _can_draw(self) -> None:
        self._view = replace(self._view, can_draw=True)
        if self._is_up:
            self.changed.emit()

    def _can_not_draw(self, problem: BaseException) -> None:
        self.desk.notice(after_fault(problem).sentence)


def _read(day: date, review: Review) -> _Read:
    figures = day_figures(review, day)
    staff, offers = staff_names(review), offer_names(review)
    return _Read(day, figures, tuple(sorted(staff.items())), tuple(sorted(offers.items())))

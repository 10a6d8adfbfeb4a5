"""What waits for head office, beside what was begun at the till: a look at the journal, and one thing to do, a sync.

The lists are read by pages on the store's thread as far as somebody scrolls. They are read anew when the pill counts
otherwise: that is when something was recorded, was sent, or head office has said a word on it.
"""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from app.station.queue import (
    PAGE,
    QueueRow,
    Tab,
    Without,
    hand_to_manager,
    queue_page,
    without_head_office,
)
from app.store.store import StationStore
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Flow, Means
from ui.models.state import Pill, Screen

NOTHING_KNOWN = Without()


@dataclass(frozen=True, slots=True)
class QueueView:
    """What the page shows: the list `tab` as far as it was read, and whether more of it follows."""

    tab: Tab = Tab.WAITING
    rows: tuple[QueueRow, ...] = ()
    is_more: bool = False
    is_read: bool = False
    without: Without = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class TurnTo:
    """Show another list."""

    tab: Tab


@dataclass(frozen=True, slots=True)
class ReadOn:
    """Read the next page of the list."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Hand an entry to the manager, who finds it among what wants to be looked at."""

    seq: int


@dataclass(frozen=True, slots=True)
class Copied:
    """Say that the name of an entry can be pasted now."""

    name: str


@dataclass(frozen=True, slots=True)
class _Page:
    rows: tuple[QueueRow, ...]
    without: Without | None


class Queue(Flow):
    """Comes over whatever is up, which goes on where it was."""

    screen = Screen.QUEUE
    is_over = True

    def __init__(self, means: Means, parent: QObject) -> None:
        """Look at nothing yet."""
        super().__init__(means, parent)
        self._view = QueueView()
        self._asked = 0  # so that only the newest question is answered
        self._is_reading = self._is_up = False
        self._counted: object = None
        self.desk.changed.connect(self._look)

    @property
    def view(self) -> object:
        """See `QueueView`."""
        return self._view

    def begin(self) -> None:
        """Show what waits; where something wants to be looked at, that."""
        self._is_up = True
        self._counted = _counts(self.desk.state.pill)
        self.desk.sync_now()  # whoever looks wants to know what is new
        self._turn_to(Tab.ATTENTION if self.desk.state.pill.attention else Tab.WAITING)

    def end(self) -> None:
        """Let no answer count any more."""
        self._is_up = False
        self._asked += 1
        self._view = QueueView()

    def take(self, intent: object) -> None:
        """Turn to another list, read on in this one, or do something with a row."""
        if isinstance(intent, TurnTo) and intent.tab is not self._view.tab:
            self._turn_to(intent.tab)
            self.changed.emit()
        elif isinstance(intent, ReadOn) and self._view.is_more and not self._is_reading:
            self._read(below=self._view.rows[-1].seq)
        elif isinstance(intent, Hand):
            self._hand(intent.seq)
        elif isinstance(intent, Copied):
            self.desk.notice(_("{name} is copied.").format(name=intent.name))

    def _hand(self, seq: int) -> None:
        staff = self.desk.cashier.staff_id if self.desk.cashier else ""
        self.tasks.on_store(
            lambda store: hand_to_manager(store, seq, staff=staff),
            then=lambda _done: self._handed(seq),
            failed=lambda problem: self.desk.notice(after_fault(problem).sentence),
        )

    def _handed(self, seq: int) -> None:
        rows = tuple(replace(row, is_handed=True) if row.seq == seq else row for row in self._view.rows)
        self._view = replace(self._view, rows=rows)
        self.desk.notice(_("It is handed to the manager."))
        self.changed.emit()

    def enter(self) -> None:
        """Sync now."""
        self.desk.sync_now()

    def _turn_to(self, tab: Tab) -> None:
        self._view = QueueView(tab, without=self._view.without)
        self._read()

    def _look(self) -> None:
        """Read the list anew where the pill counts otherwise."""
        counted = _counts(self.desk.state.pill)
        if self._is_up and counted != self._counted:
            self._counted = counted
            self._read()

    def _read(self, below: int | None = None) -> None:
        self._asked += 1
        self._is_reading = True
        asked, tab = self._asked, self._view.tab

        def read(store: StationStore) -> _Page:
            if below is not None:
                return _Page(queue_page(store, tab, below_seq=below), None)
            return _Page(queue_page(store, tab), without_head_office(store))

        self.tasks.on_store(
            read,
            then=lambda page: self._came(page, asked),
            failed=lambda problem: self._failed(problem, asked),
        )

    def _came(self, page: _Page, asked: int) -> None:
        if asked != self._asked:
            return
        self._is_reading = False
        before = self._view.rows if page.without is None else ()
        self._view = replace(
            self._view,
            rows=(*before, *page.rows),
            is_more=len(page.rows) == PAGE,
            is_read=True,
            without=page.without or self._view.without,
        )
        self.changed.emit()

    def _failed(self, problem: BaseException, asked: int) -> None:
        if asked == self._asked:
            self._is_reading = False
            self.desk.notice(after_fault(problem).sentence)


def _counts(pill: Pill) -> object:
    return pill.waiting, pill.attention, pill.kind

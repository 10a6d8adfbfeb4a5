"""A long list of the journal's entries: two lines each, painted when they come into view, read on at its end."""

from PySide6.QtCore import Signal

from app.station.queue import QueueRow
from ui import texts_queue
from ui.i18n import _
from ui.models.queue import QueueView
from ui.models.state import State
from ui.widgets.lines import ROOT, Index, Lines, PaintedList, Said


class Entries(Lines):
    """The rows that have been read so far."""

    more_wanted = Signal()

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.view, self.state = QueueView(), State()

    def show(self, view: QueueView, state: State) -> None:
        """Show other rows; more of the same ones leave what is in view where it is."""
        before, count = self.view.rows, len(self.view.rows)
        is_same = view.tab is self.view.tab and view.rows[:count] == before
        is_longer = is_same and len(view.rows) > count
        said_anew = (view.tab, state.pill.kind) != (self.view.tab, self.state.pill.kind)
        if not is_same and view.tab is self.view.tab and _numbers(view) == _numbers(self.view):
            is_same = said_anew = True
        if is_longer:
            self.beginInsertRows(ROOT, count, len(view.rows) - 1)
        elif not is_same:
            self.beginResetModel()
        self.view, self.state = view, state
        if is_longer:
            self.endInsertRows()
        elif not is_same:
            self.endResetModel()
        elif said_anew and count:
            self.dataChanged.emit(self.index(0), self.index(count - 1))

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many were read."""
        return 0 if parent.isValid() else len(self.view.rows)

    def said(self, index: Index) -> Said:
        """Return what a row says; read out, all that is known of it."""
        row, view, state = self.row(index), self.view, self.state
        return Said(
            texts_queue.line(row, state),
            texts_queue.beneath(row, view, state),
            texts_queue.amount(row, state.shop.currency),
            aloud=texts_queue.details(row, view, state).replace("\n", ", "),
        )

    def row(self, index: Index) -> QueueRow:
        """Return the row of an index."""
        return self.view.rows[index.row()]

    def canFetchMore(self, parent: Index) -> bool:
        """Whether the journal holds more of them."""
        return not parent.isValid() and self.view.is_more

    def fetchMore(self, parent: Index) -> None:
        """Ask for the next page; it comes when the store has read it."""
        self.more_wanted.emit()


def _numbers(view: QueueView) -> list[int]:
    return [row.seq for row in view.rows]


class EntryList(PaintedList):
    """The list of them."""

    def __init__(self) -> None:
        """Make an empty list."""
        self.entries = Entries()
        super().__init__(self.entries)
        self.setAccessibleName(_("Entries"))

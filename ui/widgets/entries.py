"""A long list of the journal's entries: two lines each, painted when they come into view, read on at its end."""

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from app.station.queue import QueueRow
from ui import texts_queue
from ui.i18n import _
from ui.models.queue import QueueView
from ui.models.state import State
from ui.theme import current

ROW, EDGE = 60, 10
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class Entries(QAbstractListModel):
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

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return what is read out, and copied."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return texts_queue.details(self.row(index), self.view, self.state).replace("\n", ", ")

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


class EntryList(QListView):
    """The list. Its keys are those of lists; all others are the window's."""

    def __init__(self) -> None:
        """Make an empty list."""
        super().__init__()
        self.entries = Entries()
        self.setModel(self.entries)
        self.setItemDelegate(_Painter(self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName(_("Entries"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the list; letters and digits are not looked for in it."""
        keys = Qt.Key
        if event.key() in (keys.Key_Up, keys.Key_Down, keys.Key_PageUp, keys.Key_PageDown, keys.Key_Home):
            super().keyPressEvent(event)
        elif event.key() == keys.Key_End:  # of what was read: at the end more of it is
            self.setCurrentIndex(self.entries.index(self.entries.rowCount() - 1))
        else:
            event.ignore()


class _Painter(QStyledItemDelegate):
    """Paints a row; what has no room ends in …, and is said whole beside the list."""

    def __init__(self, of: QListView) -> None:
        super().__init__(of)
        self._list = of

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, current().with_text(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, Entries), "the list's own"
        row, theme = model.row(index), current()
        area: QRect = option.rect
        is_chosen = index == self._list.currentIndex()
        painter.save()
        painter.fillRect(area, theme.color("primary" if is_chosen else "surface"))
        inside = area.adjusted(theme.px(EDGE), 4, -theme.px(EDGE), -4)
        upper, lower = QRect(inside), QRect(inside)
        upper.setHeight(inside.height() // 2)
        lower.setTop(upper.bottom() + 1)
        ink, faint = ("on_primary", "on_primary") if is_chosen else ("text", "muted")
        amount = texts_queue.amount(row, model.state.shop.currency)
        taken = _write(painter, upper, amount, "strong", ink, Qt.AlignmentFlag.AlignRight)
        upper.setRight(upper.right() - taken - theme.px(EDGE))
        _write(painter, upper, texts_queue.line(row, model.state), "strong", ink)
        _write(painter, lower, texts_queue.beneath(row, model.view, model.state), "small", faint)
        painter.restore()


def _write(
    painter: QPainter,
    area: QRect,
    text: str,
    role: str,
    ink: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> int:
    """Write one line and return its width."""
    font = current().font(role)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.setFont(font)
    painter.setPen(current().color(ink))
    painter.drawText(area, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
    return metrics.horizontalAdvance(shown)

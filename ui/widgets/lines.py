"""Lists of two lines a row, painted when they come into view: of entries, people, devices, columns.

What a row says is asked of its model, row by row, so that a hundred thousand of them cost no more than those that are
in view. What has no room ends in …, and is said whole beside the list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

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

from ui.theme import current

ROW, LOW, EDGE, SIGN = 60, 48, 10, 26
RIGHT_PART = 0.6  # of a line, at most: what it is about must not be lost beside how it stands
MARK, DONE = "●", "✓"  # wants to be looked at; was
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says: a strong line with a figure at its right, and one beneath. `sign` stands in front of it."""

    upper: str
    beneath: str = ""
    right: str = ""
    sign: str = ""
    aloud: str = ""  # what is read out instead

    @property
    def spoken(self) -> str:
        """As it is read out."""
        return self.aloud or ", ".join(part for part in (self.upper, self.right, self.beneath) if part)


class Lines(QAbstractListModel):
    """The rows of such a list; each kind has its own."""

    def said(self, index: Index) -> Said:
        """Return what a row says."""
        raise NotImplementedError

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return what is read out, and copied."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return self.said(index).spoken


class PaintedList(QListView):
    """The list. Its keys are those of lists; all others are its page's."""

    def __init__(self, model: Lines, *, has_signs: bool = False, lines: int = 2) -> None:
        """Show rows of one line or two; with signs it keeps room for them in front."""
        super().__init__()
        self.has_signs, self.lines = has_signs, lines
        self.setModel(model)
        self.setItemDelegate(_Painter(self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QListView.Shape.NoFrame)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the list; letters and digits are not looked for in it."""
        keys = Qt.Key
        if event.key() in (keys.Key_Up, keys.Key_Down, keys.Key_PageUp, keys.Key_PageDown, keys.Key_Home):
            super().keyPressEvent(event)
        elif event.key() == keys.Key_End:  # of what was read: at the end more of it is
            self.choose(self.model().rowCount() - 1)
        else:
            event.ignore()

    def choose(self, place: int) -> None:
        """Choose a row by its place."""
        self.setCurrentIndex(self.model().index(place, 0))


class _Given(Lines):
    """Rows that are all at hand, and a way to say each."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[Any] = ()
        self.say: Callable[[Any], Said] = lambda row: Said(str(row))

    def show(self, rows: Sequence[Any], say: Callable[[Any], Said]) -> None:
        """Show other rows; as many of them leave what is in view where it is."""
        self.say = say
        if len(rows) == len(self.rows):
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        else:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self.rows)

    def said(self, index: Index) -> Said:
        """Return what a row says."""
        return self.say(self.rows[index.row()])


class LineList(PaintedList):
    """A list that is given its rows."""

    chosen = Signal()  # somebody has moved to another row

    def __init__(self, *, has_signs: bool = False, lines: int = 2) -> None:
        """Make an empty list."""
        self._given = _Given()
        super().__init__(self._given, has_signs=has_signs, lines=lines)
        self._is_showing = False
        self.selectionModel().currentChanged.connect(self._moved)

    def show_rows(
        self, rows: Sequence[Any], say: Callable[[Any], Said], *, name: str, place: int | None = None
    ) -> None:
        """Show rows and choose the one at `place`; None keeps the place of the one that is chosen."""
        self.setAccessibleName(name)
        wanted = max(self.currentIndex().row(), 0) if place is None else place
        self._is_showing = True
        self._given.show(rows, say)
        wanted = min(wanted, len(rows) - 1)
        if rows and self.currentIndex().row() != wanted:
            self.choose(wanted)
        self._is_showing = False

    def _moved(self, _now: object, _before: object) -> None:
        if not self._is_showing:
            self.chosen.emit()

    def row(self) -> Any | None:
        """Return the row that is chosen; None where there is none."""
        index, rows = self.currentIndex(), self._given.rows
        return rows[index.row()] if index.isValid() and index.row() < len(rows) else None

    def turn(self, direction: int) -> None:
        """Turn a page down (1) or up (-1)."""
        page = max(1, self.viewport().height() // max(1, self.sizeHintForRow(0)))
        last = self._given.rowCount() - 1
        if last >= 0:
            self.choose(min(max(self.currentIndex().row() + direction * page, 0), last))


class _Painter(QStyledItemDelegate):
    def __init__(self, of: PaintedList) -> None:
        super().__init__(of)
        self._list = of

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, current().with_text(ROW if self._list.lines > 1 else LOW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, Lines), "the list's own"
        said, theme = model.said(index), current()
        area: QRect = option.rect
        is_chosen = index == self._list.currentIndex()
        painter.save()
        painter.fillRect(area, theme.color("primary" if is_chosen else "surface"))
        inside = area.adjusted(theme.px(EDGE), 4, -theme.px(EDGE), -4)
        ink, faint = ("on_primary", "on_primary") if is_chosen else ("text", "muted")
        if self._list.has_signs:
            _write(painter, inside, said.sign, "strong", ink)
            inside.setLeft(inside.left() + theme.with_text(SIGN))
        upper, lower = QRect(inside), QRect(inside)
        upper.setHeight(inside.height() // self._list.lines)
        lower.setTop(upper.bottom() + 1)
        right = upper.adjusted(round(upper.width() * (1 - RIGHT_PART)), 0, 0, 0)
        taken = _write(painter, right, said.right, "strong", ink, Qt.AlignmentFlag.AlignRight)
        upper.setRight(upper.right() - taken - theme.px(EDGE))
        _write(painter, upper, said.upper, "strong", ink)
        _write(painter, lower, said.beneath, "small", faint)
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

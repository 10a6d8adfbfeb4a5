"""A table: rows that are painted when they come into view, columns that can be made wider, and the keys of lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from ui.theme import current
from ui.widgets.label import as_tip

Index = QModelIndex | QPersistentModelIndex
Key = Qt.Key
ROOT = QModelIndex()
ROW, HEAD = 44, 40
WIDTH_MIN = 56
MOVES = {Key.Key_Up, Key.Key_Down, Key.Key_PageUp, Key.Key_PageDown, Key.Key_Home, Key.Key_End}
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, what stands above it, and how wide it is at first."""

    key: str
    title: str
    width: int
    is_number: bool = False


class TableModel(QAbstractTableModel):
    """What every table here has in common. Whoever fills it says the words of each cell."""

    def __init__(self) -> None:
        """Begin with no columns."""
        super().__init__()
        self.columns: tuple[Column, ...] = ()
        self._fonts: dict[str, QFont] = {}

    def words(self, row: int, column: int) -> str:
        """Return what stands in a cell."""
        raise NotImplementedError

    def columnCount(self, parent: Index = ROOT) -> int:
        """How many columns are shown."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's words, whole where they are read out or have no room."""
        roles = Qt.ItemDataRole
        if role == roles.DisplayRole:
            return self.words(index.row(), index.column())
        if role == roles.ToolTipRole:
            return as_tip(self.words(index.row(), index.column()))
        if role == roles.AccessibleTextRole:
            return f"{self.columns[index.column()].title}: {self.words(index.row(), index.column())}"
        if role == roles.TextAlignmentRole:
            return RIGHT if self.columns[index.column()].is_number else LEFT
        return self._font("body") if role == roles.FontRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return what stands above a column."""
        roles = Qt.ItemDataRole
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(self.columns):
            return None
        if role in (roles.DisplayRole, roles.ToolTipRole, roles.AccessibleTextRole):
            return self.columns[section].title
        if role == roles.TextAlignmentRole:
            return RIGHT if self.columns[section].is_number else LEFT
        return self._font("key") if role == roles.FontRole else None

    def _font(self, role: str) -> QFont:
        if role not in self._fonts:
            self._fonts[role] = current().font(role)
        return self._fonts[role]


class FewRows(TableModel):
    """Rows that are all known."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self._rows: Sequence[tuple[str, ...]] = ()

    def show(self, columns: tuple[Column, ...], rows: Sequence[tuple[str, ...]]) -> bool:
        """Show these; True where they are others than before."""
        if (columns, rows) == (self.columns, self._rows):
            return False
        self.beginResetModel()
        self.columns, self._rows = columns, rows
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def words(self, row: int, column: int) -> str:
        """Return what stands in a cell."""
        return self._rows[row][column]


class Table(QTableView):
    """Its keys are those of lists; all others are the page's. A row is chosen as a whole."""

    chosen = Signal(int)  # the row that is chosen now
    opened = Signal(int)  # a row that was pressed twice

    def __init__(self, model: TableModel, name: str) -> None:
        """Show a model; `name` is read out."""
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(name)
        theme = current()
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        upright, level = self.verticalHeader(), self.horizontalHeader()
        upright.hide()
        upright.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        upright.setDefaultSectionSize(theme.with_text(ROW))
        level.setFixedHeight(theme.with_text(HEAD))
        level.setMinimumSectionSize(theme.px(WIDTH_MIN))
        level.setHighlightSections(False)
        level.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        level.setStretchLastSection(True)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    @property
    def row(self) -> int:
        """The row that is chosen; -1 for none."""
        return self.currentIndex().row()

    def choose(self, row: int) -> None:
        """Choose a row, and bring it into view."""
        self.setCurrentIndex(self.model().index(row, 0))

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which row is chosen."""
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.chosen.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from row to row; letters and digits are not looked for."""
        key = Key(event.key())
        if key in (Key.Key_Home, Key.Key_End):
            self.choose(0 if key == Key.Key_Home else self.model().rowCount() - 1)
        elif key in MOVES:
            super().keyPressEvent(event)
        else:
            event.ignore()

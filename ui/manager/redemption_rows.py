"""The table of redemptions: as long as what was found, and only what is near is at hand."""

from ui import texts_redemptions as texts
from ui.manager.table import ROOT, Column, Index, TableModel
from ui.models.manager.redemptions import RedemptionsView
from ui.models.state import State


class RedemptionRows(TableModel):
    """Cells of rows that are not at hand are empty until they are."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self._view, self._state = RedemptionsView(), State()
        self._names: dict[str, str] = {}
        self._length = 0

    def show(self, view: RedemptionsView, state: State) -> bool:
        """Show what was found; True where it is the answer to another question, or of other columns."""
        before, length = self._view, self._length
        heads = texts.heads()
        columns = tuple(
            Column(key, heads[key], width, is_number=key in texts.NUMBERS) for key, width in view.columns
        )
        is_other = view.number != before.number or view.columns != before.columns or not before.number
        if is_other or view.reached < length:
            self.beginResetModel()
            self._take(view, state, columns)
            self.endResetModel()
            return is_other
        if view.reached > length:
            self.beginInsertRows(ROOT, length, view.reached - 1)
            self._take(view, state, columns)
            self.endInsertRows()
        else:
            self._take(view, state, columns)
        if (view.first, view.rows) != (before.first, before.rows) and self._length:
            last = min(view.first + len(view.rows), self._length) - 1
            self.dataChanged.emit(self.index(view.first, 0), self.index(max(last, 0), len(columns) - 1))
        return False

    def _take(self, view: RedemptionsView, state: State, columns: tuple[Column, ...]) -> None:
        self._view, self._state, self._names = view, state, dict(view.names)
        self.columns, self._length = columns, view.reached

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many can be gone to."""
        return 0 if parent.isValid() else self._length

    def words(self, row: int, column: int) -> str:
        """Return what stands in a cell."""
        found = self._view.row(row)
        return "" if found is None else texts.cell(self.columns[column].key, found, self._names, self._state)

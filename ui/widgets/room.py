"""Boxes for what may be longer than there is room: one that scrolls, and one that leaves out its last rows."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QWidget

from ui.theme import current

SCROLL_MIN = 56  # two lines
CHANGES = (QEvent.Type.LayoutRequest, QEvent.Type.FontChange, QEvent.Type.Polish)  # of what a content needs


class Scroll(QScrollArea):
    """As high as its content where there is room for it; else it scrolls. On the ground of whatever it lies on."""

    def __init__(self, inside: QWidget) -> None:
        """Show `inside` at the full width."""
        super().__init__()
        self._inside = inside
        self.setWidget(inside)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        inside.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit again where the content finds that it needs another height, as with its fonts when it is first shown."""
        if event.type() in CHANGES and watched is self._inside:
            width = self.viewport().width()
            if self._inside.height() != (height := self._height(width)):
                self._inside.resize(width, height)
                self.updateGeometry()
        return super().eventFilter(watched, event)

    def fit(self) -> None:
        """Take what the content needs now; called when it has changed."""
        width = self.viewport().width()
        self._inside.resize(width, self._height(width))
        self.verticalScrollBar().setValue(0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for the height of the content."""
        return QSize(self.width(), self._height(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Make do with little."""
        return QSize(0, min(current().px(SCROLL_MIN), self.sizeHint().height()))

    def turn(self, direction: int) -> None:
        """Turn a page down (1) or up (-1)."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + direction * bar.pageStep())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask again: another width breaks the lines elsewhere."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.fit()

    def _height(self, width: int) -> int:
        inside = self._inside
        return inside.heightForWidth(width) if inside.hasHeightForWidth() else inside.sizeHint().height()


class Faces(QStackedWidget):
    """Several faces of a page, of which one is to be seen. What the others would need makes no page grow."""

    def minimumSizeHint(self) -> QSize:
        """Ask for no room."""
        return QSize(0, 0)

    def hasHeightForWidth(self) -> bool:
        """Nor for a height, which sentences that wrap would ask for."""
        return False


class Rows(QWidget):
    """Rows below each other, from the first to the last for which there is room."""

    def __init__(self, gap: int, *, grows: bool = True) -> None:
        """Begin empty; `gap` is pixels at 100 %. One that doesn't grow takes what its rows need, and no more."""
        super().__init__()
        self._gap = gap
        self._rows: list[QWidget] = []
        self._grows = grows
        upright = QSizePolicy.Policy.Expanding if grows else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Expanding, upright)

    def sizeHint(self) -> QSize:
        """Ask for all its rows, or for nothing where it grows anyway."""
        return QSize() if self._grows else QSize(0, self._height())

    def minimumSizeHint(self) -> QSize:
        """Make do with nothing; of rows that don't grow the first one stays."""
        keeps_one = self._rows and not self._grows
        return QSize(0, self._height_of(self._rows[0]) if keeps_one else 0)

    def fill(self, rows: list[QWidget]) -> None:
        """Show other rows."""
        for row in self._rows:
            row.hide()
            row.setParent(None)
            row.deleteLater()
        self._rows = rows
        for row in rows:
            row.setParent(self)
        self._place()
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place them anew."""
        super().resizeEvent(event)
        self._place()
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """Place them anew when one of them needs another height: a long word was broken."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
            self.updateGeometry()
        return super().event(event)

    def _height(self) -> int:
        gaps = max(len(self._rows) - 1, 0) * current().px(self._gap)
        return sum(self._height_of(row) for row in self._rows) + gaps

    def _height_of(self, row: QWidget) -> int:
        return row.heightForWidth(self.width()) if row.hasHeightForWidth() else row.sizeHint().height()

    def _place(self) -> None:
        top, has_room = 0, True
        for row in self._rows:
            height = self._height_of(row)
            has_room = has_room and top + height <= self.height()
            row.setGeometry(0, top, self.width(), height)
            row.setVisible(has_room)
            top += height + current().px(self._gap)

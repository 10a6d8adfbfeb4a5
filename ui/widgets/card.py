"""Boxes: a card with an edge, and rows and columns with the gaps of the grid."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from ui.theme import current, mark
from ui.tokens import GAP_L, GAP_M


def column(parent: QWidget | None = None, *, gap: int = GAP_M, margin: int = 0) -> QVBoxLayout:
    """Return a column; `gap` and `margin` are pixels at 100 %."""
    layout = QVBoxLayout(parent) if parent else QVBoxLayout()
    _space(layout, gap, margin)
    return layout


def row(parent: QWidget | None = None, *, gap: int = GAP_M, margin: int = 0) -> QHBoxLayout:
    """Return a row; `gap` and `margin` are pixels at 100 %."""
    layout = QHBoxLayout(parent) if parent else QHBoxLayout()
    _space(layout, gap, margin)
    return layout


def _space(layout: QBoxLayout, gap: int, margin: int) -> None:
    space = current().space(margin)
    layout.setSpacing(current().space(gap))
    layout.setContentsMargins(space, space, space, space)


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout and let go of it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


class Card(QFrame):
    """A panel with an edge; `body` is its column."""

    def __init__(self, *, gap: int = GAP_M, margin: int = GAP_L) -> None:
        """Make an empty card."""
        super().__init__()
        mark(self, card="yes")
        self.body = column(self, gap=gap, margin=margin)


def centred(card: QWidget) -> QHBoxLayout:
    """Return a row with a card in its middle; unlike an alignment it gives text that wraps its height."""
    line = row(gap=0)
    line.addStretch(1)
    line.addWidget(card)
    line.addStretch(1)
    return line


def rule() -> QFrame:
    """Return a thin line between rows."""
    line = QFrame()
    line.setFixedHeight(2)
    line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    mark(line, rule="yes")
    return line
